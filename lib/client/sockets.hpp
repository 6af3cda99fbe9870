// The sockets of a client, set up as docs/protocol.md demands.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <zmq.hpp>

#include "client/keys.hpp"
#include "client/socket.hpp"

namespace bulletin::client {

/// ZeroMQ's context, with its threads running. Throws Error disconnected when this process may not
/// open as many descriptors as a client needs: ZeroMQ would abort the program. Once it exists, to
/// run out of descriptors is an error like others.
std::unique_ptr<zmq::context_t> make_context();

/// A REQ socket for requests that may stay unanswered: the next `send` gives the last one up, and
/// late replies are discarded. Not yet connected.
Socket make_command_socket(zmq::context_t& context, const std::optional<Keys>& keys);
/// A SUB socket; not yet connected.
Socket make_updates_socket(zmq::context_t& context, const std::optional<Keys>& keys);

/// Hands the bytes over without waiting; false: there is no connection to take them.
bool send(zmq::socket_t& socket, std::string_view bytes);
/// Some of the events (ZMQ_POLLIN, ZMQ_POLLOUT) have happened. Afterwards the socket's descriptor
/// tells of those that come.
bool has_events(zmq::socket_t& socket, short events);
/// After the monitor has told of a loss: a message sent before this may still go to the connection
/// that is lost, as ZeroMQ looks only now and then what has become of its connections.
void leave_lost_connection(zmq::socket_t& socket);
/// The next message of one frame, if one has arrived. Longer ones are passed over.
std::optional<zmq::message_t> receive(zmq::socket_t& socket);

/// The next frame, if one has arrived.
bool receive_frame(zmq::socket_t& socket, zmq::message_t& frame);

/// Waits for the events, all of the time if need be: signals do not end it.
void poll(zmq::pollitem_t* items, std::size_t count, std::chrono::milliseconds timeout);

inline std::string_view view(const zmq::message_t& message) noexcept {
  return {static_cast<const char*>(message.data()), message.size()};
}

/// Tells of a socket's connection being made (after the handshake) and lost.
class ConnectionMonitor {
 public:
  enum class Event {
    connected,
    disconnected,
    failed,  ///< to connect, where nobody was connected
  };

  /// Somebody listens, but no handshake has succeeded since one failed.
  [[nodiscard]] bool refused() const noexcept { return refused_; }

  ConnectionMonitor(zmq::context_t& context, zmq::socket_t& watched, const std::string& name);
  ~ConnectionMonitor();
  ConnectionMonitor(const ConnectionMonitor&) = delete;
  ConnectionMonitor& operator=(const ConnectionMonitor&) = delete;

  Socket& socket() noexcept { return events_; }
  /// To wait for, until `next` has something.
  [[nodiscard]] int descriptor() const { return events_.get(zmq::sockopt::fd); }
  /// The next event that has happened, if any.
  std::optional<Event> next();

  /// A large message is arriving, however slowly: since the last call more has come on the
  /// connection than its heartbeats. (Of a Unix socket that is not known; nothing is slow there.)
  bool is_receiving() noexcept;

 private:
  zmq::socket_t& watched_;
  Socket events_;
  bool lost_ = false;
  bool refused_ = false;
  int connection_ = -1;         // its descriptor, as the last event told
  std::uint64_t received_ = 0;  // on it, when last asked
};

/// What to say of one that was refused.
extern const char* const refused_advice;

/// Wakes a thread that polls `descriptor()`: from any thread, and without waiting.
class Waker {
 public:
  Waker();
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  void wake() noexcept;
  void clear() noexcept;
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace bulletin::client
