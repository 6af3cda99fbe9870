#include "server/net/network.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "server/access/authorized_keys.hpp"
#include "server/config/hash_seed.hpp"
#include "server/net/linger.hpp"
#include "server/net/outgoing_update.hpp"
#include "server/telemetry/loggers.hpp"
#include "wire/key_text.hpp"
#include "wire/update.hpp"
#include "zmtp/protocol_error.hpp"

namespace bulletin::server {

using authority::Resource;

namespace {

// What a descriptor belongs to, beside the ids of connections.
constexpr std::uint64_t wake_up_id = 0;
constexpr std::uint64_t first_listener_id = 1;
constexpr std::uint64_t first_connection_id = 16;

constexpr std::chrono::milliseconds handshake_time{3000};
/// How long answers may take to leave when the broker ends.
constexpr std::chrono::milliseconds linger_time{200};
constexpr std::chrono::seconds longest_wait{60};
/// How often it is looked whether a user that has sent too many requests may send more.
constexpr std::chrono::milliseconds rates_interval{5};

constexpr std::size_t arrived_bytes = 256u << 10;
constexpr std::size_t most_request_bytes = 1u << 20;  // of one turn, as what follows
constexpr unsigned most_work_of_one = 1024;
constexpr unsigned work_of_request = 64;
/// Of all connections in one turn, without what requests lead to: about 7 ms.
constexpr unsigned most_work = 64 * most_work_of_one;
/// About 3 ms of a turn; when it is over, the others go on with their handshakes in the next one.
constexpr unsigned most_handshake_work = 25 * most_work_of_one;
constexpr std::size_t most_subscription_events = 4096;
/// Less than that, so that requests are read meanwhile.
constexpr std::size_t most_ended_subscriptions = 1024;
/// A request that has so many bytes, with its answer, is costly.
constexpr std::size_t costly_bytes = 64u << 10;
constexpr std::size_t most_bytes_of_one = 1u << 20;
constexpr unsigned most_newcomers = 64;
constexpr std::size_t most_unknown_keys = 64;

/// While so many bytes of answers wait for a client, nothing more is made for it: of what was read
/// in the same turn.
constexpr std::size_t most_waiting_answer_bytes = 64u << 20;

}  // namespace

Network::Network(const BrokerOptions& options, const Access& access, service::Counters& counters,
                 spdlog::logger& log)
    : bounds_(options),
      access_(access),
      counters_(counters),
      log_(log),
      listeners_(options, poll_, first_listener_id, log_),
      connections_(poll_, bounds_, counters_, log_),
      liveness_(connections_, bounds_),
      ids_(first_connection_id),
      subscriptions_(hash_seed()),
      arrived_(arrived_bytes) {
  accounts_.set_quotas(access_.quotas());
  if (!options.secret_key.empty()) keys_.emplace(read_key_pair(options.secret_key));
  if (bounds_.connections < options.bounds.connections)
    log_.warn(
        "event=connections_limited wanted={} connections={} note=\"there are no descriptors for "
        "more: raise the hard limit (ulimit -Hn, LimitNOFILE=)\"",
        options.bounds.connections, bounds_.connections);
}

Network::~Network() {
  listeners_.close();
  // What was answered last is on its way for a moment yet.
  linger(connections_.all(), linger_time);
}

void Network::wake_by(WakeUp& wake_up) {
  poll_.add(wake_up.descriptor(), EPOLLIN, wake_up_id);
  wake_up_ = &wake_up;
}

void Network::wait(Time until) {
  const std::chrono::nanoseconds longest =
      connections_.waiting() + connections_.waiting_costly() == 0
          ? std::chrono::nanoseconds(longest_wait)
          : rates_interval;
  events_ = poll_.wait(std::clamp<std::chrono::nanoseconds>(
      until - std::chrono::steady_clock::now(), std::chrono::nanoseconds(0), longest));
  polled_ = true;
  if (wake_up_ != nullptr) wake_up_->clear();
}

void Network::read(std::size_t most_requests, Time now) {
  requests_.clear();
  request_bytes_ = 0;
  nonces_.clear();
  messages_ = 0;
  work_ = 0;
  handshakes_to_read_.clear();
  most_requests_ = most_requests;
  connections_.rates().set_time(now);
  if (!std::exchange(polled_, false)) events_ = poll_.wait(std::chrono::nanoseconds(0));
  for (const epoll_event& event : events_) {
    const std::uint64_t id = event.data.u64;
    if (id == wake_up_id) continue;
    if (id < first_connection_id) {
      accept(id, now);
      continue;
    }
    Connection* const connection = connections_.find(id);
    if (connection == nullptr) continue;
    if ((event.events & EPOLLOUT) != 0) {
      connection->heard = true;  // it has taken some of what waited for it
      connections_.touch(*connection);
    }
    // Both directions are closed. On a Unix socket the peer's last bytes come with this event.
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0)
      connections_.lose(*connection);
    else if ((event.events & EPOLLIN) != 0 && connection->account == nullptr)
      handshakes_to_read_.push_back(connection);
    else if ((event.events & EPOLLIN) != 0)
      receive(*connection);
  }
  read_all_ = events_.size() < poll_.most();
  serve_waiting();
}

