#include "simulation/broker.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "authority/state_visitor.hpp"
#include "simulation/answer_check.hpp"
#include "simulation/distortion.hpp"
#include "simulation/failure.hpp"
#include "wire/decode_error.hpp"
#include "wire/names.hpp"
#include "wire/update.hpp"

namespace bulletin::simulation {
namespace {

service::RunningClock::Time steady(Time time) {
  return service::RunningClock::Time(std::chrono::microseconds(time));
}

Time from(service::RunningClock::Time time) {
  return static_cast<Time>(
      std::chrono::ceil<std::chrono::microseconds>(time.time_since_epoch()).count());
}

/// What a turn would publish.
class TurnUpdates : public authority::StateVisitor {
 public:
  [[nodiscard]] std::span<const authority::Publication> publications() const { return updates_; }

  void commits(std::string_view space, const wire::Run& run) override {
    const std::string& name = strings_.emplace_back(space);
    authority::Publication update{name, run};
    update.run.bytes = strings_.emplace_back(run.bytes);
    updates_.push_back(update);
  }
  void counters(const authority::CountersView&) override {}
  void space(const authority::SpaceView&) override {}
  void attribute(std::string_view, const authority::AttributeView&) override {}
  void session(const authority::SessionView&) override {}
  void lane(std::uint64_t, std::uint64_t, std::uint64_t, std::string_view) override {}
  void space_forgotten(std::string_view) override {}
  void attribute_removed(std::string_view, std::string_view) override {}
  void attributes_removed(std::string_view) override {}
  void lane_ended(std::uint64_t, std::uint64_t) override {}
  void session_ended(std::uint64_t) override {}

