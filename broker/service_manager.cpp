#include "service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

namespace bulletin {
namespace {

std::uint64_t monotonic_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

/// A manager that does not listen any more is its own problem.
void tell(const std::string& state) { static_cast<void>(sd_notify(0, state.c_str())); }

}  // namespace

ServiceManager::ServiceManager(server::Server& server)
    : server_(server), present_(std::getenv("NOTIFY_SOCKET") != nullptr) {
  std::uint64_t limit_us = 0;
  if (!present_ || sd_watchdog_enabled(0, &limit_us) <= 0) return;
  // Three tries: one that is late is no end.
  const std::chrono::microseconds interval(limit_us / 3);
  thread_ = std::thread(
      [this, interval] { watch(std::chrono::duration_cast<std::chrono::milliseconds>(interval)); });
}

ServiceManager::~ServiceManager() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ServiceManager::ready(const std::string& status) const {
  if (present_) tell(fmt::format("READY=1\nSTATUS={}", status));
}

void ServiceManager::reloading() const {
  if (present_) tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_us()));
}

void ServiceManager::stopping() const {
  if (present_) tell("STOPPING=1");
}

void ServiceManager::watch(std::chrono::milliseconds interval) {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, interval, [this] { return ended_; })) {
    lock.unlock();
    if (server_.await_turn(interval)) tell("WATCHDOG=1");
    lock.lock();
  }
}

}  // namespace bulletin
