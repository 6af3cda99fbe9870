// Writing to a namespace.
#pragma once

#include <chrono>
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

/// Writes to a namespace without keeping a copy of it, from `Client::publisher`; and the base of
/// Namespace, which has a copy as well:
///
///     bulletin::Publisher sensor = client.publisher("plant/robot");
///     sensor.set("speed", 3.2);        // one round trip
///     sensor.post("temperature", 21);  // none; flush() waits for all that was posted
///     sensor.flush();
///
/// A handle: cheap to copy, usable from every thread, and it outlives its Client (and then throws
/// Error disconnected). A default-constructed one is empty: it is false, and what it is asked to do
/// throws Error rejected.
///
/// Writes return when they are committed. They throw Error rejected (illegal name, value over the
/// limit), denied, disconnected (no broker within `write_timeout`; not applied), overloaded
/// (refused, or the broker was busy for all of `write_timeout`; not applied) and in_doubt (sent,
/// outcome unknown). A failure of this process, such as std::bad_alloc, is thrown only before the
/// write is queued: then it is not applied either. `timeout` takes the place of `write_timeout` for
/// one call.
///
/// Names have 1 to 1024 bytes of UTF-8 without NUL. Those that begin with '_' are private to a
/// process: a Namespace keeps them, and everything else rejects them.
///
/// If the client has opened the namespace as well, what a publisher has written is in the replica
/// when its call and `open` have returned.
class Publisher {
 public:
  Publisher() noexcept = default;
  /// False if default-constructed or moved from.
  explicit operator bool() const noexcept { return state_ != nullptr; }

  /// The path of the namespace, such as "plant/line1/robot"; empty for an empty handle.
  const std::string& name() const noexcept;
  /// ENDPOINT#NAMESPACE, percent-encoded: for `bulletin::open` in any process. ENDPOINT is all that
  /// the client knows (Client::endpoints), so that the other process finds the broker as well.
  std::string uri() const;

  /// Sets one attribute in one round trip, and returns the commit's revision.
  ///
  ///     robot.set("mode", "idle");
  ///     robot.set("alive", true, {.ephemeral = true, .ttl = 5s, .timeout = 500ms});
  template <detail::Settable T>
  Revision set(std::string_view name, const T& value, SetOptions options = {}) const {
    return set_content(name, detail::content_of(value), options);
  }

  // The type has no ValueTraits: include <bulletin/msgpack.hpp>, or see <bulletin/value.hpp>.
  template <detail::NotStorable T>
  Revision set(std::string_view name, const T& value, SetOptions options = {}) const = delete;

  /// As `set`, without waiting: calls are pipelined, and keep their order with all writes of this
  /// client. The future's get() throws what `set` would throw.
  ///
  ///     bulletin::Future<bulletin::Revision> written = robot.set_async("speed", 3.2);
  ///
  /// Blocks while more than 64 MiB of this client's writes wait to be sent, for `write_timeout` at
  /// the most. Then it throws Error overloaded if the broker is there, but takes them more slowly
  /// than they come, and disconnected if it is not heard; the write was not queued. `post` and
  /// `commit_async` do the same.
  template <detail::Settable T>
  Future<Revision> set_async(std::string_view name, const T& value, SetOptions options = {}) const {
    return set_content_async(name, detail::content_of(value), options);
  }

  /// Queues a write and returns. Call `flush()` to wait for all queued writes and to get the first
  /// error. Throws at once what is known at once, such as an illegal name. May block, and throw
  /// overloaded, as `set_async`.
  ///
  ///     for (const Sample& sample : samples) robot.post("speed", sample.speed);
  ///     robot.flush();
  template <detail::Settable T>
  void post(std::string_view name, const T& value, SetOptions options = {}) const {
    post_content(name, detail::content_of(value), options);
  }

  /// Waits until everything that this client has posted to the namespace before the call is
  /// decided, and can be read here. If some of it failed since the last `flush`, throws the Error
  /// of the first, once; `what()` also says how many others there were.
  void flush(Timeout timeout = {}) const;

  /// Returns whether it existed; commits nothing when it did not.
  bool erase(std::string_view name, Timeout timeout = {}) const;

  /// Sets the attribute if its revision is still `expected` (`bulletin::absent`: if it does not
  /// exist). nullopt: another writer was faster; a Namespace then holds what that one wrote.
  ///
  ///     if (robot.compare_and_set("owner", bulletin::absent, me)) work();
  template <detail::Settable T>
  std::optional<Revision> compare_and_set(std::string_view name, Revision expected, const T& value,
                                          SetOptions options = {}) const {
    return compare_and_set_content(name, expected, detail::content_of(value), options);
  }

  /// Adds to a number, atomically at the broker, and returns the sum; an absent attribute counts as
  /// 0 of the amount's type. Throws Error rejected past the range, and wrong_type when the
  /// attribute is not a number, or an integer and the amount a real, or a real and the amount an
  /// integer: no `add` changes the type of a number.
  ///
  ///     std::int64_t job = plant.add("jobs", 1);
  template <detail::Number T>
  auto add(std::string_view name, T amount, Timeout timeout = {}) const {
    using Sum = std::conditional_t<detail::Integer<T>, std::int64_t, double>;
    return add_value(name, Value(amount), timeout).template as<Sum>();
  }

  /// Commits the transaction whole if every condition holds; otherwise changes nothing. The result
  /// tells which, the revision that decided it, the sums of the additions, or the condition that
  /// did not hold.
  ///
  ///     const bulletin::CommitResult result =
  ///         robot.commit(bulletin::Transaction().require("owner", seen).set("x", 1).add("n", 1));
  CommitResult commit(const Transaction& transaction, Timeout timeout = {}) const;

  /// As `commit`, without waiting: pipelined, and in order, as `set_async` is. The future's get()
  /// returns or throws what `commit` would.
  Future<CommitResult> commit_async(const Transaction& transaction, Timeout timeout = {}) const;

  explicit Publisher(std::shared_ptr<detail::NamespaceState> state) noexcept
      : state_(std::move(state)) {}

 protected:
  Revision set_content(std::string_view name, detail::Content content,
                       const SetOptions& options) const;
  Future<Revision> set_content_async(std::string_view name, detail::Content content,
                                     const SetOptions& options) const;
  void post_content(std::string_view name, detail::Content content,
                    const SetOptions& options) const;
  std::optional<Revision> compare_and_set_content(std::string_view name, Revision expected,
                                                  detail::Content content,
                                                  const SetOptions& options) const;
  Value add_value(std::string_view name, const Value& amount, Timeout timeout) const;

  /// Throws Error rejected for an empty handle.
  detail::NamespaceState& state() const {
    if (state_ == nullptr) [[unlikely]]
      detail::throw_empty_handle();
    return *state_;
  }

  std::shared_ptr<detail::NamespaceState> state_;

 private:
  template <Storable T>
  friend class Attribute;
};

}  // namespace bulletin
