#include "client/fork.hpp"

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
};

void prepare();
void parent();
void child();

// Never destroyed: fork() may be called while the program ends.
Registry& registry() {
  static Registry* const instance = [] {
    auto* made = new Registry;
    pthread_atfork(prepare, parent, child);
    return made;
  }();
  return *instance;
}

void prepare() {
  registry().mutex.lock();
  for (ForkParticipant* participant : registry().participants) participant->before_fork();
}

void parent() {
  for (ForkParticipant* participant : registry().participants) participant->after_fork();
  registry().mutex.unlock();
}

void child() {
  forks.fetch_add(1, std::memory_order_relaxed);
  detail::fork_pending.store(!registry().participants.empty(), std::memory_order_relaxed);
  parent();
}

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
  // Reachable for ever, so that leak checkers know it was meant.
  static auto* const abandoned = new std::vector<std::shared_ptr<void>>;
  abandoned->push_back(std::move(object));
}

}  // namespace bulletin::client

void bulletin::detail::resume_after_fork() {
  auto& registry = client::registry();
  std::scoped_lock lock(registry.mutex);
  if (!fork_pending.exchange(false)) return;
  for (client::ForkParticipant* participant : registry.participants) participant->resume();
}
