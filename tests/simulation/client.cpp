#include "simulation/client.hpp"

#include <algorithm>
#include <utility>

#include "simulation/failure.hpp"
#include "wire/decode_error.hpp"
#include "wire/requests.hpp"

namespace bulletin::simulation {
namespace {

constexpr std::uint64_t retry_ms = 80;
constexpr Time longest_slow_poll = 50 * millisecond;
constexpr Time longest_leave = 500 * millisecond;

replica::ClientCoreOptions core_options(Environment& world, const std::string& name) {
  return {.client_name = name,
          .random_nonce = [&world] { return world.random.bytes(); },
          .retry_ms = retry_ms};
}

}  // namespace

Client::Client(Environment& environment, std::string name)
    : world_(environment),
      name_(std::move(name)),
      core_(core_options(environment, name_), *this),
      alarm_(environment.schedule, [this] { poll(); }) {
  make_sockets();
}

Client::~Client() {
  for (const auto& [ticket, write] : tickets_) world_.ledger.orphaned(write);
}

void Client::make_sockets() {
  const auto notify = [this] { notice(); };
  lane_ = std::make_unique<replica::WriteLane>();
  lane_->set_retry_ms(retry_ms, 1);  // messages are lost here, and lines are not slow
  commands_ = std::make_unique<RequestSocket>(world_.network, notify);
  writes_ = std::make_unique<RequestSocket>(world_.network, notify);
  updates_.reset();
  connected_to_.reset();
  request_.reset();
  notice();
}

/// There is something to do: as a rule it is done soon.
void Client::notice() {
  const bool slow = world_.random.per_mille(world_.rates.slow_poll);
  const Time most = slow ? longest_slow_poll : 100;
  alarm_.at(world_.schedule.now() + world_.random.between(1, most));
}

void Client::unfreeze() {
  frozen_until_ = 0;
  notice();
}

void Client::partition(Time until) {
  const auto cut = [&](const auto& socket) {
    if (!socket) return;
    socket->connection()->unreachable_until = until;
    world_.network.cut(socket->connection());
  };
  cut(commands_);
  cut(writes_);
  cut(updates_);
}

void Client::fork() {
  for (const auto& [ticket, write] : tickets_) world_.ledger.orphaned(write);
  tickets_.clear();
  waiting_.clear();
  calls_.clear();
  session_events_.clear();
  lane_session_.reset();
  core_.restart(world_.schedule.now_ms());
  make_sockets();
}

void Client::leave() {
  leaving_ = true;
  leave_until_ = world_.schedule.now() + longest_leave;
  finish(lane_->close(), {});
  core_.close();
  notice();
}

void Client::poll() {
  if (left_) return;
  if (world_.schedule.now() < frozen_until_) return alarm_.at(frozen_until_);
  read_sockets();
  core_.advance(world_.schedule.now_ms());
  carry_out();
  check_waiting();
  check_heard();
  check_contents(false);
  set_alarm();
  if (leaving_ && world_.schedule.now() >= leave_until_) left_ = true;
}

void Client::set_alarm() {
  const auto at = [&](std::optional<std::uint64_t> time_ms) {
    if (time_ms) alarm_.at(std::max(*time_ms * millisecond, world_.schedule.now() + 1));
  };
  at(core_.next_event_ms());
  at(lane_->next_event_ms());
  at(world_.schedule.now_ms() + beat_ms);
  if (commands_->readable() || writes_->readable() || (updates_ && updates_->readable())) notice();
}

// --- what arrives ---

/// As a rule everything, in any order of the sockets.
void Client::read_sockets() {
  std::uint64_t most = world_.random.one_in(8) ? world_.random.between(1, 5) : 1000;
  while (most-- != 0 && read_something()) {
  }
}

bool Client::read_something() {
  void (Client::*readable[3])() = {};
  std::size_t count = 0;
  if (commands_->readable()) readable[count++] = &Client::read_commands;
  if (writes_->readable()) readable[count++] = &Client::read_writes;
  if (updates_ && updates_->readable()) readable[count++] = &Client::read_updates;
  if (count == 0) return false;
  (this->*readable[world_.random.below(count)])();
  return true;
}

void Client::read_commands() {
  const std::uint64_t now = world_.schedule.now_ms();
  if (const auto event = commands_->take_event()) {
    if (*event == ConnectionEvent::disconnected) core_.commands_disconnected(now);
  } else if (const auto reply = commands_->take_reply()) {
    heard_ms_ = now;
    core_.reply(**reply, now);
  }
}

void Client::read_writes() {
  if (const auto event = writes_->take_event()) {
    if (*event == ConnectionEvent::disconnected) lane_->not_transmitted();
  } else if (const auto reply = writes_->take_reply()) {
    take_write_reply(**reply);
  }
}

/// A socket and its monitor are read independently of each other.
void Client::read_updates() {
  const std::uint64_t now = world_.schedule.now_ms();
  const bool events_first = world_.random.one_in(2);
  if (!events_first) {
    if (const auto message = updates_->take_message()) {
      heard_ms_ = now;
      (void)core_.update(message->topic, *message->body, now);
      return;
    }
  }
  if (const auto event = updates_->take_event()) {
    *event == ConnectionEvent::connected ? core_.updates_connected(now)
                                         : core_.updates_disconnected(now);
  }
}

void Client::take_write_reply(const std::string& bytes) {
  bool refused = false;
  const replica::WriteProgress progress = lane_->reply(bytes, world_.schedule.now_ms(), refused);
  for (const wire::Tail& tail : progress.tails) core_.write_answered(progress.epoch, tail);
  if (refused && lane_session_) core_.session_refused(*lane_session_);
  finish(progress.finished, progress.epoch);
}

// --- what is to be done ---

void Client::carry_out() {
  change_subscriptions();
  if (auto request = core_.next_request(world_.schedule.now_ms())) request_ = std::move(request);
  if (request_ && commands_->up()) {
    commands_->send(*std::exchange(request_, std::nullopt));
  }
  tell_lane();
  const std::uint64_t now = world_.schedule.now_ms();
  finish(lane_->expire(now), {});
  if (!writes_->up()) return;
  if (const auto bytes = lane_->to_transmit(now)) {
    writes_->send(std::string(*bytes));
    lane_->transmitted(now);
    lane_->prepare();
  }
}

void Client::change_subscriptions() {
  if (core_.updates_endpoint() != connected_to_) return connect_updates();
  if (!updates_) return;
  for (const auto& change : core_.take_subscriptions()) {
    updates_->change(change.subscribe, change.topic);
  }
}

void Client::connect_updates() {
  if (connected_to_) core_.updates_disconnected(world_.schedule.now_ms());
  connected_to_ = core_.updates_endpoint();
  updates_ =
      std::make_unique<SubscribeSocket>(world_.network, connected_to_->port, [this] { notice(); });
  for (const std::string& topic : core_.all_topics()) updates_->change(true, topic);
  (void)core_.take_subscriptions();  // they are among all topics
}

void Client::tell_lane() {
  for (const SessionEvent& event : std::exchange(session_events_, {})) {
    if (event.lives_ms) {
      lane_->session_lives(*event.lives_ms, world_.schedule.now_ms());
      continue;
    }
    lane_session_ = event.started;
    if (leaving_) continue;
    if (event.started) {
      lane_->session_started(*event.started, event.follows_lost, world_.schedule.now_ms());
    } else {
      finish(lane_->session_ended(), {});
    }
  }
}

void Client::finish(const std::vector<replica::FinishedWrite>& finished, const wire::Epoch& epoch) {
  for (const replica::FinishedWrite& write : finished) {
    if (write.ticket == 0) continue;  // an ephemeral attribute that the lane set again
    const auto ticket = tickets_.find(write.ticket);
    check(ticket != tickets_.end(), "{} was told of a write that it did not make", name_);
    replica::FinishedWrite told = write;
    if (world_.options.plant == Plant::forgetful_writer &&
        told.fate == replica::FinishedWrite::Fate::in_doubt) {
      told.fate = replica::FinishedWrite::Fate::unsent;
    }
    world_.ledger.finished(ticket->second, told, epoch);
    tickets_.erase(ticket);
    const bool decided = write.fate == replica::FinishedWrite::Fate::answered &&
                         write.outcome.status < wire::Status::malformed;
    if (decided) await(*write.replica, epoch, write.outcome.revision);
  }
}

/// Read your writes: whoever waits for the write is told when the replica has what decided it.
void Client::await(const replica::NamespaceReplica& replica, const wire::Epoch& epoch,
                   std::uint64_t revision) {
  const auto view = views_.find(replica.name());
  if (view == views_.end() || replica.has(epoch, revision)) return;  // nobody reads it, or it has
  view->second.replica().require(epoch, revision);
  waiting_.push_back({&replica, epoch, revision});
}

// --- what the core tells ---

bool Client::wants_changes(const replica::NamespaceReplica& replica) {
  const auto found = views_.find(replica.name());
  return found != views_.end() && found->second.wants_changes();
}

void Client::applied(replica::NamespaceReplica& replica, const replica::ChangeBatch& batch) {
  const auto found = views_.find(replica.name());
  check(found != views_.end() && found->second.wants_changes(), "'{}' told a batch to nobody",
        replica.name());
  if (world_.options.plant == Plant::deaf_observer && world_.random.one_in(20)) return;
  found->second.applied(batch);
}

void Client::progressed(replica::NamespaceReplica& replica) {
  const auto found = views_.find(replica.name());
  if (found != views_.end()) found->second.progressed();
}

void Client::session_started(const wire::Welcome& welcome, bool follows_lost) {
  welcomed_ = true;
  session_events_.push_back({welcome.session, follows_lost, std::nullopt});
}

void Client::session_lives(std::uint64_t asked_ms) {
  session_events_.push_back({std::nullopt, false, asked_ms});
}

void Client::session_lost() { session_events_.push_back({}); }

void Client::refused(const wire::Refusal& refusal) {
  fail("{} was refused: {}", name_, refusal.message);
}

}  // namespace bulletin::simulation
