#include <bulletin/future.hpp>

#include <cstddef>
#include <memory>
#include <utility>

#include "client/loop/outcome.hpp"
#include "client/loop/shared_state.hpp"
#include "replica/cross_thread_allocator.hpp"

namespace bulletin {
namespace {

template <class T>
T result_of(const detail::SharedState& state);

template <>
Revision result_of(const detail::SharedState& state) {
  return Revision(state.outcome.revision);
}

template <>
CommitResult result_of(const detail::SharedState& state) {
  return client::to_commit_result(state.outcome);
}

/// Has the future's side when that was turned into a std::future.
template <class T>
class StandardPromise final : public client::Listener {
 public:
  // Made by one thread, ended by another.
  static void* operator new(std::size_t bytes) { return replica::take_cross_thread_block(bytes); }
  static void operator delete(void* block, std::size_t bytes) noexcept {
    replica::give_back_cross_thread_block(block, bytes);
  }

  std::future<T> get_future() { return promise_.get_future(); }

  void told(detail::SharedState& state) noexcept override {
    keep(state);
    state.let_go();
    delete this;
  }

  void keep(const detail::SharedState& state) {
    if (state.error) return promise_.set_exception(state.error);
    try {
      promise_.set_value(result_of<T>(state));
    } catch (const std::exception&) {
      promise_.set_exception(std::current_exception());
    }
  }

 private:
  std::promise<T> promise_{std::allocator_arg, replica::CrossThreadAllocator<T>()};
};

/// Has the future's side of one that is continued.
template <class T>
class Continuation final : public client::Listener {
 public:
  explicit Continuation(std::function<void(Future<T>)> f) : f_(std::move(f)) {}

  void told(detail::SharedState& state) noexcept override {
    const std::unique_ptr<Continuation> own(this);
    f_(Future<T>(&state));
  }

 private:
  const std::function<void(Future<T>)> f_;
};

}  // namespace

template <class T>
detail::SharedState& Future<T>::state() const {
  if (!state_) throw std::future_error(std::future_errc::no_state);
  return *state_;
}

template <class T>
T Future<T>::get() {
  state().wait(std::nullopt);
  const auto ready = std::move(state_);
  if (ready->error) std::rethrow_exception(ready->error);
  return result_of<T>(*ready);
}

template <class T>
void Future<T>::wait() const {
  state().wait(std::nullopt);
}

template <class T>
std::future_status Future<T>::wait_some(std::chrono::nanoseconds time) const {
  if (time.count() > 0) return wait_until(std::chrono::steady_clock::now() + time);
  return state().is_ready() ? std::future_status::ready : std::future_status::timeout;
}

template <class T>
std::future_status Future<T>::wait_until(std::chrono::steady_clock::time_point time) const {
  return state().wait(time) ? std::future_status::ready : std::future_status::timeout;
}

// That clock may be set while this waits.
template <class T>
std::future_status Future<T>::wait_until(std::chrono::system_clock::time_point time) const {
  const auto left = [&] { return time - std::chrono::system_clock::now(); };
  std::future_status status = wait_for(left());
  while (status != std::future_status::ready && left().count() > 0) status = wait_for(left());
  return status;
}

template <class T>
void Future<T>::then(std::function<void(Future)> f) && {
  auto continuation = std::make_unique<Continuation<T>>(f);
  if (state().listen(*continuation)) {
    (void)continuation.release();
    (void)state_.release();
  } else {
    f(std::move(*this));
  }
}

template <class T>
Future<T>::operator std::future<T>() && {
  auto promise = std::make_unique<StandardPromise<T>>();
  std::future<T> future = promise->get_future();
  if (state().listen(*promise)) {
    (void)promise.release();
    (void)state_.release();
  } else {
    const auto ready = std::move(state_);
    promise->keep(*ready);
  }
  return future;
}

template class Future<Revision>;
template class Future<CommitResult>;

}  // namespace bulletin
