#include "server/flood_guard.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "server/local_address.hpp"

namespace bulletin::server {
namespace {

constexpr std::chrono::milliseconds interval{100};

/// Nothing for what is no TCP connection, or on a kernel that does not count.
std::optional<std::uint64_t> received_bytes(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
    return std::nullopt;
  return info.tcpi_bytes_received;
}

/// What the connections that came in at a port have brought. ZeroMQ's monitor tells their
/// descriptors to the broker's thread, which has no time: so all of the process are looked at.
std::map<int, std::uint64_t> received_at(std::uint16_t port) {
  std::map<int, std::uint64_t> received;
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    int descriptor = -1;
    std::from_chars(name.data(), name.data() + name.size(), descriptor);
    if (local_port(descriptor) != port) continue;
    if (const auto bytes = received_bytes(descriptor)) received.emplace(descriptor, *bytes);
  }
  return received;
}

}  // namespace

FloodGuard::FloodGuard() : thread_([this](const std::stop_token& stopping) { run(stopping); }) {}

void FloodGuard::reading_begins(std::uint16_t port) {
  const std::scoped_lock lock(mutex_);
  Reading& reading = readings_[port];
  if (!reading.lasts) reading = {reading.number + 1, true};
}

void FloodGuard::reading_ends(std::uint16_t port, bool read_empty) {
  const std::scoped_lock lock(mutex_);
  if (read_empty) readings_[port].lasts = false;
}

void FloodGuard::run(const std::stop_token& stopping) {
  std::unique_lock lock(mutex_);
  while (!stopping.stop_requested()) {
    stop_.wait_for(lock, stopping, interval, [] { return false; });
    const std::map<std::uint16_t, Reading> readings = readings_;
    lock.unlock();
    for (const auto& [port, reading] : readings) look(port, reading);
    lock.lock();
  }
}

void FloodGuard::look(std::uint16_t port, const Reading& reading) {
  Seen& seen = seen_[port];
  if (!reading.lasts || seen.number != reading.number) {
    seen = {reading.number, std::nullopt};
    return;
  }
  Received received = received_at(port);
  if (!seen.received) {
    seen.received = std::move(received);
    return;
  }
  for (const auto& [descriptor, bytes] : received) {
    // One that has come since began with nothing, and so did one whose number was another's.
    std::uint64_t& before = (*seen.received)[descriptor];
    if (before > bytes) before = 0;
    if (bytes - before < most_bytes || local_port(descriptor) != port) continue;
    if (::shutdown(descriptor, SHUT_RDWR) == 0) ended_.fetch_add(1, std::memory_order_relaxed);
    before = bytes;
  }
}

}  // namespace bulletin::server
