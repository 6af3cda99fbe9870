#include "server/sockets.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "wire/limits.hpp"

namespace bulletin::server {
namespace {

/// Requests that wait for one client's turn; more wait in its own memory.
constexpr int request_queue = 64;
/// Answers that wait for one client. A REQ has one under way, others may have half of this: ZeroMQ
/// hears of what was taken in portions of half a queue.
constexpr int answer_queue = 1000;
/// A subscription is a namespace's name or a nonce.
constexpr std::int64_t subscription_bytes = 4096;
constexpr int backlog = 1024;
/// How long answers may take to leave when the broker ends.
constexpr int linger_ms = 200;
/// How long a connection may take to say who it is.
constexpr int handshake_ms = 5000;
/// How long an endpoint may take to become free again.
constexpr std::chrono::seconds rebind_time{2};

/// How many updates wait for one reader. ZeroMQ counts messages, so this follows from the largest
/// common one; the publisher counts the bytes of larger ones.
int reader_queue(std::size_t reader_bytes) {
  return static_cast<int>(std::clamp<std::size_t>(reader_bytes / wire::update_bytes, 16, 1 << 20));
}

void set_common(zmq::socket_t& socket, const BrokerOptions& options) {
  const int session = static_cast<int>(options.session_time.count());
  socket.set(zmq::sockopt::linger, linger_ms);
  socket.set(zmq::sockopt::backlog, backlog);
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  // A peer whose connection stays open although nobody lives behind it (its forked child holds the
  // descriptor; its host is gone) is noticed within the time of a session.
  socket.set(zmq::sockopt::heartbeat_ivl, std::max(session / 4, 1));
  socket.set(zmq::sockopt::heartbeat_timeout, std::max(session / 2, 1));
  socket.set(zmq::sockopt::heartbeat_ttl, std::clamp(session, 100, 6'553'500));
}

void set_commands(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(wire::message_bytes));
  socket.set(zmq::sockopt::rcvhwm, request_queue);
  socket.set(zmq::sockopt::sndhwm, answer_queue);
  // Tells of answers that cannot be queued. Handover stays off: nobody takes over another's
  // identity by naming it.
  socket.set(zmq::sockopt::router_mandatory, true);
}

void set_updates(zmq::socket_t& socket, const BrokerOptions& options) {
  socket.set(zmq::sockopt::maxmsgsize, subscription_bytes);
  socket.set(zmq::sockopt::rcvhwm, 0);  // at a reconnect thousands of subscriptions arrive at once
  // Once, before the bind: set anew on a live socket, libzmq 4.3.4 tells the new bound to peers
  // that may just have gone, and crashes (tried with readers that join and leave).
  socket.set(zmq::sockopt::sndhwm, reader_queue(options.reader_bytes));
  socket.set(zmq::sockopt::xpub_verbose, true);
  socket.set(zmq::sockopt::xpub_nodrop, true);  // tells the publisher of readers without room
}

/// Nobody gets in without one of the keys: also when ZeroMQ could not ask.
void guard(zmq::socket_t& socket, const ServerKeys& keys) {
  constexpr int enforce_domain = 93;  // ZMQ_ZAP_ENFORCE_DOMAIN, a draft in Debian's header
  const int on = 1;
  socket.set(zmq::sockopt::curve_server, true);
  socket.set(zmq::sockopt::curve_secretkey, keys.secret);
  socket.set(zmq::sockopt::zap_domain, std::string(Gate::domain));
  if (zmq_setsockopt(socket.handle(), enforce_domain, &on, sizeof on) != 0) throw zmq::error_t();
  socket.set(zmq::sockopt::handshake_ivl, handshake_ms);
}

std::string advice(int error) {
  switch (error) {
    case EADDRINUSE:
      return "another program has this port: stop it or choose another one (`*` for any)";
    case EADDRNOTAVAIL:
    case EINVAL: return "use an address or an interface of this host, or `*` for all";
    case EACCES: return "this user may not: choose another endpoint, such as a port above 1023";
    case ENOENT: return "create the folder first";
    default: return "choose another endpoint";
  }
}

[[noreturn]] void throw_bind(std::string_view option, const Endpoint& endpoint,
                             const zmq::error_t& error) {
  if (error.num() == ENODEV) {
    throw Error(Errc::rejected,
                fmt::format("cannot bind {} (option {}): cannot resolve '{}'; use an address or an "
                            "interface of this host, or `*` for all",
                            to_string(endpoint), option, endpoint.host));
  }
  throw Error(Errc::rejected, fmt::format("cannot bind {} (option {}): {}; {}", to_string(endpoint),
                                          option, error.what(), advice(error.num())));
}

}  // namespace

