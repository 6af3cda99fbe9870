// Frames of ZeroMQ.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <zmq.hpp>

#include "server/socket.hpp"

namespace bulletin::server {

inline std::string_view view(const zmq::message_t& frame) noexcept {
  return {static_cast<const char*>(frame.data()), frame.size()};
}

/// `owner` has a string `bytes`, and is destroyed, on any thread, when ZeroMQ has no use for it.
template <class Owner>
zmq::message_t hand_over(std::unique_ptr<Owner> owner) {
  std::string& bytes = owner->bytes;
  zmq::message_t message(
      bytes.data(), bytes.size(), [](void*, void* hint) { delete static_cast<Owner*>(hint); },
      owner.get());
  static_cast<void>(owner.release());
  return message;
}

/// Large bytes are handed over as they are, small ones copied.
inline zmq::message_t to_message(std::string&& bytes) {
  constexpr std::size_t worth_handing_over = 4096;
  if (bytes.size() < worth_handing_over) return {bytes.data(), bytes.size()};
  struct Owner {
    std::string bytes;
  };
  return hand_over(std::make_unique<Owner>(Owner{std::move(bytes)}));
}

/// False, with the reason in errno, when it cannot be queued now. Never waits, never throws.
inline bool send(zmq::socket_t& socket, zmq::message_t& frame, bool more) noexcept {
  const int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
  return uninterrupted_result(
             [&] { return zmq_msg_send(frame.handle(), socket.handle(), flags); }) >= 0;
}

/// False when nothing has arrived.
inline bool receive(zmq::socket_t& socket, zmq::message_t& frame) {
  const int received = uninterrupted_result(
      [&] { return zmq_msg_recv(frame.handle(), socket.handle(), ZMQ_DONTWAIT); });
  if (received < 0 && zmq_errno() != EAGAIN) throw zmq::error_t();
  return received >= 0;
}

}  // namespace bulletin::server
