#include "client/system/fork.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include <bulletin/detail/namespace_state.hpp>
#include <bulletin/detail/slot.hpp>

namespace bulletin::client {
namespace {

std::atomic<std::uint64_t> forks{0};

struct Registry {
  std::mutex mutex;
  std::vector<ForkParticipant*> participants;  // in the order of joining; guarded by mutex
  // Not under `mutex`: who resumes holds that one, and abandons.
  std::mutex abandoned_mutex;
  std::vector<std::shared_ptr<void>>
      abandoned;  // reachable for ever: leak checkers see it is meant
};

// There before any thread, and never destroyed: fork() may be called while the program ends.
union Everlasting {
  constexpr Everlasting() : registry{} {}
  ~Everlasting() {}
  Registry registry;
};
constinit Everlasting everlasting;

Registry& registry() noexcept { return everlasting.registry; }

void prepare() {
  registry().mutex.lock();
  registry().abandoned_mutex.lock();
  for (ForkParticipant* participant : registry().participants) participant->before_fork();
}

void parent() {
  for (ForkParticipant* participant : registry().participants) participant->after_fork();
  registry().abandoned_mutex.unlock();
  registry().mutex.unlock();
}

void child() {
  forks.fetch_add(1, std::memory_order_relaxed);
  detail::fork_pending.store(!registry().participants.empty(), std::memory_order_relaxed);
  parent();
}

[[maybe_unused]] const int registered = pthread_atfork(prepare, parent, child);

}  // namespace

std::uint64_t generation() noexcept { return forks.load(std::memory_order_relaxed); }

void join_forks(ForkParticipant& participant) {
  std::scoped_lock lock(registry().mutex);
  registry().participants.push_back(&participant);
}

void leave_forks(ForkParticipant& participant) {
  std::scoped_lock lock(registry().mutex);
  std::erase(registry().participants, &participant);
}

void abandon(std::shared_ptr<void> object) {
  std::scoped_lock lock(registry().abandoned_mutex);
  registry().abandoned.push_back(std::move(object));
}

}  // namespace bulletin::client

void bulletin::detail::resume_after_fork() {
  auto& registry = client::registry();
  std::scoped_lock lock(registry.mutex);
  if (!fork_pending.load(std::memory_order_relaxed)) return;
  for (client::ForkParticipant* participant : registry.participants) participant->resume();
  // Only now: what other threads find must not be the parent's any more.
  fork_pending.store(false, std::memory_order_release);
}
