#include "server/reader_queue.hpp"

#include <algorithm>

#include "wire/limits.hpp"

namespace bulletin::server {
namespace {

/// What a queued update takes beside its bytes: two frames, their headers.
constexpr std::size_t overhead = 256;
/// The bound is looked at again after so many updates, or this part of the memory allowed: by no
/// more than that can a sudden change of sizes exceed it.
constexpr std::size_t window = 512;
constexpr std::size_t parts = 16;

}  // namespace

ReaderQueue::ReaderQueue(std::size_t reader_bytes) noexcept
    : reader_bytes_(reader_bytes), limit_(limit_for(wire::update_bytes)) {}

bool ReaderQueue::grown_by(std::size_t bytes) noexcept {
  window_bytes_ += bytes + overhead;
  ++window_updates_;
  if (window_updates_ < window && window_bytes_ < reader_bytes_ / parts) return false;
  const int wanted = limit_for(window_bytes_ / window_updates_);
  window_bytes_ = 0;
  window_updates_ = 0;
  // Not for every little change.
  if (wanted > limit_ * 3 / 4 && wanted < limit_ + limit_ / 2) return false;
  limit_ = wanted;
  return true;
}

int ReaderQueue::limit_for(std::size_t mean) const noexcept {
  return static_cast<int>(std::clamp<std::size_t>(reader_bytes_ / mean, 4, 1u << 20));
}

}  // namespace bulletin::server
