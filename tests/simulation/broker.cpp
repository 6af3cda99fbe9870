#include "simulation/broker.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>
#include <variant>

#include "simulation/answer_check.hpp"
#include "simulation/distortion.hpp"
#include "simulation/failure.hpp"
#include "wire/names.hpp"
#include "wire/update.hpp"

namespace bulletin::simulation {
namespace {

using ServiceTime = service::Service::Time;

ServiceTime steady(Time time) { return ServiceTime(std::chrono::microseconds(time)); }

Time from(ServiceTime time) {
  return static_cast<Time>(
      std::chrono::ceil<std::chrono::microseconds>(time.time_since_epoch()).count());
}

service::UserRights rights_of_all() {
  const std::array<service::Rule, 2> rules{
      {{std::string(denied_space), service::Right::none}, {"", service::Right::write}}};
  service::UserRights rights;
  rights.set("", service::Rights(rules));
  return rights;
}

service::ServiceOptions service_options(Environment& world, std::uint64_t updates_port) {
  service::ServiceOptions options;
  options.welcome.updates.port = updates_port;
  options.welcome.beat_ms = beat_ms;
  options.welcome.session_ms = session_ms;
  options.beat = std::chrono::milliseconds(beat_ms);
  options.system_epoch.bytes = world.random.bytes();
  return options;
}

}  // namespace

Broker::Broker(Environment& environment, authority::Authority authority, std::uint64_t updates_port)
    : world_(environment),
      updates_port_(updates_port),
      rights_(rights_of_all()),
      sequencer_(world_, std::move(authority), *this),
      service_({sequencer_, rights_, *this, *this, *this, counters_},
               service_options(world_, updates_port), now()),
      alarm_(world_.schedule, [this] { turn(); }) {}

ServiceTime Broker::now() const { return steady(world_.schedule.now()); }

void Broker::start() {
  world_.network.listen(this, updates_port_);
  wake_soon();
}

authority::Authority Broker::stop() {
  world_.network.listen(nullptr, 0);
  if (!world_.rates.stored) return sequencer_.release();
  // A reboot is a crash. Of the turn that failed, it shows now whether it was kept.
  authority::Authority kept = world_.data.crash(static_cast<unsigned>(world_.random.below(1001)));
  sequencer_.resolve(kept);
  return kept;
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
  inbox_.push_back({peer, packet.id, *packet.body});
  wake_soon();
}

/// What arrives until then shares a turn.
void Broker::wake_soon() {
  alarm_.at(world_.schedule.now() + 1 + world_.random.below(world_.rates.turn));
}

void Broker::turn() {
  if (crashed_) return;
  if (world_.schedule.now() < paused_until_) return alarm_.at(paused_until_);
  input_ = {};
  receive();
  read_subscriptions();
  const bool loses = available() && world_.random.per_mille(world_.rates.abandon);
  if (loses) sequencer_.lose_turn();
  // Telling everything takes its time.
  const bool compare = loses && world_.random.one_in(8);
  const std::uint64_t before = compare ? authority().fingerprint() : 0;
  service_.decide(input_.requests, now());
  service_.commit(input_.subscriptions, input_.nonces, true, now());
  if (crashed_) return;
  check(!compare || authority().fingerprint() == before,
        "a turn that was taken back left something behind");
  service_.answer(now());
  service_.beat(now());
  if (failed_ && !failed_input_) failed_input_ = std::move(input_);
  alarm_.at(std::max(from(service_.next()), world_.schedule.now() + 1));
  if (!inbox_.empty() || !available()) wake_soon();
}

/// As a rule everything that has arrived.
void Broker::receive() {
  std::size_t most = inbox_.size();
  if (most > 1 && world_.random.one_in(8)) most = world_.random.between(1, most);
  for (; most != 0; --most) {
    Asked& asked = inbox_.front();
    input_.requests.push_back({input_.clients.size(), {}, {}, std::move(asked.body), true});
    input_.clients.emplace_back(asked.peer, asked.packet);
    inbox_.pop_front();
  }
}

void Broker::read_subscriptions() {
  for (const News& news : std::exchange(news_, {})) {
    if (!news.packet) {
      for (const std::string& topic : std::exchange(subscriptions_[news.peer], {}))
        unsubscribe(topic);
      subscriptions_.erase(news.peer);
      continue;
    }
    const std::string& topic = news.packet->topic;
    std::set<std::string>& own = subscriptions_[news.peer];
    if (!news.packet->subscribe) {
      if (own.erase(topic) != 0) unsubscribe(topic);
      continue;
    }
    if (wire::is_nonce(topic)) {
      input_.nonces.push_back({input_.readers.size(), topic});
      input_.readers.push_back(news.peer);
    }
    const std::string space(wire::namespace_of(topic));
    if (!wire::is_nonce(topic) && !rights_.of("").may_read(space)) continue;
    if (own.insert(topic).second) ++subscribers_[topic];
    if (!wire::is_nonce(topic)) input_.subscriptions.push_back({space, true, {}});
  }
}

/// Only of the last subscriber's leaving is anybody told.
void Broker::unsubscribe(const std::string& topic) {
  const auto found = subscribers_.find(topic);
  if (--found->second != 0) return;
  subscribers_.erase(found);
  if (!wire::is_nonce(topic))
    input_.subscriptions.push_back({std::string(wire::namespace_of(topic)), false, {}});
}

// --- what goes out ---

void Broker::answer(const service::Request& request, std::string_view body) {
  std::string bytes(body);
  std::visit(
      [&]<class Query>(const Query& query) {
        if constexpr (std::is_invocable_v<AnswerCheck, Query, std::string_view>) {
          if constexpr (requires { query.space; }) {
            if (query.space == denied_space) return;  // which its client checks
          }
          if constexpr (std::is_same_v<Query, wire::Since>) {
            if (world_.options.plant == Plant::short_answers) bytes = without_commits(bytes);
          }
          AnswerCheck(world_.model, world_.history)(query, bytes);
        }
      },
      wire::decode_request(request.body));
  const auto& [peer, packet] = input_.clients.at(request.connection);
  world_.network.reply(peer, {packet, false, {}, to_bytes(std::move(bytes))});
}

void Broker::answer(const service::Nonce& nonce, std::string_view body) {
  world_.network.publish(input_.readers.at(nonce.connection),
                         {0, false, nonce.topic, to_bytes(std::string(body))});
}

void Broker::publish(std::string_view topic, std::string_view body) {
  const wire::Update update = wire::decode_update(body);
  const auto* const commits = std::get_if<wire::CommitsUpdate>(&update);
  if (world_.options.plant == Plant::skip_updates &&
      (commits == nullptr || world_.random.one_in(4)))
    return;
  if (!is_heard(topic)) return;
  const Bytes bytes = to_bytes(commits == nullptr ? std::string(body)
                                                  : encode_update(*commits, world_.options.plant));
  for (const auto& [peer, topics] : subscriptions_) {
    if (topics.contains(std::string(topic)))
      world_.network.publish(peer, {0, false, std::string(topic), bytes});
  }
}

bool Broker::is_heard(std::string_view topic) const { return subscribers_.contains(topic); }

// --- the disk ---

/// When it fails, the turn may have been kept: that shows when the store is opened again. Half of
/// the time the process is gone as well.
std::optional<ServiceTime> Broker::keep(const authority::Authority& authority, ServiceTime now) {
  if (!world_.rates.stored) return now;
  if (world_.options.plant == Plant::forgetful_store && world_.random.one_in(4)) return now;
  const bool fails = world_.random.per_mille(world_.rates.crash);
  if (world_.data.keep(authority, fails ? 1 + world_.random.below(3) : 0)) return now;
  sequencer_.hold_turn();
  failed_ = true;
  reopens_at_ = world_.schedule.now() + world_.random.between(1, 2 * beat_ms) * millisecond;
  crashed_ = world_.random.one_in(2);
  if (crashed_) world_.network.listen(nullptr, 0);
  return std::nullopt;
}

std::optional<service::Persistence::Reopened> Broker::reopen(ServiceTime now) {
  if (!failed_ || world_.schedule.now() < reopens_at_) return std::nullopt;
  failed_ = false;
  authority::Authority kept = world_.data.crash(1000);
  sequencer_.resolve(kept);
  failed_input_.reset();
  return Reopened{std::move(kept), now};
}

// --- what never happens ---

void Broker::on_malformed(std::size_t, std::string_view reason) {
  fail("a client sent what is no request: {}", reason);
}

void Broker::on_subscription_refused(std::string_view space, std::string_view reason) {
  fail("a subscription to '{}' was refused: {}", space, reason);
}

}  // namespace bulletin::simulation
