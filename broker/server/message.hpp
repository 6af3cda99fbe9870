// Frames of ZeroMQ.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <zmq.hpp>

namespace bulletin::server {

inline std::string_view view(const zmq::message_t& frame) noexcept {
  return {static_cast<const char*>(frame.data()), frame.size()};
}

/// Large bytes are handed over as they are, small ones copied.
inline zmq::message_t to_message(std::string&& bytes) {
  constexpr std::size_t worth_handing_over = 4096;
  if (bytes.size() < worth_handing_over) return {bytes.data(), bytes.size()};
  auto* owned = new std::string(std::move(bytes));
  return {owned->data(), owned->size(),
          [](void*, void* hint) { delete static_cast<std::string*>(hint); }, owned};
}

/// False, with the reason in errno, when it cannot be queued now. Never waits, never throws.
inline bool send(zmq::socket_t& socket, zmq::message_t& frame, bool more) noexcept {
  return zmq_msg_send(frame.handle(), socket.handle(), ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >=
         0;
}

/// False when nothing has arrived.
inline bool receive(zmq::socket_t& socket, zmq::message_t& frame) {
  return socket.recv(frame, zmq::recv_flags::dontwait).has_value();
}

}  // namespace bulletin::server