 private:
  std::deque<std::string> strings_;
  std::vector<authority::Publication> updates_;
};

}  // namespace

Broker::Broker(Environment& environment, authority::Authority authority)
    : world_(environment),
      authority_(std::move(authority)),
      clock_(std::chrono::milliseconds(beat_ms), steady(world_.schedule.now())),
      beats_(std::chrono::milliseconds(beat_ms)),
      alarm_(world_.schedule, [this] { turn(); }) {}

void Broker::start(std::uint64_t updates_port) {
  updates_port_ = updates_port;
  world_.network.listen(this, updates_port);
  wake_soon();
}

authority::Authority Broker::stop() {
  world_.network.listen(nullptr, 0);
  return std::move(authority_);
}

void Broker::gone(const Peer& peer) {
  news_.push_back({peer, std::nullopt});
  wake_soon();
}

void Broker::subscription(const Peer& peer, Packet packet) {
  news_.push_back({peer, std::move(packet)});
  wake_soon();
}

void Broker::request(const Peer& peer, Packet packet) {
  inbox_.push_back({peer, std::move(packet), {}, std::nullopt});
  wake_soon();
}

/// What arrives until then shares a turn.
void Broker::wake_soon() {
  alarm_.at(world_.schedule.now() + 1 + world_.random.below(world_.rates.turn));
}

void Broker::turn() {
  if (crashed_) return;
  if (world_.schedule.now() < paused_until_) return alarm_.at(paused_until_);
  std::vector<Asked> requests;
  receive(requests);
  read_subscriptions();
  const bool abandon = world_.random.per_mille(world_.rates.abandon);
  // Telling everything takes its time.
  const bool compare = abandon && world_.random.one_in(8);
  const std::uint64_t before = compare ? authority_.fingerprint() : 0;
  // Renewals come before the time that they renew for.
  for (Asked& asked : requests) decide(asked);
  apply_owed();
  const auto next_end = authority_.next_end_ms();
  const std::uint64_t passed = clock_.advance(steady(world_.schedule.now()), true, next_end);
  if ((passed != 0 || next_end == std::uint64_t{0}) &&
      world_.options.plant != Plant::keep_sessions) {
    apply({{}, authority::Advance{passed}});
  }
  const bool committed = settle(abandon);
  if (crashed_) return turn_.clear();
  check(!compare || authority_.fingerprint() == before, "an abandoned turn left something behind");
  answer_nonces();
  answer(requests, committed);
  turn_.clear();
  beat();
  alarm_.at(from(clock_.next(authority_.next_end_ms())));
  if (const auto due = beats_.next()) alarm_.at(from(*due));
  if (!inbox_.empty()) wake_soon();
}

/// As a rule everything that has arrived.
void Broker::receive(std::vector<Asked>& requests) {
  std::size_t most = inbox_.size();
  if (most > 1 && world_.random.one_in(8)) most = world_.random.between(1, most);
  for (; most != 0; --most) {
    requests.push_back(std::move(inbox_.front()));
    inbox_.pop_front();
    // Throws if a client sent what is no request.
    requests.back().request = wire::decode_request(*requests.back().packet.body);
  }
}

void Broker::read_subscriptions() {
  for (const News& news : std::exchange(news_, {})) {
    if (!news.packet) {
      for (const std::string& topic : std::exchange(subscriptions_[news.peer], {})) {
        unsubscribe(news.peer, topic);
      }
      subscriptions_.erase(news.peer);
      continue;
    }
    const std::string& topic = news.packet->topic;
    std::set<std::string>& own = subscriptions_[news.peer];
    if (!news.packet->subscribe) {
      if (own.erase(topic) != 0) unsubscribe(news.peer, topic);
      continue;
    }
    if (own.insert(topic).second) ++subscribers_[topic];
    if (wire::is_nonce(topic)) {
      nonces_.emplace_back(news.peer, topic);
    } else {
      owed_[std::string(wire::namespace_of(topic))] = true;
    }
  }
}

/// Only of the last subscriber's leaving is anybody told.
void Broker::unsubscribe(const Peer&, const std::string& topic) {
  const auto found = subscribers_.find(topic);
  if (--found->second != 0) return;
  subscribers_.erase(found);
  if (!wire::is_nonce(topic)) owed_[std::string(wire::namespace_of(topic))] = false;
}

void Broker::decide(Asked& asked) {
  const std::size_t place = turn_.size();
  std::visit(
      [&]<class Request>(Request& request) {
        if constexpr (std::is_same_v<Request, wire::Hello>) {
          apply({{}, authority::OpenSession{request.client_name}});
        } else if constexpr (std::is_same_v<Request, wire::Keepalive>) {
          apply({{}, authority::Renew{request.session}});
        } else if constexpr (std::is_same_v<Request, wire::Goodbye>) {
          apply({{}, authority::CloseSession{request.session}});
        } else if constexpr (std::is_same_v<Request, wire::Write>) {
          if (world_.options.plant == Plant::apply_twice) apply_again(request);
          apply({{}, request});
        }
      },
      asked.request);
  if (turn_.size() != place) asked.applied = place;
}

/// A request that was seen before goes to a lane of its own, where it is new.
bool Broker::apply_again(wire::Write& write) {
  std::uint64_t& newest = newest_number_[write.session.number];
  if (write.number > newest) {
    newest = write.number;
    return false;
  }
  write.lane += 1 + write.number;
  return true;
}

void Broker::apply(authority::Command command) {
  if (!std::holds_alternative<authority::Advance>(command.what))
    command.late_ms = clock_.late_ms(steady(world_.schedule.now()));
  std::vector<std::string> scratch;
  authority::Command given = command;
  if (auto* write = std::get_if<wire::Write>(&given.what);
      write != nullptr && world_.options.plant == Plant::ignore_conditions) {
    *write = without_conditions(std::move(*write), scratch);
  }
  authority::Answer answer = authority_.apply(given);
  turn_.push_back({std::move(command), std::move(answer)});
}

/// What subscriptions came and went. An abandoned turn takes it back, so it stays owed.
void Broker::apply_owed() {
  for (const auto& [space, wanted] : owed_) {
    if (wanted) {
      if (space != denied_space) apply({{}, authority::PinNamespace{space}});
      beats_.add(space, steady(world_.schedule.now()));
    } else {
      apply({{}, authority::UnpinNamespace{space}});
      beats_.remove(space);
    }
  }
}

bool Broker::settle(bool abandon) {
  if (!authority_.in_turn()) return true;
  if (abandon || (world_.options.plant == Plant::lose_acknowledged && world_.random.one_in(10))) {
    authority_.abandon();
    return !abandon;
  }
  if (!keep()) {
    crash();
    return false;
  }
  const std::span<const authority::Publication> updates = authority_.commit();
  world_.model.committed(turn_, updates);
  owed_.clear();
  publish(updates);
  return true;
}

bool Broker::keep() {
  if (!world_.rates.stored) return true;
  if (world_.options.plant == Plant::forgetful_store && world_.random.one_in(4)) return true;
  const bool fails = world_.random.per_mille(world_.rates.crash);
  return world_.data.keep(authority_, fails ? 1 + world_.random.below(3) : 0);
}

/// Whether the turn was kept shows when the store is opened again: whole or not at all.
void Broker::crash() {
  TurnUpdates updates;
  authority_.visit_turn(updates);
  authority_.abandon();
  authority::Authority before = std::move(authority_);
  authority_ = world_.data.crash(static_cast<unsigned>(world_.random.below(1001)));
  if (differs(authority_, before)) {
    world_.model.committed(turn_, updates.publications());
    owed_.clear();
  }
  world_.model.restarted(authority_.clock_ms());
  crashed_ = true;
  world_.network.listen(nullptr, 0);
}

/// A turn that touches none of this touches nothing that a client could tell.
bool Broker::differs(const authority::Authority& after, const authority::Authority& before) const {
  if (after.revision() != before.revision() || after.namespaces() != before.namespaces() ||
      after.session_numbers() != before.session_numbers()) {
    return true;
  }
  return std::any_of(turn_.begin(), turn_.end(), [&](const Applied& applied) {
    const auto* write = std::get_if<wire::Write>(&applied.command.what);
    return write != nullptr && after.repeat({}, *write) && !before.repeat({}, *write);
  });
}

void Broker::publish(std::span<const authority::Publication> updates) {
  for (const authority::Publication& update : updates) {
    if (world_.options.plant == Plant::skip_updates && world_.random.one_in(4)) continue;
    publish(wire::topic_of(update.space),
            to_bytes(encode_update(update, world_.model.epoch(), world_.options.plant)));
  }
}

void Broker::publish(const std::string& topic, const Bytes& body) {
  if (!subscribers_.contains(topic)) return;
  for (const auto& [peer, topics] : subscriptions_) {
    if (topics.contains(topic)) world_.network.publish(peer, {0, false, topic, body});
  }
}

void Broker::answer_nonces() {
  for (const auto& [peer, topic] : std::exchange(nonces_, {})) {
    const Bytes body = to_bytes(wire::encode(wire::Beat{world_.model.epoch(), 0, 0, 0}));
    world_.network.publish(peer, {0, false, topic, body});
  }
}

void Broker::answer(const std::vector<Asked>& requests, bool committed) {
  for (const Asked& asked : requests) {
    if (asked.applied && !committed) continue;
    world_.network.reply(asked.peer, {asked.packet.id, false, {}, to_bytes(answer(asked))});
  }
}

std::string Broker::answer(const Asked& asked) {
  return std::visit(
      [&]<class Request>(const Request& request) -> std::string {
        if constexpr (std::is_same_v<Request, wire::Hello>) {
          wire::Welcome welcome;
          welcome.session = {world_.model.epoch(), turn_[*asked.applied].answer.session};
          welcome.updates.port = updates_port_;
          welcome.beat_ms = beat_ms;
          welcome.session_ms = session_ms;
          return wire::encode(welcome);
        } else if constexpr (std::is_same_v<Request, wire::List>) {
          const std::vector<authority::NameRange> all(1);
          const std::string bytes = wire::encode(authority_.list(request, all).reply);
          AnswerCheck(world_.model, world_.history)(request, bytes);
          return bytes;
        } else if constexpr (requires { authority_.answer(request); }) {
          if constexpr (requires { request.space; }) {
            if (request.space == denied_space) {
              return wire::encode(wire::Refusal{wire::Status::denied, "not for you", {}});
            }
          }
          std::string bytes = authority_.answer(request);
          if constexpr (std::is_same_v<Request, wire::Since>) {
            if (world_.options.plant == Plant::short_answers) bytes = without_commits(bytes);
          }
          AnswerCheck(world_.model, world_.history)(request, bytes);
          return bytes;
        } else {
          return authority_.reply(turn_[*asked.applied].answer);
        }
      },
      asked.request);
}

void Broker::beat() {
  beats_.pass(steady(world_.schedule.now()), [this](std::string_view space) {
    if (world_.options.plant == Plant::skip_updates) return;
    const wire::NamespaceStatus status = authority_.status(space);
    publish(wire::topic_of(space), to_bytes(wire::encode(wire::Beat{status.epoch, status.revision,
                                                                    status.count, status.digest})));
  });
}

}  // namespace bulletin::simulation
