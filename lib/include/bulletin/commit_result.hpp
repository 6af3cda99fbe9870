// The outcome of a transaction.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <bulletin/revision.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

/// What `commit` returns: true if every condition held. Converts to, and is used like, the
/// std::optional<Revision> that holds the commit's revision.
///
///     const auto result = shop.commit(bulletin::Transaction().require("x", seen).add("n", 1));
///     if (result) {
///       std::cout << "job " << result.sum<int>(0) << " at revision " << *result << "\n";
///     } else {
///       std::cout << result.lost() << " has changed; the newest revision is "
///                 << result.revision() << "\n";
///     }
class CommitResult {
 public:
  /// Nothing was committed.
  CommitResult() noexcept = default;
  /// Every condition held.
  CommitResult(Revision revision, bool changed, std::vector<Value> sums) noexcept
      : revision_(revision), committed_(true), changed_(changed), sums_(std::move(sums)) {}
  /// The condition on the attribute `lost` did not hold.
  CommitResult(Revision revision, std::string lost) noexcept
      : revision_(revision), lost_(std::move(lost)) {}

  /// Every condition held. If not, nothing was changed.
  explicit operator bool() const noexcept { return committed_; }
  bool has_value() const noexcept { return committed_; }

  /// The commit's revision. If nothing was committed, because a condition did not hold or because
  /// there was nothing to change: the newest revision of the namespace, which decided that.
  Revision revision() const noexcept { return revision_; }
  /// The transaction has changed the namespace. False for one without effect, such as the erase of
  /// an attribute that does not exist.
  bool changed() const noexcept { return changed_; }

  /// The attribute whose condition did not hold, the first of them; empty if all held.
  const std::string& lost() const noexcept { return lost_; }

  /// The results of the `add` operations, in order; empty if a condition did not hold.
  const std::vector<Value>& sums() const noexcept { return sums_; }
  /// The result of one `add` operation, counted from 0. Throws Error missing when there is none of
  /// this index, wrong_type.
  template <detail::Number T>
  T sum(std::size_t index) const {
    return sum_value(index).template as<T>();
  }

  // As of the std::optional<Revision>.
  operator std::optional<Revision>() const noexcept {
    return committed_ ? std::optional(revision_) : std::nullopt;
  }
  Revision operator*() const noexcept { return revision_; }
  const Revision* operator->() const noexcept { return &revision_; }
  /// Throws std::bad_optional_access when a condition did not hold.
  Revision value() const { return std::optional<Revision>(*this).value(); }

  friend bool operator==(const CommitResult& left, const std::optional<Revision>& right) noexcept {
    return std::optional<Revision>(left) == right;
  }

 private:
  const Value& sum_value(std::size_t index) const;

  Revision revision_;
  bool committed_ = false;
  bool changed_ = false;
  std::string lost_;
  std::vector<Value> sums_;
};

}  // namespace bulletin
