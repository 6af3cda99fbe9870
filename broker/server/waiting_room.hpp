// Where requests wait that were read and cannot be taken yet.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include <absl/container/node_hash_map.h>

#include "server/request.hpp"
#include "server/text_hash.hpp"

namespace bulletin::server {

/// Keeps the requests of each connection in their order, up to a bound; the connections have their
/// turns one after the other, however much each of them has sent.
class WaitingRoom {
 public:
  enum class Entry {
    waits,
    too_many,   ///< as many of its connection wait as may
    flood,      ///< the same, for so many that its connection should end; told once
    too_large,  ///< too many bytes wait: of its connection, or of all
  };

  /// Of one connection. A copy of a request that waits must not be told that it is refused, as the
  /// first may be carried out: so the bound is more than the copies that a client sends in minutes.
  static constexpr std::size_t least_bound = 64;
  /// So many times the bound too many, more than its connection had turns meanwhile.
  static constexpr std::size_t flood_factor = 4;
  /// Bodies; one of a connection may wait however large it is.
  static constexpr std::size_t bytes_of_one = 32u << 20;
  static constexpr std::size_t bytes_of_all = 256u << 20;

  /// `most`: requests of one connection.
  explicit WaitingRoom(std::size_t most) : most_(most) {}

  /// Takes the request if it may wait, else leaves it.
  Entry add(Request& request);
  /// The next in turn, if there is one.
  bool take(Request& request);

  [[nodiscard]] bool empty() const noexcept { return turns_.empty(); }
  /// Nobody waits, and what was sent before counts no more.
  void forget() { queues_.clear(); }

 private:
  struct Queue {
    std::deque<Request> requests;
    std::size_t bytes = 0;
    std::size_t excess = 0;  // those that were too many, without the turns since
  };
  using Queues = absl::node_hash_map<std::string, Queue, TextHash, std::equal_to<>>;

  const std::size_t most_;
  Queues queues_;
  std::deque<Queue*> turns_;  // those that are not empty, the next first
  std::size_t bytes_ = 0;
};

}  // namespace bulletin::server
