#include "client/transport/sockets.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <system_error>
#include <utility>

#include <bulletin/error.hpp>

#include "client/system/clock.hpp"
#include "client/system/free_descriptors.hpp"
#include "client/transport/tcp_arrivals.hpp"
#include "wire/limits.hpp"

namespace bulletin::client {
namespace {

// A dead line is noticed also when no packet tells (cable pulled, host gone): heartbeats are sent
// on it, and what is not acknowledged in time ends it. That the peer answers them is waited for
// longer: on a slow line the answer may come behind a large message, and is read only after that.
constexpr int heartbeat_interval_ms = 1000;
constexpr int acknowledged_within_ms = 5000;
constexpr int heartbeat_timeout_ms = 60'000;
constexpr int reconnect_ms = 20;
constexpr int reconnect_max_ms = 500;

/// A handshake that is refused at once ends within this; one that is left unanswered takes the
/// broker's whole time for it.
constexpr std::chrono::seconds at_once{2};
constexpr std::chrono::milliseconds abandoned_after{500};

constexpr int handshake_failed = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                                 ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                                 ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

/// The context's threads take 5, each of three sockets with its monitor 3, their connections 3, and
/// what wakes and polls 3.
constexpr std::size_t descriptors_of_a_client = 20;

void set_common_options(Socket& socket) {
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::ipv6, true);
  socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(wire::message_bytes));
  socket.set(zmq::sockopt::heartbeat_ivl, heartbeat_interval_ms);
  socket.set(zmq::sockopt::heartbeat_timeout, heartbeat_timeout_ms);
  socket.set(zmq::sockopt::tcp_maxrt, acknowledged_within_ms);
  socket.set(zmq::sockopt::reconnect_ivl, reconnect_ms);
  socket.set(zmq::sockopt::reconnect_ivl_max, reconnect_max_ms);
}

}  // namespace

// Made here and nowhere else: under the mutex of the loop, which fork() takes.
std::unique_ptr<zmq::context_t> make_context() {
  // Two clients that begin at once do not count the same free descriptors.
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  require_free_descriptors(descriptors_of_a_client);
  auto context = std::make_unique<zmq::context_t>(1);
  context->set(zmq::ctxopt::ipv6, 1);
  const Socket starts_the_threads(*context, zmq::socket_type::pair);
  return context;
}

Socket make_command_socket(zmq::context_t& context, const std::optional<Keys>& keys) {
  Socket socket(context, zmq::socket_type::req);
  set_common_options(socket);
  set_keys(socket, keys);
  socket.set(zmq::sockopt::req_relaxed, true);
  socket.set(zmq::sockopt::req_correlate, true);
  socket.set(zmq::sockopt::immediate, true);
  return socket;
}

Socket make_updates_socket(zmq::context_t& context, const std::optional<Keys>& keys) {
  Socket socket(context, zmq::socket_type::sub);
  set_common_options(socket);
  set_keys(socket, keys);
  // Subscriptions queue against the high-water mark when the connection is made; none may be lost.
  socket.set(zmq::sockopt::sndhwm, 0);
  // At a mark libzmq 4.3.4 stops reading the connection, then takes the heartbeats that it has not
  // read for a dead peer, and may end the process on reconnecting (its issue 3937). What waits is
  // bounded by who reads the socket.
  socket.set(zmq::sockopt::rcvhwm, 0);
  return socket;
}

bool send(zmq::socket_t& socket, std::string_view bytes) {
  const int sent = uninterrupted_result(
      [&] { return zmq_send(socket.handle(), bytes.data(), bytes.size(), ZMQ_DONTWAIT); });
  if (sent >= 0) return true;
  if (zmq_errno() == EAGAIN) return false;
  throw zmq::error_t();
}

bool has_events(zmq::socket_t& socket, short events) {
  const int happened = uninterrupted([&] { return socket.get(zmq::sockopt::events); });
  return (happened & events) != 0;
}

void leave_lost_connection(zmq::socket_t& socket) { static_cast<void>(has_events(socket, 0)); }

// False: nothing has arrived, or, on a REQ socket, nothing is expected (EFSM).
bool receive_frame(zmq::socket_t& socket, zmq::message_t& frame) {
  const int received = uninterrupted_result(
      [&] { return zmq_msg_recv(frame.handle(), socket.handle(), ZMQ_DONTWAIT); });
  if (received >= 0) return true;
  if (zmq_errno() == EAGAIN || zmq_errno() == EFSM) return false;
  throw zmq::error_t();
}

