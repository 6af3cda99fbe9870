#include "client/loop/client_state.hpp"

#include <string.h>  // explicit_bzero
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "client/loop/namespace_state.hpp"
#include "client/system/host_name.hpp"
#include "client/system/randomness.hpp"
#include "client/transport/endpoint.hpp"
#include "wire/names.hpp"

namespace bulletin::client {
namespace {

std::string default_name() {
  return std::string(program_invocation_short_name) + "/" + std::to_string(getpid());
}

ClientOptions completed(ClientOptions options) {
  explicit_bzero(options.key.data(), options.key.size());
  options.key.clear();
  if (options.name.empty()) options.name = default_name();
  if (options.name.size() > wire::client_name_bytes || !wire::is_utf8(options.name)) {
    throw Error(Errc::rejected, "ClientOptions::name must be UTF-8 of at most 255 bytes");
  }
  return options;
}

}  // namespace

ClientState::ClientState(ClientOptions given)
    : keys(choose_keys(given.server_key, given.key_file, given.key)),
      options(completed(std::move(given))),
      endpoint(choose_endpoint(options.endpoint)),
      core({.client_name = options.name,
            .host = host_name(),
            .random_nonce = random_nonce,
            .hash_seed = hash_seed()},
           *this),
      namespaces(options.namespace_linger),
      endpoint_in_use(endpoints_in(endpoint).front()) {}

void ClientState::begin(std::shared_ptr<Dispatcher> dispatcher) {
  endpoint_in_use = endpoints_in(endpoint).front();
  dispatcher_ = std::move(dispatcher);
}

void ClientState::end() noexcept {
  dispatcher_ = nullptr;
  heard_until_ms_ = 0;
}

void ClientState::restart() {
  answers_.clear();
  session_events.clear();
  end();
  core.restart(now_ms());
}

// --- requests that are made for a caller ---

replica::CallId ClientState::call(std::string request) {
  const replica::CallId id = core.call(std::move(request));
  answers_.emplace(id, Answer{});
  return id;
}

std::optional<std::string> ClientState::end_call(replica::CallId call) {
  Answer answer = std::move(answers_.extract(call).mapped());
  if (!answer.arrived) core.cancel(call);
  return std::move(answer.reply);
}

void ClientState::answered(replica::CallId call, std::optional<std::string_view> reply) {
  const auto place = answers_.find(call);
  if (place == answers_.end()) return;
  place->second.arrived = true;
  if (reply) place->second.reply = std::string(*reply);
}

// --- replicas ---

bool ClientState::apply_update(std::string_view topic, std::string_view body) {
  const bool live = core.update(topic, body, now_ms());
  heard();
  return live && told_connected_ && session_events.empty() && promises.empty();
}

bool ClientState::is_over(const replica::FinishedWrite& write) const {
  const std::optional<wire::Welcome>& welcome = core.welcome();
  return welcome && welcome->session.epoch != write.epoch &&
         write.replica->epoch() == welcome->session.epoch;
}

std::vector<std::shared_ptr<detail::NamespaceState>> ClientState::close_unused(
    std::uint64_t now, const std::function<bool(replica::ReplicaSet&)>& add_used) {
  std::optional<replica::ReplicaSet> used;  // by writes; told when it is first asked for
  const auto is_used = [&](const replica::NamespaceReplica* replica) {
    if (!used) {
      used.emplace();
      if (!add_used(*used)) used->insert(nullptr);
      promises.add_used(*used);
    }
    return used->contains(nullptr) || used->contains(replica);
  };
  return namespaces.take_unused(now, [&](const detail::NamespaceState& state) {
    // While the broker is away, what was open can be opened again and read.
    if (state.replica->complete() && !core.heard(now)) return false;
    return !is_used(state.replica.get()) && core.forget(state.replica->name());
  });
}

std::optional<std::uint64_t> ClientState::next_event_ms() const {
  std::optional<std::uint64_t> next = core.next_event_ms();
  if (const auto close = namespaces.next_event_ms()) next = std::min(*close, next.value_or(*close));
  return next;
}

bool ClientState::wants_changes(const replica::NamespaceReplica& replica) {
  return dispatcher_ != nullptr && dispatcher_->watched(replica.id());
}

void ClientState::applied(replica::NamespaceReplica& replica, const replica::ChangeBatch& batch) {
  if (dispatcher_ != nullptr) dispatcher_->push(replica.id(), batch);
}

void ClientState::progressed(replica::NamespaceReplica& replica) {
  if (!replica.live()) {
    if (replica.live_since != 0)
      log(LogLevel::warning, "behind", "namespace=" + wire::quoted(replica.name()));
    replica.live_since = 0;
  } else if (replica.live_since == 0) {
    replica.live_since = std::chrono::system_clock::now().time_since_epoch().count();
    log(LogLevel::info, "up_to_date", "namespace=" + wire::quoted(replica.name()));
  }
}

Freshness ClientState::freshness(const replica::NamespaceReplica& replica) const noexcept {
  if (!hears_broker() || replica.refused()) return {Freshness::State::stale, last_heard_};
  const std::int64_t live_since = replica.live_since;
  if (live_since == 0) return {Freshness::State::syncing, last_heard_};
  const WallTime since{WallTime::duration(live_since)};
  // The broker was not heard for a while: what is live is so only since then.
  return {Freshness::State::connected, std::max(since, heard_since_.load())};
}

// --- the session and the connection ---

void ClientState::session_started(const wire::Welcome& welcome, bool follows_lost) {
  note_limits(welcome.limits);
  refusal.reset();
  failure.clear();
  session_events.emplace_back(SessionStarted{welcome.session, follows_lost, welcome.beat_ms});
  tell(ClientEvent::connected);
  told_not_let_in_ = false;
  log(LogLevel::info, "session_begun",
      "endpoint=" + endpoint_in_use + " session=" + std::to_string(welcome.session.number));
  told_connected_ = true;
}

void ClientState::session_lives(std::uint64_t asked_ms) {
  session_events.emplace_back(SessionLives{asked_ms});
}

void ClientState::session_lost() {
  session_events.emplace_back(SessionEnded{});
  tell(ClientEvent::session_lost);
  log(LogLevel::warning, "session_lost", "endpoint=" + endpoint_in_use);
}

void ClientState::refused(const wire::Refusal& why) {
  refusal = why;
  log(LogLevel::error, "refused",
      "endpoint=" + endpoint_in_use + " reason=" + wire::quoted(why.message));
}

void ClientState::watch_connection(bool heard_now) {
  // Without a session there is more to come: session_lost, or a welcome.
  const bool connected = heard_now && (told_connected_ || core.welcome());
  if (connected == told_connected_ || dispatcher_ == nullptr) return;
  tell(connected ? ClientEvent::connected : ClientEvent::disconnected);
  log(connected ? LogLevel::info : LogLevel::warning, connected ? "broker_heard" : "broker_lost",
      "endpoint=" + endpoint_in_use);
  told_connected_ = connected;
  if (connected) heard_since_ = std::chrono::system_clock::now();
}

void ClientState::heard() noexcept {
  last_heard_ = std::chrono::system_clock::now();
  heard_until_ms_ = core.heard_until_ms();
}

// Readers may look at the earlier ones for as long as they like.
void ClientState::note_limits(const Limits& limits) {
  auto told = std::find(told_limits_.begin(), told_limits_.end(), limits);
  if (told == told_limits_.end()) {
    told_limits_.push_front(limits);
    told = told_limits_.begin();
  }
  limits_.store(&*told, std::memory_order_release);
}

// --- what the program is told ---

void ClientState::tell(ClientEvent event) {
  if (dispatcher_ != nullptr) dispatcher_->push(event);
}

void ClientState::log(LogLevel level, std::string_view event, std::string_view details) {
  if (!options.on_log || dispatcher_ == nullptr) return;
  if (auto entry = event_log_.admit(level, event, details, std::chrono::steady_clock::now()))
    dispatcher_->push(*std::move(entry));
}

void ClientState::failed(std::string_view what) noexcept {
  try {
    failure = what;
    log(LogLevel::error, "failed", "reason=" + wire::quoted(what));
  } catch (const std::exception&) {
    // There is no memory to tell of it.
  }
}

void ClientState::moved_to(const std::string& place) {
  log(LogLevel::info, "endpoint_moved", "endpoint=" + place + " left=" + endpoint_in_use);
  endpoint_in_use = place;
}

void ClientState::not_let_in(std::string_view event) {
  if (std::exchange(told_not_let_in_, true)) return;
  log(LogLevel::warning, event, "endpoint=" + endpoint_in_use + " keys=" + (keys ? "yes" : "no"));
}

}  // namespace bulletin::client
