#include "client/loop/shared_state.hpp"

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "replica/cross_thread_allocator.hpp"

namespace bulletin::detail {
namespace {

using client::Listener;
using Allocator = replica::CrossThreadAllocator<SharedState>;

/// Stands where a listener would, and is never told.
class Mark final : public Listener {
 public:
  void told(SharedState&) noexcept override {}
};

constinit Mark ready;      // the promise was kept
constinit Mark abandoned;  // the future has gone

/// A thread that waits: no longer than this lives.
class WaitingThread final : public Listener {
 public:
  void told(SharedState&) noexcept override {
    const std::scoped_lock lock(mutex_);  // to the end: it may be gone afterwards
    told_ = true;
    changed_.notify_one();
  }

  bool wait(std::optional<client::SteadyTime> deadline) {
    std::unique_lock lock(mutex_);
    const auto told = [&] { return told_; };
    if (deadline) return changed_.wait_until(lock, *deadline, told);
    changed_.wait(lock, told);
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool told_ = false;
};

}  // namespace

SharedState* SharedState::make() { return new (Allocator().allocate(1)) SharedState; }

void SharedState::end() noexcept {
  std::destroy_at(this);
  Allocator().deallocate(this, 1);
}

void SharedState::fulfil(wire::Outcome&& decided) noexcept {
  outcome = std::move(decided);
  tell();
}

void SharedState::fail(std::exception_ptr failure) noexcept {
  error = std::move(failure);
  tell();
}

void SharedState::break_promise() noexcept {
  fail(std::make_exception_ptr(std::future_error(std::future_errc::broken_promise)));
}

void SharedState::tell() noexcept {
  Listener* const listener = listener_.exchange(&ready, std::memory_order_acq_rel);
  if (listener == &abandoned) {
    end();
  } else if (listener != nullptr) {
    listener->told(*this);
  }
}

bool SharedState::is_ready() const noexcept {
  return listener_.load(std::memory_order_acquire) == &ready;
}

bool SharedState::listen(Listener& listener) {
  Listener* found = nullptr;
  if (listener_.compare_exchange_strong(found, &listener, std::memory_order_acq_rel)) return true;
  if (found == &ready) return false;
  throw std::logic_error("a bulletin::Future is waited for by one thread; share() is for several");
}

bool SharedState::cease_to_listen(Listener& listener) noexcept {
  Listener* found = &listener;
  return listener_.compare_exchange_strong(found, nullptr, std::memory_order_acq_rel);
}

bool SharedState::wait(std::optional<client::SteadyTime> deadline) {
  if (is_ready()) return true;
  WaitingThread thread;
  if (!listen(thread)) return true;
  if (thread.wait(deadline)) return true;
  if (cease_to_listen(thread)) return false;
  return thread.wait(std::nullopt);  // it is being told
}

void SharedState::let_go() noexcept {
  if (listener_.exchange(&abandoned, std::memory_order_acq_rel) == &ready) end();
}

void LetGo::operator()(SharedState* state) const noexcept { state->let_go(); }

}  // namespace bulletin::detail
