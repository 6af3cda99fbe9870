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
#include <utility>

#include <zmq.hpp>

#include "client/system/clock.hpp"
#include "client/transport/keys.hpp"
#include "client/transport/socket.hpp"

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

  /// Since a handshake that has succeeded.
  [[nodiscard]] bool connected() const noexcept { return connected_; }
  /// The last handshakes failed as soon as they had begun: several, as a broker now and then also
  /// ends that of an unknown key at once.
  [[nodiscard]] bool ends_at_once() const noexcept { return ended_at_once_ >= 3; }
  /// A handshake has failed since the last call.
  [[nodiscard]] bool take_failed_handshake() noexcept {
    return std::exchange(handshake_failed_, false);
  }
  /// ZeroMQ has lost the connection and does not try again, as after a handshake with what is not
  /// a broker: it has to be disconnected and connected anew. True once for each such loss.
  [[nodiscard]] bool take_abandoned() noexcept;

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
  bool connected_ = false;
  bool lost_ = false;
  int connection_ = -1;         // its descriptor, as the last event told
  std::uint64_t received_ = 0;  // on it, when last asked
  SteadyTime lost_at_;
  bool handshake_failed_ = false;
  unsigned ended_at_once_ = 0;  // in a row
  SteadyTime begun_at_;         // the newest handshake
};

/// Has a socket whose connection was abandoned connect again.
void connect_anew(Socket& socket, const std::string& left, const std::string& endpoint);

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
