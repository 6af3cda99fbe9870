// What has arrived on the commands socket.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <zmq.hpp>

#include "server/request.hpp"
#include "server/waiting_room.hpp"

namespace bulletin::server {

/// Gives requests in bounded portions, and reads on: what is behind a portion waits here. (It would
/// not wait in the socket: where a high-water mark stops the reading of a connection, libzmq 4.3.4
/// may end the process, see docs/decisions/0009.)
class Inbox {
 public:
  /// `most_waiting`: of one connection.
  explicit Inbox(std::size_t most_waiting) : room_(most_waiting) {}

  /// At most about a mebibyte, or `most_requests`.
  std::span<Request> receive(zmq::socket_t& commands, std::size_t most_requests);
  /// Some of those that were read meanwhile and may not wait.
  std::span<Request> refused() noexcept { return {refused_.data(), refused_count_}; }

  /// The descriptors whose connections should end.
  std::span<const int> floods() const noexcept { return floods_; }

  /// Gives back the bodies of the last portion, which may be large, and of those refused.
  void release();

  /// True if nothing was left when the last portion had been read.
  bool drained() const noexcept { return drained_ && room_.empty(); }

  /// Messages without a delimiter: there is nobody who could be answered. And those that may not
  /// wait, of a connection that floods or too large: who sent them has to ask again.
  std::size_t dropped() const noexcept { return dropped_; }

 private:
  enum class Reading { nothing, request, no_use };
  static constexpr std::size_t least_ahead = 256;

  static Reading read(zmq::socket_t& commands, Request& request);
  static bool read_rest(zmq::socket_t& commands, Request& request);
  void read_portion(zmq::socket_t& commands, std::size_t most_requests, std::size_t bytes);
  void read_ahead(zmq::socket_t& commands);
  void admit(Request& request);

  WaitingRoom room_;
  std::vector<Request> requests_;
  std::size_t received_ = 0;
  std::vector<Request> refused_;
  std::size_t refused_count_ = 0;
  std::vector<int> floods_;
  std::size_t dropped_ = 0;
  bool drained_ = true;              // the socket
  std::size_t ahead_ = least_ahead;  // requests that are read at once beyond a portion
  Request read_;
};

}  // namespace bulletin::server