std::optional<zmq::message_t> receive(zmq::socket_t& socket) {
  zmq::message_t message;
  if (!receive_frame(socket, message)) return std::nullopt;
  bool single = true;
  zmq::message_t rest;
  for (bool more = message.more(); more; more = rest.more()) {
    single = false;
    if (!receive_frame(socket, rest)) break;
  }
  if (!single) return receive(socket);
  return message;
}

void poll(zmq::pollitem_t* items, std::size_t count, std::chrono::milliseconds timeout) {
  const SteadyTime deadline = deadline_after(timeout);
  const int happened = uninterrupted_result([&] {
    return zmq_poll(items, static_cast<int>(count),
                    static_cast<long>(time_until(deadline).count()));
  });
  if (happened < 0) throw zmq::error_t();
}

ConnectionMonitor::ConnectionMonitor(zmq::context_t& context, zmq::socket_t& watched,
                                     const std::string& name)
    : watched_(watched), events_(context, zmq::socket_type::pair) {
  const std::string address = "inproc://" + name;
  constexpr int wanted = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                         ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CONNECT_RETRIED | handshake_failed;
  const int made = uninterrupted_result(
      [&] { return zmq_socket_monitor(watched.handle(), address.c_str(), wanted); });
  if (made < 0) throw zmq::error_t();
  events_.set(zmq::sockopt::linger, 0);
  events_.connect(address);
  (void)next();  // so that the descriptor tells of the first
}

ConnectionMonitor::~ConnectionMonitor() {
  if (watched_) zmq_socket_monitor(watched_.handle(), nullptr, 0);
}

std::optional<ConnectionMonitor::Event> ConnectionMonitor::next() {
  for (;;) {
    zmq::message_t event;
    if (!receive_frame(events_, event)) return std::nullopt;
    zmq::message_t address;
    if (event.more()) (void)receive_frame(events_, address);
    std::uint16_t number = 0;
    if (event.size() >= sizeof number) std::memcpy(&number, event.data(), sizeof number);
    const SteadyTime now = std::chrono::steady_clock::now();
    connected_ = number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
    if (number == ZMQ_EVENT_CONNECTED) {
      std::int32_t descriptor = -1;
      if (event.size() >= sizeof number + sizeof descriptor)
        std::memcpy(&descriptor, event.data<char>() + sizeof number, sizeof descriptor);
      connection_ = descriptor;
      received_ = 0;
      lost_ = false;
      begun_at_ = now;
    } else if (number == ZMQ_EVENT_DISCONNECTED) {
      connection_ = -1;
      lost_ = true;
      lost_at_ = now;
    } else if (number == ZMQ_EVENT_CONNECT_RETRIED) {
      // ZeroMQ tells of the loss first, and then takes the connection's queue from the socket.
      return std::exchange(lost_, false) ? Event::disconnected : Event::failed;
    } else if (number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
      ended_at_once_ = 0;
      return Event::connected;
    } else {
      handshake_failed_ = true;
      ended_at_once_ = now < begun_at_ + at_once ? ended_at_once_ + 1 : 0;
    }
  }
}

bool ConnectionMonitor::is_receiving() noexcept {
  // Heartbeats have some 10 bytes each, 60 with keys, and one comes each second.
  constexpr std::uint64_t least = 1024;
  if (connection_ < 0) return false;
  const std::uint64_t now = bytes_received(connection_);
  return now >= std::exchange(received_, now) + least;
}

// What follows a loss comes with it.
bool ConnectionMonitor::take_abandoned() noexcept {
  if (!lost_ || std::chrono::steady_clock::now() < lost_at_ + abandoned_after) return false;
  lost_ = false;
  return true;
}

void connect_anew(Socket& socket, const std::string& left, const std::string& endpoint) {
  try {
    socket.disconnect(left);
  } catch (const zmq::error_t& error) {
    // What ZeroMQ has abandoned it may have forgotten.
    if (error.num() != ENOENT) throw;
  }
  socket.connect(endpoint);
}

Waker::Waker() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Waker::~Waker() { ::close(descriptor_); }

void Waker::wake() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full: then the thread is being woken already.
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

void Waker::clear() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(descriptor_, &count, sizeof count);
}

}  // namespace bulletin::client
