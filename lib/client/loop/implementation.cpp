#include "client/loop/implementation.hpp"

#include <string.h>  // explicit_bzero
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "client/loop/engine.hpp"
#include "client/loop/namespace_state.hpp"
#include "client/system/host_name.hpp"
#include "client/system/part_pause.hpp"
#include "client/system/randomness.hpp"
#include "client/system/signals_blocked.hpp"
#include "client/transport/diagnosis.hpp"
#include "client/transport/endpoint.hpp"
#include "wire/decode_error.hpp"
#include "wire/names.hpp"
#include "wire/transaction.hpp"

namespace bulletin {
namespace {

using client::SteadyTime;

/// A replica that is not where STATUS told after so long may be of a history that has ended.
constexpr std::chrono::milliseconds sync_retry_time{500};
constexpr std::chrono::milliseconds on_wait_interval{100};

std::string default_name() {
  return std::string(program_invocation_short_name) + "/" + std::to_string(getpid());
}

// A call's reply, decoded. Throws Error when it is a refusal, or no such reply.
template <class Decode>
auto decoded(Decode decode, std::string_view reply, const std::string& what) {
  try {
    return decode(reply);
  } catch (const wire::RefusedError& error) {
    const wire::Refusal& refusal = error.refusal();
    throw Error(wire::to_errc(refusal.status), what + ": " + refusal.message, refusal.name);
  } catch (const wire::DecodeError& error) {
    throw Error(Errc::protocol, what + ": the broker's reply is none: " + error.what());
  }
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

void client::check_namespace_name(std::string_view name) {
  const std::string_view fault = wire::namespace_name_fault(name);
  if (fault.empty()) return;
  throw Error(Errc::rejected,
              wire::quoted(name) + " cannot be the name of a namespace: " + std::string(fault),
              std::string(name));
}

Client::Implementation::Implementation(ClientOptions given)
    : keys(client::choose_keys(given.server_key, given.key_file, given.key)),
      options(completed(std::move(given))),
      endpoint(client::choose_endpoint(options.endpoint)),
      core({.client_name = options.name,
            .host = client::host_name(),
            .random_nonce = client::random_nonce,
            .hash_seed = client::hash_seed()},
           *this),
      namespaces_(options.namespace_linger),
      endpoint_in_use_(client::endpoints_in(endpoint).front()) {}

Client::Implementation::~Implementation() { close(); }

void Client::Implementation::start() {
  detail::notice_fork();
  client::join_forks(*this);
  try {
    std::scoped_lock lock(engine_mutex_, apply_mutex);
    start_engine();
  } catch (const zmq::error_t& error) {
    client::leave_forks(*this);
    const bool refused = error.num() == EINVAL;
    throw Error(refused ? Errc::rejected : Errc::disconnected,
                refused ? "endpoint '" + endpoint + "' cannot be connected to: " + error.what()
                        : "a client of " + endpoint + " cannot begin: " + error.what());
  } catch (const std::exception& error) {
    client::leave_forks(*this);
    throw Error(Errc::disconnected, "a client of " + endpoint + " cannot begin: " + error.what());
  }
}

void Client::Implementation::start_engine() {
  const client::SignalsBlocked blocked;
  auto intake = std::make_shared<client::AsyncWriteQueue>();
  engine_ = std::make_shared<client::Engine>(*this, intake);
  endpoint_in_use_ = client::endpoints_in(endpoint).front();
  active_ = engine_.get();
  intake_ = std::move(intake);
  open_intake_.store(intake_.get(), std::memory_order_release);
}

void Client::Implementation::close() noexcept {
  std::shared_ptr<client::Engine> engine;
  {
    std::scoped_lock lock(engine_mutex_);
    if (std::exchange(closed_, true)) return;
    engine = std::exchange(engine_, nullptr);
    open_intake_.store(nullptr, std::memory_order_relaxed);
  }
  if (engine != nullptr && engine->made_in == client::generation()) {
    engine->close(client::deadline_after(options.close_timeout));
  } else if (engine != nullptr) {
    client::abandon(std::move(engine));
  }
  client::leave_forks(*this);
  std::vector<std::shared_ptr<detail::NamespaceState>> open;
  std::scoped_lock lock(apply_mutex);
  active_ = nullptr;
  heard_until_ms_ = 0;
  open = namespaces_.close();  // they own this client: whoever holds no handle lets go
}

Error Client::Implementation::closed_error() const {
  return {Errc::disconnected, "the client of " + endpoint + " is closed: only reads are served"};
}

std::shared_ptr<client::Engine> Client::Implementation::engine() {
  detail::notice_fork();
  std::scoped_lock lock(engine_mutex_);
  if (closed_) {
    throw closed_error();
  }
  if (engine_ == nullptr) {  // it could not begin when this process was forked
    std::scoped_lock apply(apply_mutex);
    try {
      start_engine();
    } catch (const std::exception& error) {
      throw Error(Errc::disconnected, "the client of " + endpoint +
                                          " cannot begin in this forked child: " + error.what());
    }
  }
  return engine_;
}

bool Client::Implementation::wait_for(SteadyTime deadline, const std::function<bool()>& predicate) {
  const std::shared_ptr<client::Engine> engine = this->engine();
  std::unique_lock lock(apply_mutex);
  engine->wake();
  const auto done = [&] { return predicate() || engine->closed; };
  const auto wait_until = [&](SteadyTime time) {
    ++engine->waiters;
    const bool is_done = engine->progressed.wait_until(lock, time, done);
    --engine->waiters;
    return is_done;
  };
  while (!wait_until(options.on_wait ? std::min(deadline, client::deadline_after(on_wait_interval))
                                     : deadline)) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    lock.unlock();
    options.on_wait();
    lock.lock();
  }
  if (predicate()) return true;
  throw Error(Errc::disconnected, "the client of " + endpoint + " was closed during the call");
}

void Client::Implementation::throw_no_broker(std::string_view what,
                                             std::chrono::milliseconds waited,
                                             std::string_view name) const {
  std::string message = std::string(what) + ": no broker has answered at " + endpoint + " within " +
                        std::to_string(waited.count()) +
                        " ms: " + client::diagnose(endpoint, keys, handshakes_end_at_once);
  std::string failure;
  {
    std::scoped_lock lock(apply_mutex);
    failure = failure_;
  }
  if (!failure.empty()) message += " (this client's own trouble: " + failure + ")";
  throw Error(Errc::disconnected, message, std::string(name));
}

std::shared_ptr<detail::NamespaceState> Client::Implementation::open(std::string_view name,
                                                                     const OpenOptions& how) {
  client::check_namespace_name(name);
  const std::shared_ptr<client::Engine> engine = this->engine();
  std::shared_ptr<detail::NamespaceState> state;
  {
    std::scoped_lock lock(apply_mutex);
    state = handle_on(name);
    if (core.find(name) == nullptr || state->replica->refusal()) core.open(name);  // asks again
    // What is written now does not wait for the replica: a later `open` does.
    if (!how.wait && !state->replica->complete()) state->published = true;
  }
  if (!how.wait) {
    engine->wake();
    return state;
  }
  const replica::NamespaceReplica& replica = *state->replica;
  if (!replica.complete()) {
    const std::chrono::milliseconds timeout = how.timeout.value_or(options.open_timeout);
    wait_for(client::deadline_after(timeout),
             [&] { return replica.complete() || replica.refusal() || refusal_; });
    if (!replica.complete()) throw_incomplete(replica, timeout);
  }
  take_in_published(*state);
  return state;
}

std::shared_ptr<detail::NamespaceState> Client::Implementation::handle_on(std::string_view name) {
  if (auto handle = namespaces_.find(name)) return handle;
  return namespaces_.add(
      std::make_shared<detail::NamespaceState>(shared_from_this(), core.destination(name)));
}

void Client::Implementation::take_in_published(detail::NamespaceState& state) {
  const auto published = [&] {
    std::scoped_lock lock(apply_mutex);
    return state.published;
  };
  if (!published()) return;
  sync(*state.replica);
  std::scoped_lock lock(apply_mutex);
  state.published = false;
}

std::vector<std::shared_ptr<detail::NamespaceState>> Client::Implementation::close_unused(
    std::uint64_t now) {
  std::optional<replica::ReplicaSet> used;  // by writes; told when it is first asked for
  const auto is_used = [&](const replica::NamespaceReplica* replica) {
    if (!used) {
      used.emplace();
      if (active_ == nullptr || !active_->writer.add_used(*used)) used->insert(nullptr);
      for (const client::Settling& settling : settling_) {
        for (const auto& [write, promise] : settling.writes) used->insert(write.replica);
      }
    }
    return used->contains(nullptr) || used->contains(replica);
  };
  return namespaces_.take_unused(now, [&](const detail::NamespaceState& state) {
    // While the broker is away, what was open can be opened again and read.
    if (state.replica->complete() && !core.heard(now)) return false;
    return !is_used(state.replica.get()) && core.forget(state.replica->name());
  });
}

std::optional<std::uint64_t> Client::Implementation::next_event_ms() const {
  std::optional<std::uint64_t> next = core.next_event_ms();
  if (const auto close = namespaces_.next_event_ms())
    next = std::min(*close, next.value_or(*close));
  return next;
}

void Client::Implementation::throw_incomplete(const replica::NamespaceReplica& replica,
                                              std::chrono::milliseconds waited) const {
  const std::string& name = replica.name();
  {
    std::scoped_lock lock(apply_mutex);
    if (const auto& refusal = replica.refusal() ? replica.refusal() : refusal_) {
      throw Error(wire::to_errc(refusal->status),
                  "cannot open '" + name + "' at " + endpoint + ": " + refusal->message, name);
    }
    if (const auto& told = core.updates_endpoint(); told && core.heard(client::now_ms())) {
      throw Error(
          Errc::disconnected,
          "cannot open '" + name + "' within " + std::to_string(waited.count()) +
              " ms: the broker at " + endpoint + " answers, and tells that its updates are at " +
              (told->endpoint.empty() ? "port " + std::to_string(told->port) : told->endpoint) +
              "; can this host reach them?",
          name);
    }
  }
  throw_no_broker("cannot open '" + name + "'", waited);
}

std::shared_ptr<const detail::Destination> Client::Implementation::publisher(
    std::string_view name) {
  client::check_namespace_name(name);
  static_cast<void>(engine());  // throws if it is closed
  std::scoped_lock lock(apply_mutex);
  std::shared_ptr<detail::NamespaceState> state = handle_on(name);
  if (!state->replica->complete()) state->published = true;
  return state;
}

std::vector<std::string> Client::Implementation::list(std::string_view prefix, Timeout timeout) {
  const std::string what = "cannot list the namespaces";
  if (!wire::is_utf8(prefix))
    throw Error(Errc::rejected, what + ": the prefix " + wire::quoted(prefix) + " is not UTF-8");
  std::vector<std::string> names;
  for (bool more = true; more;) {
    const std::string after = names.empty() ? std::string() : names.back();
    const std::string reply =
        call(encode(wire::List{prefix, after}), what, timeout.value_or(options.write_timeout));
    const auto decode = [&](std::string_view bytes) {
      return wire::decode_list_reply(bytes, after);
    };
    const wire::ListReply part = decoded(decode, reply, what);
    names.insert(names.end(), part.names.begin(), part.names.end());
    more = part.more;
    if (more) client::pause_after_part(reply.size());
  }
  return names;
}

Freshness Client::Implementation::freshness(
    const replica::NamespaceReplica& replica) const noexcept {
  const bool alive = client::now_ms() <= heard_until_ms_;
  if (!alive || replica.refused()) return {Freshness::State::stale, last_heard_};
  const std::int64_t live_since = replica.live_since;
  if (live_since == 0) return {Freshness::State::syncing, last_heard_};
  const WallTime since{WallTime::duration(live_since)};
  // The broker was not heard for a while: what is live is so only since then.
  return {Freshness::State::connected, std::max(since, heard_since_.load())};
}

std::string Client::Implementation::call(std::string request, std::string_view what,
                                         std::chrono::milliseconds timeout) {
  replica::CallId id = 0;
  {
    const std::shared_ptr<client::Engine> engine = this->engine();
    std::scoped_lock lock(apply_mutex);
    id = core.call(std::move(request));
    answers_.emplace(id, Answer{});
  }
  const auto take = [&] {
    std::scoped_lock lock(apply_mutex);
    Answer answer = std::move(answers_.extract(id).mapped());
    if (!answer.arrived) core.cancel(id);
    return answer;
  };
  Answer answer;
  try {
    wait_for(client::deadline_after(timeout), [&] { return answers_.at(id).arrived; });
    answer = take();
  } catch (...) {
    take();
    throw;
  }
  if (!answer.reply) throw_no_broker(what, timeout);
  return *std::move(answer.reply);
}

void Client::Implementation::sync(replica::NamespaceReplica& replica, Timeout timeout) {
  const std::chrono::milliseconds time = timeout.value_or(options.write_timeout);
  const auto deadline = client::deadline_after(time);
  const std::string what = "cannot synchronise '" + replica.name() + "'";
  wire::NamespaceStatus newest;
  do {
    // The broker may be restarted after it has told: then it has to tell of its new history.
    const wire::NamespaceStatus told = status_of(replica.name(), what, time);
    if (told.epoch != newest.epoch) newest = told;
    {
      std::scoped_lock lock(apply_mutex);
      replica.require(newest.epoch, newest.revision);
    }
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + sync_retry_time);
    if (wait_for(until, [&] { return replica.has(newest.epoch, newest.revision); })) return;
  } while (std::chrono::steady_clock::now() < deadline);
  throw_no_broker(what, time);
}

wire::NamespaceStatus Client::Implementation::status_of(std::string_view space,
                                                        const std::string& what,
                                                        std::chrono::milliseconds timeout) {
  const std::string reply = call(encode(wire::StatusRequest{{space}}), what, timeout);
  const wire::StatusReply status = decoded(wire::decode_status_reply, reply, what);
  if (status.namespaces.size() != 1)
    throw Error(Errc::protocol, what + ": the broker's STATUS names no namespace");
  return status.namespaces.front();
}

void Client::Implementation::wake() {
  std::scoped_lock lock(engine_mutex_);
  if (engine_ != nullptr && engine_->made_in == client::generation()) engine_->wake();
}

// --- what the core tells ---

void Client::Implementation::notify() noexcept {
  if (active_ != nullptr && active_->waiters > 0) active_->progressed.notify_all();
}

bool Client::Implementation::wants_changes(const replica::NamespaceReplica& replica) {
  return active_ != nullptr && active_->dispatcher->watched(replica.id());
}

void Client::Implementation::applied(replica::NamespaceReplica& replica,
                                     const replica::ChangeBatch& batch) {
  if (active_ != nullptr) active_->dispatcher->push(replica.id(), batch);
}

void Client::Implementation::progressed(replica::NamespaceReplica& replica) {
  if (!replica.live()) {
    if (replica.live_since != 0)
      log(LogLevel::warning, "behind", "namespace=" + wire::quoted(replica.name()));
    replica.live_since = 0;
  } else if (replica.live_since == 0) {
    replica.live_since = std::chrono::system_clock::now().time_since_epoch().count();
    log(LogLevel::info, "up_to_date", "namespace=" + wire::quoted(replica.name()));
  }
  notify();
}

void Client::Implementation::session_started(const wire::Welcome& welcome, bool follows_lost) {
  note_limits(welcome.limits);
  refusal_.reset();
  failure_.clear();
  session_events_.emplace_back(
      client::SessionStarted{welcome.session, follows_lost, welcome.beat_ms});
  if (active_ != nullptr) active_->dispatcher->push(ClientEvent::connected);
  told_not_let_in_ = false;
  log(LogLevel::info, "session_begun",
      "endpoint=" + endpoint_in_use_ + " session=" + std::to_string(welcome.session.number));
  told_connected_ = true;
  notify();
}

// One after the other: whoever needs the lock waits for one update at the most.
bool Client::Implementation::apply_update(std::string_view topic, std::string_view body) {
  const std::scoped_lock lock(apply_mutex);
  const bool live = core.update(topic, body, client::now_ms());
  heard();
  return live && told_connected_ && session_events_.empty() && settling_.empty();
}

void Client::Implementation::watch_connection(bool heard_now) {
  // Without a session there is more to come: session_lost, or a welcome.
  const bool connected = heard_now && (told_connected_ || core.welcome());
  if (connected == told_connected_ || active_ == nullptr) return;
  active_->dispatcher->push(connected ? ClientEvent::connected : ClientEvent::disconnected);
  log(connected ? LogLevel::info : LogLevel::warning, connected ? "broker_heard" : "broker_lost",
      "endpoint=" + endpoint_in_use_);
  told_connected_ = connected;
  if (connected) heard_since_ = std::chrono::system_clock::now();
}

void Client::Implementation::heard() noexcept {
  last_heard_ = std::chrono::system_clock::now();
  heard_until_ms_ = core.heard_until_ms();
}

// Readers may look at the earlier ones for as long as they like.
void Client::Implementation::note_limits(const Limits& limits) {
  auto told = std::find(told_limits_.begin(), told_limits_.end(), limits);
  if (told == told_limits_.end()) {
    told_limits_.push_front(limits);
    told = told_limits_.begin();
  }
  limits_.store(&*told, std::memory_order_release);
}

void Client::Implementation::session_lives(std::uint64_t asked_ms) {
  session_events_.emplace_back(client::SessionLives{asked_ms});
}

void Client::Implementation::session_lost() {
  session_events_.emplace_back(client::SessionEnded{});
  if (active_ != nullptr) active_->dispatcher->push(ClientEvent::session_lost);
  log(LogLevel::warning, "session_lost", "endpoint=" + endpoint_in_use_);
}

void Client::Implementation::refused(const wire::Refusal& refusal) {
  refusal_ = refusal;
  log(LogLevel::error, "refused",
      "endpoint=" + endpoint_in_use_ + " reason=" + wire::quoted(refusal.message));
  notify();
}

void Client::Implementation::answered(replica::CallId call, std::optional<std::string_view> reply) {
  const auto place = answers_.find(call);
  if (place == answers_.end()) return;
  place->second.arrived = true;
  if (reply) place->second.reply = std::string(*reply);
  notify();
}

// --- fork ---

void Client::Implementation::before_fork() {
  engine_mutex_.lock();
  apply_mutex.lock();
  namespaces_.lock_releases();
}

void Client::Implementation::after_fork() {
  namespaces_.unlock_releases();
  apply_mutex.unlock();
  engine_mutex_.unlock();
}

void Client::Implementation::resume() {
  std::scoped_lock lock(engine_mutex_, apply_mutex);
  // A client that the child itself has made is alive already.
  if (engine_ == nullptr || engine_->made_in == client::generation()) return;
  open_intake_.store(nullptr, std::memory_order_relaxed);
  client::abandon(std::move(engine_));
  // What the parent's threads wait for is the parent's.
  client::abandon(std::make_shared<std::vector<client::Settling>>(std::move(settling_)));
  settling_.clear();
  answers_.clear();
  session_events_.clear();
  active_ = nullptr;
  heard_until_ms_ = 0;
  core.restart(client::now_ms());
  try {
    start_engine();
  } catch (const std::exception& error) {
    failed(error.what());  // reads go on; whoever needs the engine tries again
  }
}

}  // namespace bulletin
