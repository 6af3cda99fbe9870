// Writing without reading.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <bulletin/commit_result.hpp>
#include <bulletin/detail/namespace_state.hpp>
#include <bulletin/future.hpp>
#include <bulletin/options.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/transaction.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

/// Writes to a namespace of which this process keeps no copy: for a sensor, or whoever else only
/// tells. Nothing of the namespace is sent here, and a write has less to wait for than that of a
/// Namespace, whose replica is told as well. A handle: cheap to copy, usable from every thread, and
/// it outlives its Client (and then throws Error disconnected).
///
/// The functions do, return and throw what those of Namespace do, and keep one order with them. A
/// name that begins with '_' is rejected: it is private to a process, and here is nothing to keep
/// it. If the client has opened the namespace as well, what a publisher has written is in the
/// replica when its call and `open` have returned.
class Publisher {
 public:
  /// The path of the namespace, such as "plant/line1/robot".
  const std::string& name() const noexcept;
  /// ENDPOINT#NAMESPACE, percent-encoded: for `bulletin::open` in any process. ENDPOINT is all that
  /// the client knows (Client::endpoints), so that the other process finds the broker as well.
  std::string uri() const;

  /// Returns the commit's revision, after one round trip.
  template <detail::Settable T>
  Revision set(std::string_view name, const T& value, SetOptions options = {}) const {
    return set_value(name, detail::content_of(value), options);
  }

  /// As `set`, without waiting; see Namespace::set_async. Blocks for `write_timeout` at the most
  /// while more than 64 MiB wait to be sent, then throws Error overloaded or disconnected.
  template <detail::Settable T>
  Future<Revision> set_async(std::string_view name, const T& value, SetOptions options = {}) const {
    return set_value_async(name, detail::content_of(value), options);
  }

  /// As `set_async`, without a future, and blocks as that does; see Namespace::post.
  template <detail::Settable T>
  void post(std::string_view name, const T& value, SetOptions options = {}) const {
    post_value(name, detail::content_of(value), options);
  }
  /// Waits for all that was posted; see Namespace::flush.
  void flush(Timeout timeout = {}) const;

  /// Returns whether it was there.
  bool erase(std::string_view name) const;

  /// Sets the attribute if its revision is still `expected`, such as the last that this publisher
  /// has got for it (`bulletin::absent`: if it does not exist). nullopt: lost the race.
  template <detail::Settable T>
  std::optional<Revision> compare_and_set(std::string_view name, Revision expected, const T& value,
                                          SetOptions options = {}) const {
    return compare_and_set_value(name, expected, detail::content_of(value), options);
  }

  /// Adds to a number, atomically at the broker, and returns the sum; see Namespace::add.
  template <detail::Integer T>
  std::int64_t add(std::string_view name, T amount) const {
    return add_value(name, Value(amount)).template as<std::int64_t>();
  }
  template <detail::Real T>
  double add(std::string_view name, T amount) const {
    return add_value(name, Value(amount)).template as<double>();
  }

  /// Commits the transaction whole; see Namespace::commit.
  CommitResult commit(const Transaction& transaction) const;
  /// As `commit`, without waiting, and blocks as `set_async` does; see Namespace::commit_async.
  Future<CommitResult> commit_async(const Transaction& transaction) const;

  explicit Publisher(std::shared_ptr<const detail::Destination> destination) noexcept
      : destination_(std::move(destination)) {}

 private:
  Revision set_value(std::string_view name, detail::Content value, const SetOptions& options) const;
  Future<Revision> set_value_async(std::string_view name, detail::Content value,
                                   const SetOptions& options) const;
  void post_value(std::string_view name, detail::Content value, const SetOptions& options) const;
  std::optional<Revision> compare_and_set_value(std::string_view name, Revision expected,
                                                detail::Content value,
                                                const SetOptions& options) const;
  Value add_value(std::string_view name, const Value& amount) const;

  std::shared_ptr<const detail::Destination> destination_;
};

}  // namespace bulletin
