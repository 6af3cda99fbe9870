#include "server/sockets.hpp"

#include <string.h>  // explicit_bzero

#include <algorithm>
#include <cerrno>
#include <limits>
#include <ratio>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "server/descriptors.hpp"
#include "wire/endpoint_text.hpp"
#include "wire/limits.hpp"

namespace bulletin::server {
namespace {

/// Answers that wait for one client. A REQ has one under way, others may have half of this: ZeroMQ
/// hears of what was taken in portions of half a queue.
constexpr int answer_queue = 1000;
constexpr int backlog = 1024;
/// How long answers may take to leave when the broker ends.
constexpr int linger_ms = 200;
/// How long one message may take on a slow line.
constexpr int longest_message_ms = 60'000;
/// TCP sends what was lost again after 0.2 s, and twice as long each time: it may be lost some
/// times.
constexpr int least_acknowledged_within_ms = 5000;
constexpr std::chrono::seconds longest_wait{60};
/// How long an endpoint may take to become free again.
constexpr std::chrono::seconds rebind_time{2};

/// How many updates wait for one reader. ZeroMQ counts messages, so this follows from the largest
/// common one; the publisher counts the bytes of larger ones.
int reader_queue(std::size_t reader_bytes) {
  return static_cast<int>(std::clamp<std::size_t>(reader_bytes / wire::update_bytes, 16, 1 << 20));
}

void set_common(Socket& socket, const BrokerOptions& options) {
  const int session = static_cast<int>(options.session_time.count());
  socket.set(zmq::sockopt::linger, linger_ms);
  socket.set(zmq::sockopt::backlog, backlog);
  socket.set(zmq::sockopt::handshake_ivl, static_cast<int>(Door::handshake_time.count()));
  // A host that is gone is noticed within the time of a session: heartbeats are not acknowledged. A
  // peer behind a forked child that holds its connection open does not answer them: that is waited
  // for longer, as on a slow line an answer may come behind a large message.
  socket.set(zmq::sockopt::heartbeat_ivl, std::max(session / 4, 1));
  socket.set(zmq::sockopt::heartbeat_timeout, std::max(session, longest_message_ms));
  socket.set(zmq::sockopt::tcp_maxrt, std::max(session / 2, least_acknowledged_within_ms));
  // What has arrived is bounded by who reads it, the inbox and the book of subscriptions. At a
  // high-water mark libzmq 4.3.4 stops reading, and ends the process when the peer, which has sent
  // heartbeats, goes away before it reads on (an assertion, its issue 3937; tried).
  socket.set(zmq::sockopt::rcvhwm, 0);
}

/// `bytes`: what a peer may have in a frame.
void bound_frames(Socket& socket, std::size_t bytes, const BrokerOptions& options) {
  const std::size_t encrypted = options.secret_key.empty() ? 0 : wire::curve_frame_bytes;
  socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(bytes + encrypted));
}

void set_commands(Socket& socket, const BrokerOptions& options) {
  bound_frames(socket, wire::message_bytes, options);
  socket.set(zmq::sockopt::sndhwm, answer_queue);
  // Tells of answers that cannot be queued. Handover stays off: nobody takes over another's
  // identity by naming it.
  socket.set(zmq::sockopt::router_mandatory, true);
}

void set_updates(Socket& socket, const BrokerOptions& options) {
  bound_frames(socket, wire::topic_bytes + wire::subscribe_command_bytes, options);
  // Once, before the bind: set anew on a live socket, libzmq 4.3.4 tells the new bound to peers
  // that may just have gone, and crashes (tried with readers that join and leave).
  socket.set(zmq::sockopt::sndhwm, reader_queue(options.reader_bytes));
  socket.set(zmq::sockopt::xpub_verbose, true);
  socket.set(zmq::sockopt::xpub_nodrop, true);  // tells the publisher of readers without room
}

/// Once its threads run, to run out of descriptors is an error like others.
zmq::context_t make_context() {
  require_free_descriptors();
  zmq::context_t context;
  const Socket starts_the_threads(context, zmq::socket_type::pair);
  return context;
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

Sockets::Sockets(const BrokerOptions& options, const Access& access, Counters& counters)
    : context_(make_context()),
      options_(options),
      access_(access),
      counters_(counters),
      secret_key_(options.secret_key.empty() ? std::string() : read_secret_key(options.secret_key)),
      gate_(context_, access) {
  const Endpoint commands = parse_endpoint(options.bind, "bind");
  first_updates_ = options.updates.empty() ? updates_beside(commands)
                                           : parse_endpoint(options.updates, "updates");
  // The commands first, as they are what people name; nobody is answered before all are there.
  commands_ = make_commands();
  door_.emplace(context_, commands_, door_bounds());
  commands_endpoint_ = bind(commands_, commands, "bind");
  for (const Access::Audience& audience : access_.audiences()) open(audience);
  serving_ = true;
}

Sockets::~Sockets() { explicit_bzero(secret_key_.data(), secret_key_.size()); }

Socket Sockets::make_commands() {
  Socket socket(context_, zmq::socket_type::router);
  set_common(socket, options_);
  set_commands(socket, options_);
  guard(socket, Gate::commands_domain());
  return socket;
}

Socket Sockets::make_updates(std::uint64_t audience) {
  Socket socket(context_, zmq::socket_type::xpub);
  set_common(socket, options_);
  set_updates(socket, options_);
  guard(socket, Gate::updates_domain(audience));
  return socket;
}

/// Whoever comes passes the gate, or nobody does: also when ZeroMQ could not ask. It keeps out
/// peers of ZMTP 1 and 2, too, which have no heartbeats.
void Sockets::guard(Socket& socket, const std::string& domain) const {
  constexpr int enforce_domain = 93;  // ZMQ_ZAP_ENFORCE_DOMAIN, a draft in Debian's header
  const int on = 1;
  socket.set(zmq::sockopt::zap_domain, domain);
  const int enforced = uninterrupted_result(
      [&] { return zmq_setsockopt(socket.handle(), enforce_domain, &on, sizeof on); });
  if (enforced < 0) throw zmq::error_t();
  if (secret_key_.empty()) return;
  socket.set(zmq::sockopt::curve_server, true);
  socket.set(zmq::sockopt::curve_secretkey, secret_key_);
}

void Sockets::reopen_commands() {
  door_.reset();
  commands_.set(zmq::sockopt::linger, 0);
  commands_ = make_commands();
  door_.emplace(context_, commands_, door_bounds());
  commands_endpoint_ = bind_patiently(commands_, commands_endpoint_, "bind");
}

Door::Bounds Sockets::door_bounds() const {
  const BrokerBounds& bounds = options_.bounds;
  return {bounds.connections == 0 ? std::max<std::size_t>(descriptor_limit() / 4, 1)
                                  : bounds.connections,
          bounds.unproven_connections};
}

std::size_t Sockets::look_at_doors(std::chrono::steady_clock::time_point now) {
  std::size_t closed = door_->look(now) ? 1 : 0;
  for (const std::unique_ptr<Channel>& channel : channels_)
    closed += channel->door().look(now) ? 1 : 0;
  return closed;
}

bool Sockets::has_closed_door() const {
  return door_->closed() ||
         std::any_of(channels_.begin(), channels_.end(),
                     [](const auto& channel) { return channel->door().closed(); });
}

std::size_t Sockets::connections() const {
  std::size_t connections = door_->connections();
  for (const std::unique_ptr<Channel>& channel : channels_)
    connections += channel->door().connections();
  return connections;
}

void Sockets::reopen(Channel& channel) {
  const Endpoint endpoint = channel.endpoint();
  channel.close();
  Socket socket = make_updates(channel.audience());
  auto door = std::make_unique<Door>(context_, socket, door_bounds());
  Endpoint bound = bind_patiently(socket, endpoint, "updates");
  channel.replace({std::move(socket), std::move(door), std::move(bound)});
}

void Sockets::open(const Access::Audience& audience) {
  Socket socket = make_updates(audience.id);
  auto door = std::make_unique<Door>(context_, socket, door_bounds());
  Endpoint bound = bind(socket, next_endpoint(), "updates");
  channels_.push_back(std::make_unique<Channel>(
      audience.id, audience.rights,
      Channel::Line{std::move(socket), std::move(door), std::move(bound)}, counters_));
}

void Sockets::follow_access(std::span<const std::uint64_t> reopened) {
  const auto place_of = [&](const std::unique_ptr<Channel>& channel) {
    const auto audiences = access_.audiences();
    return std::find_if(audiences.begin(), audiences.end(),
                        [&](const auto& each) { return each.id == channel->audience(); }) -
           audiences.begin();
  };
  const auto end = static_cast<std::ptrdiff_t>(access_.audiences().size());
  std::erase_if(channels_, [&](const std::unique_ptr<Channel>& channel) {
    const bool ended = place_of(channel) == end;
    if (ended) close(*channel);
    return ended;
  });
  for (const std::unique_ptr<Channel>& channel : channels_) {
    if (std::find(reopened.begin(), reopened.end(), channel->audience()) != reopened.end())
      reopen(*channel);
  }
  for (const Access::Audience& audience : access_.audiences()) {
    const bool there = std::any_of(channels_.begin(), channels_.end(), [&](const auto& channel) {
      return channel->audience() == audience.id;
    });
    if (!there) open(audience);
  }
  std::sort(channels_.begin(), channels_.end(),
            [&](const auto& left, const auto& right) { return place_of(left) < place_of(right); });
}

void Sockets::close(Channel& channel) {
  channel.close();
  if (channel.endpoint().transport == Endpoint::Transport::ipc)
    locks_.erase(channel.endpoint().path);
}

/// Where the next channel is: the first place as it was asked for, and then the ports, or paths,
/// that follow.
Endpoint Sockets::next_endpoint() const {
  Endpoint endpoint = first_updates_;
  for (unsigned number = 2; in_use(endpoint); ++number) {
    if (endpoint.transport == Endpoint::Transport::ipc) {
      endpoint.path = fmt::format("{}.{}", first_updates_.path, number);
    } else if (endpoint.port == std::numeric_limits<std::uint16_t>::max()) {
      throw Error(Errc::rejected,
                  "updates: after port 65535 there is none for the next set of read rights; name a "
                  "lower one");
    } else {
      ++endpoint.port;
    }
  }
  return endpoint;
}

bool Sockets::in_use(const Endpoint& endpoint) const {
  if (endpoint.transport == Endpoint::Transport::tcp && endpoint.port == 0) return false;
  const auto is_it = [&](const Endpoint& other) {
    return other.transport == endpoint.transport && other.port == endpoint.port &&
           other.path == endpoint.path;
  };
  return is_it(commands_endpoint_) ||
         std::any_of(channels_.begin(), channels_.end(),
                     [&](const auto& channel) { return is_it(channel->endpoint()); });
}

/// The socket that had the port is closed by another thread. (On ipc a bind takes the path over.)
Endpoint Sockets::bind_patiently(Socket& socket, const Endpoint& endpoint,
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

/// While it serves, another program that has taken the port does not end it: any port will do, as
/// clients are told.
Endpoint Sockets::bind_new_channel(Socket& socket, Endpoint endpoint) {
  try {
    return bind_patiently(socket, endpoint, "updates");
  } catch (const Error&) {
    if (endpoint.transport == Endpoint::Transport::ipc) throw;
    endpoint.port = 0;
    return bind_locked(socket, endpoint, "updates");
  }
}

Endpoint Sockets::bind(Socket& socket, const Endpoint& endpoint, std::string_view option) {
  if (endpoint.transport == Endpoint::Transport::ipc) {
    if (endpoint.path.size() > wire::longest_socket_path + wire::updates_suffix.size())
      throw Error(Errc::rejected,
                  fmt::format("{}: the path {} is too long", option, endpoint.path));
    locks_.try_emplace(endpoint.path, endpoint.path);
  }
  return serving_ ? bind_new_channel(socket, endpoint) : bind_locked(socket, endpoint, option);
}

Endpoint Sockets::bind_locked(Socket& socket, const Endpoint& endpoint, std::string_view option) {
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

void Sockets::wait(WakeUp& wake_up, std::chrono::steady_clock::time_point until) {
  const auto rest = std::clamp<std::chrono::nanoseconds>(until - std::chrono::steady_clock::now(),
                                                         std::chrono::nanoseconds(0), longest_wait);
  poll_items_.clear();
  const auto add = [this](int each) { poll_items_.push_back({each, POLLIN, 0}); };
  add(wake_up.descriptor());
  add(commands_.get(zmq::sockopt::fd));
  add(door_->descriptor());
  for (const std::unique_ptr<Channel>& channel : channels_) {
    add(channel->socket().get(zmq::sockopt::fd));
    add(channel->door().descriptor());
  }
  add(gate_.socket().get(zmq::sockopt::fd));
  constexpr std::int64_t second = std::nano::den;
  const timespec time{static_cast<time_t>(rest.count() / second),
                      static_cast<long>(rest.count() % second)};
  // Interrupted: the caller's loop comes again.
  ::ppoll(poll_items_.data(), poll_items_.size(), &time, nullptr);
  wake_up.clear();
}

}  // namespace bulletin::server
