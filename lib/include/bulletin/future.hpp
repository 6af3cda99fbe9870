// What became of a write that nobody waited for.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include <bulletin/commit_result.hpp>
#include <bulletin/revision.hpp>

namespace bulletin {
namespace detail {

class SharedState;

struct LetGo {
  void operator()(SharedState* state) const noexcept;
};

}  // namespace detail

/// What `set_async` (T is Revision) and `commit_async` (CommitResult) return: used as a std::future
/// is, and turned into one where one is asked for:
///
///     std::future<bulletin::Revision> written = robot.set_async("speed", 5.0);
///
/// It is a type of its own because a std::future costs a system call when it is made ready, whether
/// anybody waits or not. This one costs that only when a thread waits or it was turned into one.
///
/// One thread at a time. Destroying it waits for nothing: the write goes on.
template <class T>
class Future {
 public:
  /// Without a write: not valid.
  Future() noexcept = default;

  /// False when it was never a write's, after `get`, and when it was moved from. What follows then
  /// throws std::future_error no_state.
  bool valid() const noexcept { return state_ != nullptr; }

  /// Waits until the write is decided and can be read here, and returns or throws what the call
  /// that waits would have returned or thrown. Once.
  T get();

  /// Wait only, for ever or for some time.
  void wait() const;
  template <class Rep, class Period>
  std::future_status wait_for(const std::chrono::duration<Rep, Period>& time) const {
    // So that no clock overflows.
    constexpr std::chrono::hours longest(24 * 365 * 100);
    if (time <= time.zero()) return wait_some(std::chrono::nanoseconds(0));
    return wait_some(time < longest ? std::chrono::ceil<std::chrono::nanoseconds>(time) : longest);
  }
  std::future_status wait_until(std::chrono::steady_clock::time_point time) const;
  std::future_status wait_until(std::chrono::system_clock::time_point time) const;

  /// Calls `f` with this future once it is ready, then `f(future)` returns or throws by `get()`. On
  /// the thread that learns the outcome, or here if it is known already. `f` must not throw, block
  /// or write: it sets a flag, or passes the future to an event loop.
  ///
  ///     robot.set_async("speed", 3.2).then([&loop](bulletin::Future<bulletin::Revision> done) {
  ///       loop.call_soon(std::move(done));
  ///     });
  void then(std::function<void(Future)> f) &&;

  operator std::future<T>() &&;
  /// For several threads.
  std::shared_future<T> share() { return std::future<T>(std::move(*this)).share(); }

  explicit Future(detail::SharedState* state) noexcept : state_(state) {}

 private:
  std::future_status wait_some(std::chrono::nanoseconds time) const;
  detail::SharedState& state() const;

  std::unique_ptr<detail::SharedState, detail::LetGo> state_;
};

extern template class Future<Revision>;
extern template class Future<CommitResult>;

}  // namespace bulletin
