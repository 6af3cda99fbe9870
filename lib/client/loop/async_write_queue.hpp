// Writes for which nobody waits, between the threads that make them and the thread that leads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "client/loop/write_promise.hpp"
#include "client/system/clock.hpp"
#include "replica/write_lane.hpp"

namespace bulletin::client {

/// Past this, whoever adds waits: one half may be in the lane, one in the queue.
constexpr std::size_t unsent_bytes_bound = 64u << 20;

/// In the order of their coming. It has a lock of its own, held for moments only: whoever adds does
/// not wait while a request is made or an answer taken. Any thread.
class AsyncWriteQueue {
 public:
  struct Entry {
    Entry(replica::PendingWrite&& write, WritePromise&& promise) noexcept
        : write(std::move(write)), promise(std::move(promise)) {}

    replica::PendingWrite write;
    WritePromise promise;
  };
  /// Of a bounded number each, so that those that are there do not move when more come.
  using Chunks = std::vector<std::vector<Entry>>;
  enum class Added {
    first,   ///< nothing was there: whoever takes has to be told
    more,    ///< somebody has been told already
    full,    ///< no room in time: it was not added
    closed,  ///< nothing is accepted any more: it was not added
  };

  explicit AsyncWriteQueue(std::size_t bound = unsent_bytes_bound / 2) noexcept : bound_(bound) {}

  /// Waits for room, if there is none, until the deadline.
  Added add(replica::PendingWrite&& write, WritePromise&& promise, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    if (!room_.wait_until(lock, deadline, [&] { return closed_ || bytes_ < bound_; }))
      return Added::full;
    if (closed_) return Added::closed;
    const bool first = chunks_.empty();
    if (first || chunks_.back().size() == chunk_entries) begin_chunk();
    bytes_ += replica::WriteLane::price(write);
    chunks_.back().emplace_back(std::move(write), std::move(promise));
    return first ? Added::first : Added::more;
  }

  /// All that is there.
  Chunks take() {
    const std::scoped_lock lock(mutex_);
    if (bytes_ >= bound_) room_.notify_all();
    bytes_ = 0;
    return std::exchange(chunks_, {});
  }

  /// Adds the replicas of all that is there.
  void add_used(replica::ReplicaSet& replicas) {
    const std::scoped_lock lock(mutex_);
    for (const std::vector<Entry>& chunk : chunks_) {
      for (const Entry& entry : chunk) replicas.insert(entry.write.replica);
    }
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    room_.notify_all();
  }

 private:
  static constexpr std::size_t chunk_entries = 64;

  void begin_chunk() {
    std::vector<Entry> chunk;
    chunk.reserve(chunk_entries);
    chunks_.push_back(std::move(chunk));
  }

  const std::size_t bound_;
  std::mutex mutex_;
  // Guarded by mutex_.
  Chunks chunks_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  std::condition_variable room_;
};

}  // namespace bulletin::client