/// After known peers have been answered, so that no number of strangers makes them wait for long.
/// The poll reports those that are left again.
void Network::shake_hands() {
  handshake_work_ = 0;
  for (Connection* const connection : std::exchange(handshakes_to_read_, {})) {
    if (handshake_work_ >= most_handshake_work) {
      read_all_ = false;
      return;
    }
    if (!connection->ends) receive(*connection);
  }
}

// --- newcomers ---

void Network::accept(std::uint64_t listener, Time now) {
  for (unsigned i = 0; i != most_newcomers; ++i) {
    if (connections_.size() >= bounds_.connections) {
      ++counters_.accept_paused;
      return listeners_.let_wait();
    }
    std::optional<Listener::Accepted> accepted = listeners_.accept(listener, now);
    if (!accepted) return;
    Liveness::prepare(accepted->connection.get(), bounds_.host_timeout);
    make_room();
    const std::uint64_t id = ids_++;
    auto connection = std::make_unique<Connection>(
        id, std::move(accepted->connection), std::move(accepted->address),
        keys_ ? &*keys_ : nullptr, bounds_.message_bytes, now);
    try {
      Connection& added = connections_.add(std::move(connection));
      handshaking_.emplace(id, now);
      added.output.append([&](std::string& out) { added.peer.greet(out); });
      connections_.touch(added);
    } catch (const std::system_error& error) {
      return listeners_.pause(error.code().value(), now);
    }
  }
}

/// Of those that have not said who they are, the one that has had the longest time for it goes.
void Network::make_room() {
  if (handshaking_.size() < bounds_.handshaking) return;
  if (Connection* const oldest = connections_.find(handshaking_.begin()->first))
    connections_.end(*oldest, "too many connections have not said who they are");
  handshaking_.erase(handshaking_.begin());
}

void Network::admit(Connection& connection) {
  const std::string* const user = access_.wants_keys()
                                      ? access_.user_of(wire::key_text(connection.peer.key()))
                                      : &access_.everybody();
  if (user == nullptr) {
    ++refused_;
    if (unknown_keys_.size() < most_unknown_keys)
      unknown_keys_.push_back({connection.address, wire::key_text(connection.peer.key())});
    return;  // It hears nothing until the time of its handshake is over, and does not ask so often.
  }
  handshaking_.erase(connection.id);
  authority::Account& account = accounts_.of(*user);
  if (!account.allows(Resource::connections))
    return connections_.end(connection, account.refuse(Resource::connections).message);
  connection.user = *user;
  connection.account = &account;
  ++account.used[Resource::connections];
  connection.output.append([&](std::string& out) { connection.peer.admit(out); });
  connections_.touch(connection);
}

// --- what arrives ---

bool Network::is_full() const noexcept {
  return requests_.size() >= most_requests_ || request_bytes_ >= most_request_bytes ||
         work_ >= most_work || subscriptions_.events() >= most_subscription_events;
}

/// Those whose input waits have their turns one after the other. Those whose requests cost much
/// share one request of each turn: however many they are, they keep the others waiting for one.
void Network::serve_waiting() {
  const auto serve = [&](std::size_t waiting, auto next) {
    for (; waiting != 0 && !is_full(); --waiting) {
      Connection* const connection = (connections_.*next)();
      if (connection == nullptr) return;
      const std::string input = std::exchange(connection->input, {});
      take(*connection, input);
      if (connection->gone)
        receive(*connection);
      else
        connections_.watch(*connection);
    }
  };
  serve(connections_.waiting(), &ConnectionTable::next_waiting);
  const std::size_t others = requests_.size();
  const std::size_t most = std::exchange(most_requests_, others + 1);
  request_bytes_ = 0;
  serve(connections_.waiting_costly(), &ConnectionTable::next_costly);
  has_costly_request_ = requests_.size() != others;
  most_requests_ = most + (has_costly_request_ ? 1 : 0);
}

void Network::let_wait(Connection& connection, std::string_view bytes) {
  connection.input.assign(bytes);
  // While it does not read its answers it does not even wait.
  if (connections_.may_be_served(connection)) connections_.let_wait(connection);
}

