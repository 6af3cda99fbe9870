// Where requests wait that were read and cannot be taken yet.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "server/request.hpp"

namespace bulletin::server {

/// Keeps the requests of each connection in their order, up to a bound; the connections have their
/// turns one after the other, however much each of them has sent.
class WaitingRoom {
 public:
  enum class Entry {
    waits,
    too_many,   ///< as many of its connection wait as may
    too_large,  ///< too many bytes wait: of its connection, or of all
  };

  /// Of one connection. A copy of a request that waits must not be told that it is refused, as the
  /// first may be carried out: so the bound is more than the copies that a client sends in minutes.
  static constexpr std::size_t least_bound = 64;
  /// Bodies; one of a connection may wait however large it is.
  static constexpr std::size_t bytes_of_one = 32u << 20;
  static constexpr std::size_t bytes_of_all = 256u << 20;

  /// `most`: requests of one connection.
  explicit WaitingRoom(std::size_t most) : most_(most) {}

  /// Takes the request if it may wait, else leaves it.
  Entry add(Request& request);
  /// The next in turn, if there is one, with the memory of the one that is given.
  bool take(Request& request);

  [[nodiscard]] bool empty() const noexcept { return turns_.empty(); }

 private:
  struct Queue {
    std::deque<Request> requests;
    std::size_t bytes = 0;
  };
  using Queues = std::map<std::string, Queue, std::less<>>;

  const std::size_t most_;
  Queues queues_;                       // none is empty
  std::deque<Queues::iterator> turns_;  // the next first
  std::size_t bytes_ = 0;
};

}  // namespace bulletin::server
