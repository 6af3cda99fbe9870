// What systemd is told, when it has started the broker (sd_notify(3)).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "server/server.hpp"

namespace bulletin {

/// Tells that the broker is ready, reads its files again, and ends. While it lives, a thread of its
/// own says again and again that the broker's loop turns, if the unit has WatchdogSec=. Does
/// nothing when the broker was started by somebody else.
class ServiceManager {
 public:
  explicit ServiceManager(server::Server& server);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  /// The broker was started by one.
  [[nodiscard]] bool present() const noexcept { return present_; }
  void ready(const std::string& status) const;
  void reloading() const;
  void stopping() const;

 private:
  void watch(std::chrono::milliseconds interval);

  server::Server& server_;
  const bool present_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace bulletin