void Network::receive(Connection& connection) {
  std::size_t bytes = 0;
  while (!connection.waits && !connection.ends && connections_.may_be_served(connection) &&
         bytes < most_bytes_of_one) {
    const ssize_t size =
        ::recv(connection.socket.get(), arrived_.data(), arrived_.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN && !connection.gone) break;
    if (size <= 0) return connections_.end(connection, "it was closed");
    connection.heard = true;
    bytes += static_cast<std::size_t>(size);
    connections_.account(static_cast<std::size_t>(size));
    if (connection.ends) return;
    // Requests that wait are overtaken by smaller ones only.
    const std::string_view arrived(arrived_.data(), static_cast<std::size_t>(size));
    if (connection.account == nullptr || (connections_.waiting() == 0 && !connection.costly))
      take(connection, arrived);
    else
      let_wait(connection, arrived);
    if (static_cast<std::size_t>(size) < arrived_.size() && !connection.gone) break;
  }
  if (connection.gone && !connection.ends)
    connections_.let_wait(connection);  // for its next turn, or for the end of its bytes
  else
    connections_.watch(connection);
}

/// What is not served in this turn waits.
void Network::take(Connection& connection, std::string_view bytes) {
  work_of_one_ = 0;
  try {
    while (!connection.ends) {
      // A handshake has few frames.
      if (connection.account != nullptr) {
        if (work_of_one_ >= most_work_of_one || is_full() ||
            !connections_.may_be_served(connection))
          break;
        if (!connections_.rates().allows(*connection.account)) {
          connection.account->count_refusal(Resource::requests_per_second);
          break;
        }
      }
      const bool had_output = !connection.output.empty();
      zmtp::Peer::Event event{};
      connection.output.append([&](std::string& out) { event = connection.peer.read(bytes, out); });
      if (!had_output && !connection.output.empty()) connections_.touch(connection);
      count_work(connection);
      if (!take_event(connection, event)) {
        connection.costly = connection.costly || connection.peer.held() > costly_bytes;
        return;
      }
      if (event == zmtp::Peer::Event::knocks) break;  // what comes after it has its turn
    }
  } catch (const zmtp::ProtocolError& error) {
    count_work(connection);
    return connections_.end(connection, error.what());
  }
  if (!bytes.empty() && !connection.ends) let_wait(connection, bytes);
}

void Network::count_work(const Connection& connection) {
  const unsigned cost = connection.peer.cost();
  work_of_one_ += cost;
  (connection.account != nullptr ? work_ : handshake_work_) += cost;
}

// False: it wants more bytes.
bool Network::take_event(Connection& connection, zmtp::Peer::Event event) {
  using Event = zmtp::Peer::Event;
  if (event != Event::nothing) ++messages_;
  switch (event) {
    case Event::nothing: return false;
    case Event::frame: break;
    case Event::knocks: admit(connection); break;
    case Event::unusable:
      work_of_one_ += work_of_request;
      ++unusable_;
      break;
    case Event::request: {
      zmtp::Peer::Request request = connection.peer.take_request();
      work_of_one_ += work_of_request;
      request_bytes_ += request.body.size();
      ++connection.account->requests;
      connections_.rates().count(*connection.account);
      requests_.push_back({connection.id, connection.user, std::move(request.envelope),
                           std::move(request.body), request.whole});
      break;
    }
    case Event::subscribe: subscribe(connection); break;
    case Event::unsubscribe:
      subscriptions_.unsubscribe(connection, connection.peer.topic());
      count_subscriptions(connection);
      break;
  }
  return true;
}

// --- subscriptions ---

void Network::subscribe(Connection& connection) {
  const std::string_view topic = connection.peer.topic();
  if (wire::is_nonce(topic)) {
    nonces_.push_back({connection.id, std::string(topic)});
    return;
  }
  authority::Account& account = *connection.account;
  if (!account.allows(Resource::subscriptions) && !subscriptions_.subscribes(connection, topic)) {
    account.refuse(Resource::subscriptions);
    ++counters_.refused_subscriptions;
    ++counters_.overloaded_subscriptions;
    return;
  }
  const SubscriptionTable::Outcome outcome =
      subscriptions_.subscribe(connection, topic, access_.rights_of(connection.user));
  if (outcome != SubscriptionTable::Outcome::subscribed) ++counters_.refused_subscriptions;
  if (outcome == SubscriptionTable::Outcome::too_many) ++counters_.overloaded_subscriptions;
  count_subscriptions(connection);
  if (connection.topic_bytes <= bounds_.topic_bytes) return;
  if (topics_throttle_.should_log(++counters_.subscriptions_dropped, Time::clock::now()))
    log_.warn("event=subscriptions_dropped address={} user={} bytes={} bound={} connections={}",
              server::quoted(connection.address), server::quoted(connection.user),
              connection.topic_bytes, bounds_.topic_bytes, counters_.subscriptions_dropped);
  connections_.end(connection, "it subscribes to more than it may");
}

