// A group of changes that happens whole or not at all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <bulletin/options.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

class Publisher;

/// Conditions and operations on one namespace, for `Namespace::commit`. The operations take effect
/// in the order of the calls, all in one commit, if every condition holds; otherwise none does.
///
///     robot.commit(bulletin::Transaction().require("x", seen).set("y", 2).erase("old"));
///
/// A value object: build it on one thread, commit it as often as you like. Every call throws Error
/// rejected for a name that is not allowed (private names, which begin with '_', never are).
class Transaction {
 public:
  /// Only commit if the attribute's revision is still this one; `bulletin::absent`: if it does not
  /// exist.
  Transaction& require(std::string_view name, Revision expected);

  template <detail::Settable T>
  Transaction& set(std::string_view name, const T& value, SetOptions options = {}) {
    return set_content(name, detail::content_of(value), options);
  }

  /// Nothing happens if the attribute does not exist.
  Transaction& erase(std::string_view name);

  /// Adds to a number, decided at the broker; an absent attribute counts as 0 of the amount's type.
  /// An integer is added to an integer, a real to a real, and anything else is `wrong_type`; past
  /// the range the transaction is `rejected`. `CommitResult::sum` tells the result.
  template <detail::Number T>
  Transaction& add(std::string_view name, T amount) {
    return add_value(name, Value(amount));
  }

  /// Erases every attribute of the namespace.
  Transaction& clear();

  std::size_t conditions() const noexcept { return condition_count_; }
  std::size_t operations() const noexcept { return operation_count_; }

  /// The transaction in MessagePack, as docs/protocol.md tells.
  std::string encoded() const;

 private:
  friend class Publisher;

  Transaction& set_content(std::string_view name, detail::Content value, const SetOptions& options);
  Transaction& add_value(std::string_view name, const Value& amount);

  // The elements of both lists, each already encoded.
  std::string conditions_;
  std::string operations_;
  std::size_t condition_count_ = 0;
  std::size_t operation_count_ = 0;
};

}  // namespace bulletin