Sockets::Sockets(const BrokerOptions& options, const ServerKeys* keys)
    : options_(options), keys_(keys) {
  const Endpoint commands = parse_endpoint(options.bind, "bind");
  const Endpoint updates = options.updates.empty() ? updates_beside(commands)
                                                   : parse_endpoint(options.updates, "updates");
  if (keys_ != nullptr) gate_.emplace(context_, *keys_);
  make(commands_, zmq::socket_type::router);
  make(updates_, zmq::socket_type::xpub);
  // The commands first, as they are what people name; nobody is answered before both are there.
  commands_endpoint_ = bind(commands_, commands, "bind");
  updates_endpoint_ = bind(updates_, updates, "updates");
}

void Sockets::make(zmq::socket_t& socket, zmq::socket_type type) {
  socket = zmq::socket_t(context_, type);
  set_common(socket, options_);
  if (type == zmq::socket_type::router) {
    set_commands(socket);
  } else {
    set_updates(socket, options_);
  }
  if (keys_ != nullptr) guard(socket, *keys_);
}

void Sockets::bind_again() {
  const int at_once = 0;
  commands_.set(zmq::sockopt::linger, at_once);
  updates_.set(zmq::sockopt::linger, at_once);
  make(commands_, zmq::socket_type::router);
  make(updates_, zmq::socket_type::xpub);
  commands_endpoint_ = bind_patiently(commands_, commands_endpoint_, "bind");
  updates_endpoint_ = bind_patiently(updates_, updates_endpoint_, "updates");
}

/// The socket that had the port is closed by another thread. (On ipc a bind takes the path over.)
Endpoint Sockets::bind_patiently(zmq::socket_t& socket, const Endpoint& endpoint,
                                 std::string_view option) {
  const auto end = std::chrono::steady_clock::now() + rebind_time;
  for (;;) {
    try {
      return bind_locked(socket, endpoint, option);
    } catch (const Error&) {
      if (std::chrono::steady_clock::now() > end) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

Endpoint Sockets::bind(zmq::socket_t& socket, const Endpoint& endpoint, std::string_view option) {
  if (endpoint.transport == Endpoint::Transport::ipc) locks_.emplace_back(endpoint.path);
  return bind_locked(socket, endpoint, option);
}

Endpoint Sockets::bind_locked(zmq::socket_t& socket, const Endpoint& endpoint,
                              std::string_view option) {
  // With it an IPv4 address would be told as ::ffff:127.0.0.1; `*` then means both kinds.
  socket.set(zmq::sockopt::ipv6, endpoint.host == "*" || endpoint.host.starts_with('['));
  try {
    socket.bind(to_string(endpoint));
  } catch (const zmq::error_t& error) {
    throw_bind(option, endpoint, error);
  }
  if (endpoint.transport == Endpoint::Transport::ipc) return endpoint;
  return parse_endpoint(socket.get(zmq::sockopt::last_endpoint), option);
}

void Sockets::wait(int descriptor, std::chrono::steady_clock::time_point until) {
  const auto rest =
      std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  std::array<pollfd, 4> items{{
      {commands_.get(zmq::sockopt::fd), POLLIN, 0},
      {updates_.get(zmq::sockopt::fd), POLLIN, 0},
      {descriptor, POLLIN, 0},
      {gate_ ? gate_->socket().get(zmq::sockopt::fd) : -1, POLLIN, 0},
  }};
  // Interrupted: the caller's loop comes again.
  ::poll(items.data(), items.size(),
         static_cast<int>(std::clamp<std::int64_t>(rest.count(), 0, 60'000)));
}

}  // namespace bulletin::server