void Network::count_subscriptions(Connection& connection) {
  const std::size_t before =
      std::exchange(connection.counted_subscriptions, connection.topics.size());
  connection.account->used[Resource::subscriptions] += connection.topics.size() - before;
}

// --- what is sent ---

bool Network::has_room_for(const service::Request& request) {
  const Connection* const connection = connections_.find(request.connection);
  return connection == nullptr || connection->output.bytes() < most_waiting_answer_bytes;
}

void Network::answer(const service::Request& request, std::string_view body) {
  Connection* const connection = connections_.find(request.connection);
  if (connection == nullptr || connection->gone) {
    ++counters_.unclaimed;
    return;
  }
  counters_.bytes += body.size();
  connection->costly = request.body.size() + body.size() > costly_bytes;
  connection->output.append(
      [&](std::string& out) { connection->peer.append_answer(request.envelope, body, out); });
  connections_.touch(*connection);
  connections_.account(body.size());
}

std::string_view Network::first_user_of(std::string_view topic) const {
  const std::span<Connection* const> subscribers = subscriptions_.in(topic);
  return subscribers.empty() ? std::string_view() : std::string_view(subscribers.front()->user);
}

void Network::answer(const service::Nonce& nonce, std::string_view body) {
  Connection* const connection = connections_.find(nonce.connection);
  if (connection == nullptr) return;
  ++counters_.updates;
  connection->output.append(
      [&](std::string& out) { connection->peer.append_update(nonce.topic, body, out); });
  connections_.touch(*connection);
}

void Network::publish(std::string_view topic, std::string_view body) {
  ++counters_.updates;
  counters_.bytes += topic.size() + body.size();
  OutgoingUpdate update(topic, body);
  const std::string_view space = wire::namespace_of(topic);
  const auto send = [&](Connection* connection) {
    if (connection->ends) return;
    if (connection->output.bytes() > bounds_.reader_bytes ||
        (!connection->output.empty() &&
         connection->output.bytes() + body.size() > bounds_.reader_bytes)) {
      ++counters_.missed;
      return;
    }
    update.append_to(*connection);
    connections_.touch(*connection);
    connections_.account(body.size());
  };
  for (Connection* const connection : subscriptions_.in(topic)) send(connection);
  // Only a subscription to a whole namespace has been looked at.
  for (Connection* const connection : subscriptions_.in_beginnings_of(topic)) {
    if (access_.rights_of(connection->user).may_read(space)) send(connection);
  }
}

void Network::flush() {
  connections_.flush();
  shake_hands();
  connections_.flush();
  release_ended();
}

// --- ends ---

/// Of many subscriptions that end at once the others have later turns.
void Network::release_ended() {
  std::size_t subscriptions = most_ended_subscriptions;
  connections_.release_ended([this](Connection& connection) { leave(connection); },
                             [&](Connection& connection) {
                               const bool all = subscriptions_.forget(connection, subscriptions);
                               if (connection.account != nullptr) count_subscriptions(connection);
                               return all;
                             });
}

void Network::leave(Connection& connection) {
  handshaking_.erase(connection.id);
  connection.input = {};
  connection.output = {};
  if (connection.account != nullptr && --connection.account->used[Resource::connections] == 0)
    connection.account->used[Resource::network_bytes] = 0;
}

std::chrono::milliseconds Network::next_look() const {
  constexpr std::chrono::milliseconds soon{50};
  if (listeners_.wait() || !handshaking_.empty()) return soon;
  return liveness_.interval();
}

void Network::tend(Time now) {
  while (!handshaking_.empty() && handshaking_.begin()->second + handshake_time <= now) {
    if (Connection* const late = connections_.find(handshaking_.begin()->first))
      connections_.end(*late, "its handshake took too long");
    handshaking_.erase(handshaking_.begin());
  }
  liveness_.look(now);
  connections_.touch_failed();
  connections_.bound_bytes();
  if (listeners_.wait() && connections_.size() <= bounds_.connections_with_room())
    listeners_.resume(now);
}

void Network::follow(const Access& before) {
  accounts_.set_quotas(access_.quotas());
  for (const auto& [id, connection] : connections_.all()) {
    if (connection->ends || !connection->peer.is_ready()) continue;
    const std::string* const user = access_.user_of(wire::key_text(connection->peer.key()));
    if (user == nullptr || *user != connection->user ||
        before.rights_of(*user) != access_.rights_of(*user))
      connections_.end(*connection, "its user is not let in any more, or may not do the same");
  }
}

}  // namespace bulletin::server
