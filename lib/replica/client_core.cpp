#include "replica/client_core.hpp"

#include <algorithm>
#include <utility>

#include "wire/decode_error.hpp"
#include "wire/names.hpp"

namespace bulletin::replica {

namespace {

/// After a HELLO that was refused for good.
constexpr std::uint64_t slow_pace_ms = 5000;
/// A nonce may stay unanswered for so many retry times.
constexpr std::uint64_t nonce_patience = 3;
/// No broker may have us ask without a pause.
constexpr std::uint64_t least_pause_ms = 10;
/// What a broker may tell as a time.
constexpr std::uint64_t longest_time_ms = std::uint64_t{24} * 60 * 60 * 1000;
/// An answer of so many bytes is a part of something large: the next part may be asked for at once.
constexpr std::size_t large_answer_bytes = 64u << 10;
/// Every repetition gives up an answer that may be on its way: a slow one gets more time.
constexpr unsigned most_doublings = 3;

wire::Epoch epoch_of(const wire::Update& update) {
  return std::visit([](const auto& any) { return any.epoch; }, update);
}

}  // namespace

ClientCore::ClientCore(ClientCoreOptions options, ClientObserver& observer)
    : options_(std::move(options)),
      observer_(observer),
      subscriptions_(options_.random_nonce, options_.retry_ms * nonce_patience) {}

// --- what the owner wants -----------------------------------------------------------------------

std::shared_ptr<NamespaceReplica> ClientCore::open(std::string_view name) {
  const auto place = find_or_make(name);
  Member& member = place->second;
  if (!member.subscription || member.replica->refusal()) member.next_is_free = true;
  if (member.subscription) {
    member.replica->ask_again();
  } else {
    unsettled_.emplace(place->first, &member);
    member.subscription = subscriptions_.add(place->first);
  }
  return member.replica;
}

std::shared_ptr<NamespaceReplica> ClientCore::destination(std::string_view name) {
  return find_or_make(name)->second.replica;
}

ClientCore::Members::iterator ClientCore::find_or_make(std::string_view name) {
  if (const auto found = members_.find(name); found != members_.end()) return found;
  auto replica = std::make_shared<NamespaceReplica>(
      std::string(name), static_cast<ReplicaObserver&>(*this), ++made_, options_.hash_seed);
  return members_.emplace(std::string(name), Member{std::move(replica)}).first;
}

NamespaceReplica* ClientCore::find(std::string_view name) const {
  const auto found = members_.find(name);
  if (found == members_.end() || !found->second.subscription) return nullptr;
  return found->second.replica.get();
}

bool ClientCore::forget(std::string_view name) {
  const auto found = members_.find(name);
  if (found == members_.end()) return true;
  Member& member = found->second;
  Member** const asked = request_ ? std::get_if<Member*>(&request_->purpose) : nullptr;
  if (asked != nullptr && *asked == &member) return false;
  if (member.subscription) subscriptions_.remove(*member.subscription);
  unsettled_.erase(found->first);
  members_.erase(found);
  return true;
}

CallId ClientCore::call(std::string request) {
  calls_.push_back({++last_call_, std::move(request)});
  return last_call_;
}

void ClientCore::cancel(CallId call) {
  std::erase_if(calls_, [&](const Call& waiting) { return waiting.id == call; });
  if (!request_) return;
  const CallId* asked = std::get_if<CallId>(&request_->purpose);
  if (asked != nullptr && *asked == call) request_.reset();
}

void ClientCore::close() {
  if (std::exchange(closing_, true)) return;
  give_up_request();
  for (const Call& waiting : std::exchange(calls_, {})) {
    observer_.answered(waiting.id, std::nullopt);
  }
}

void ClientCore::session_refused(const wire::SessionId& session) {
  if (welcome_ && welcome_->session == session) lose_session();
}

// --- what happened ------------------------------------------------------------------------------

void ClientCore::reply(std::string_view bytes, std::uint64_t now_ms) {
  heard_at_ms_ = now_ms;
  if (!request_) return;
  Request request = *std::exchange(request_, std::nullopt);
  try {
    take_reply(request, bytes, now_ms);
  } catch (const wire::DecodeError&) {
    ++undecodable_;
    // No answer: asked again when it is due. A replica gives its request anew.
    if (Member** member = std::get_if<Member*>(&request.purpose)) {
      postpone(**member, now_ms + options_.retry_ms);
    } else {
      request_ = std::move(request);
    }
  }
}

struct ClientCore::Taker {
  ClientCore& core;
  std::string_view bytes;
  std::uint64_t now_ms;
  std::uint64_t sent_ms;

  void operator()(Hello) const {
    try {
      core.take_welcome(wire::decode_welcome(bytes), sent_ms);
    } catch (const wire::RefusedError& error) {
      core.take_hello_refusal(error.refusal(), now_ms);
    }
  }
  void operator()(Keepalive) const { core.take_keepalive_reply(bytes, sent_ms); }
  void operator()(Goodbye) const { core.welcome_.reset(); }
  void operator()(Member* member) const { core.take_part(*member, bytes, now_ms); }
  void operator()(CallId call) const { core.observer_.answered(call, bytes); }
};

void ClientCore::take_reply(Request& request, std::string_view bytes, std::uint64_t now_ms) {
  std::visit(Taker{*this, bytes, now_ms, request.sent_ms}, request.purpose);
}

void ClientCore::take_welcome(const wire::Welcome& welcome, std::uint64_t sent_ms) {
  welcome_ = welcome;
  if (welcome_->beat_ms == 0) welcome_->beat_ms = default_beat_ms;
  welcome_->beat_ms = std::min(welcome_->beat_ms, longest_time_ms);
  welcome_->session_ms = std::clamp<std::uint64_t>(welcome_->session_ms, 1, longest_time_ms);
  updates_endpoint_ = welcome.updates;
  beat_ms_ = welcome_->beat_ms;
  renewed_at_ms_ = sent_ms;
  check_session_ = false;
  checked_epoch_ = {};
  observer_.session_started(*welcome_, had_session_);
  had_session_ = true;
}

void ClientCore::take_hello_refusal(const wire::Refusal& refusal, std::uint64_t now_ms) {
  const bool for_good = refusal.status != wire::Status::overloaded;
  hello_at_ms_ = now_ms + (for_good ? slow_pace_ms : options_.retry_ms);
  if (for_good) observer_.refused(refusal);
}

void ClientCore::take_keepalive_reply(std::string_view bytes, std::uint64_t sent_ms) {
  try {
    if (auto place = wire::decode_renewed(bytes)) updates_endpoint_ = *std::move(place);
    observer_.session_lives(sent_ms);
  } catch (const wire::RefusedError& error) {
    const wire::Status status = error.refusal().status;
    const bool ended =
        status == wire::Status::unknown_session || status == wire::Status::wrong_epoch;
    if (ended) lose_session();
  }
  renewed_at_ms_ = sent_ms;
}

void ClientCore::take_part(Member& member, std::string_view bytes, std::uint64_t now_ms) {
  member.next_is_free = bytes.size() >= large_answer_bytes;
  if (member.replica->reply(bytes) == NamespaceReplica::Reception::postponed) {
    postpone(member, now_ms + options_.retry_ms);
  }
}

void ClientCore::postpone(Member& member, std::uint64_t until_ms) {
  member.postponed_until_ms = until_ms;
  postponed_until_ms_ = std::min(postponed_until_ms_, member.postponed_until_ms);
}

void ClientCore::end_postponements(std::uint64_t now_ms) {
  if (now_ms < postponed_until_ms_) return;
  postponed_until_ms_ = never_ms;
  for (auto& [name, member] : members_) {
    if (member.postponed_until_ms > now_ms) {
      postponed_until_ms_ = std::min(postponed_until_ms_, member.postponed_until_ms);
    } else {
      member.postponed_until_ms = 0;
    }
  }
}

void ClientCore::lose_session() {
  if (!welcome_) return;
  welcome_.reset();
  observer_.session_lost();
}

void ClientCore::answer_is_arriving(std::uint64_t now_ms) {
  if (request_) request_->again_at_ms = now_ms + options_.retry_ms;
}

void ClientCore::commands_disconnected(std::uint64_t) {
  if (request_) request_->due = true;
}

void ClientCore::updates_connected(std::uint64_t now_ms) {
  lose_updates();
  subscriptions_.connected(now_ms);
}

/// It may be that they are to be had elsewhere now.
void ClientCore::updates_disconnected(std::uint64_t) {
  lose_updates();
  check_session_ = welcome_.has_value();
}

void ClientCore::lose_updates() {
  subscriptions_.disconnected();
  for (auto& [name, member] : members_) member.replica->unsubscribed();
}

bool ClientCore::update(std::string_view topic, std::string_view body, std::uint64_t now_ms) {
  heard_at_ms_ = now_ms;
  wire::Update update;
  try {
    update = wire::decode_update(body, &parsed_);
  } catch (const wire::DecodeError&) {
    ++undecodable_;
    return false;
  }
  if (wire::is_nonce(topic)) {
    check_epoch(epoch_of(update));
    for (const std::string& name : subscriptions_.prove(topic)) find(name)->subscribed();
    subscriptions_.advance(now_ms);
    return false;
  }
  NamespaceReplica* const replica = find(wire::namespace_of(topic));
  if (replica == nullptr) return false;
  if (!wire::is_system(replica->name())) check_epoch(epoch_of(update));
  replica->update(update);
  return replica->live();
}

// Once for every epoch that is not the session's: it may be an old one, told late.
void ClientCore::check_epoch(const wire::Epoch& epoch) {
  if (!welcome_ || epoch == welcome_->session.epoch || epoch == checked_epoch_) return;
  checked_epoch_ = epoch;
  check_session_ = true;
}

void ClientCore::write_answered(const wire::Epoch& epoch, const wire::Tail& tail) {
  if (NamespaceReplica* const replica = find(tail.space)) replica->answered(epoch, tail.run);
}

void ClientCore::advance(std::uint64_t now_ms) { subscriptions_.advance(now_ms); }

void ClientCore::restart(std::uint64_t) {
  request_.reset();
  calls_.clear();
  subscriptions_.restart();
  welcome_.reset();
  updates_endpoint_.reset();
  had_session_ = false;
  closing_ = false;
  said_goodbye_ = false;
  hello_at_ms_ = 0;
  heard_at_ms_.reset();
  postponed_until_ms_ = never_ms;
  for (auto& [name, member] : members_) {
    member.postponed_until_ms = 0;
    member.replica->unanswered();
    member.replica->unsubscribed();
  }
}

// --- what to do now -----------------------------------------------------------------------------

std::vector<SubscriptionChange> ClientCore::take_subscriptions() {
  return subscriptions_.take_changes();
}

std::vector<std::string> ClientCore::all_topics() const {
  std::vector<std::string> topics;
  topics.reserve(members_.size());
  for (const auto& [name, member] : members_) {
    if (member.subscription) topics.push_back(wire::topic_of(name));
  }
  return topics;
}

std::optional<std::string> ClientCore::next_request(std::uint64_t now_ms) {
  if (!request_) request_ = choose(now_ms);
  if (!request_) return std::nullopt;
  if (!request_->due && now_ms < request_->again_at_ms) return std::nullopt;
  request_->due = false;
  request_->sent_ms = now_ms;
  request_->again_at_ms = now_ms + (options_.retry_ms << request_->repeats);
  request_->repeats = std::min(request_->repeats + 1, most_doublings);
  return request_->bytes;
}

std::optional<ClientCore::Request> ClientCore::choose(std::uint64_t now_ms) {
  if (closing_ || !welcome_ || now_ms >= keepalive_due_ms()) return choose_session(now_ms);
  call_served_last_ = !call_served_last_;
  if (call_served_last_) {
    if (auto request = choose_call()) return request;
    return choose_replica(now_ms);
  }
  if (auto request = choose_replica(now_ms)) return request;
  return choose_call();
}

std::optional<ClientCore::Request> ClientCore::choose_session(std::uint64_t now_ms) {
  if (closing_) {
    if (!welcome_ || said_goodbye_) return std::nullopt;
    said_goodbye_ = true;
    return Request{Goodbye{}, wire::encode(wire::Goodbye{welcome_->session})};
  }
  if (now_ms < session_ready_ms()) return std::nullopt;
  if (!welcome_ && now_ms < hello_at_ms_) return std::nullopt;
  pace_.asked(now_ms);
  session_pace_.asked(now_ms);
  if (welcome_) {
    check_session_ = false;
    return Request{Keepalive{}, wire::encode(wire::Keepalive{welcome_->session})};
  }
  wire::Hello hello;
  hello.client_name = options_.client_name;
  hello.host = options_.host;
  return Request{Hello{}, wire::encode(hello)};
}

std::optional<ClientCore::Request> ClientCore::choose_call() {
  if (calls_.empty()) return std::nullopt;
  Call call = std::move(calls_.front());
  calls_.pop_front();
  return Request{call.id, std::move(call.bytes)};
}

// The next in turn that wants something, so that large joins share the way fairly.
std::optional<ClientCore::Request> ClientCore::choose_replica(std::uint64_t now_ms) {
  end_postponements(now_ms);
  auto next = unsettled_.upper_bound(last_served_);
  for (std::size_t left = unsettled_.size(); left != 0; --left) {
    if (next == unsettled_.end()) next = unsettled_.begin();
    Member& member = *next->second;
    if (const std::uint64_t ready = ready_ms(member); now_ms < ready) {
      postpone(member, std::max(ready, member.postponed_until_ms));
    } else if (member.postponed_until_ms == 0) {
      if (auto bytes = member.replica->next_request()) {
        last_served_ = next->first;
        if (!std::exchange(member.next_is_free, false)) {
          member.pace.asked(now_ms);
          pace_.asked(now_ms);
        }
        return Request{&member, *std::move(bytes)};
      }
    }
    next = member.replica->live() ? unsettled_.erase(next) : std::next(next);
  }
  return std::nullopt;
}

void ClientCore::give_up_request() {
  if (!request_) return;
  const Request request = *std::exchange(request_, std::nullopt);
  if (Member* const* member = std::get_if<Member*>(&request.purpose)) {
    (*member)->replica->unanswered();
  } else if (const CallId* call = std::get_if<CallId>(&request.purpose)) {
    observer_.answered(*call, std::nullopt);
  }
}

std::optional<std::uint64_t> ClientCore::next_event_ms() const {
  std::optional<std::uint64_t> next = subscriptions_.next_event_ms();
  const auto at = [&](std::uint64_t time_ms) { next = std::min(time_ms, next.value_or(time_ms)); };
  if (request_) {
    if (!request_->due) at(request_->again_at_ms);
    return next;
  }
  if (closing_) return next;
  at(std::max(welcome_ ? keepalive_due_ms() : hello_at_ms_, session_ready_ms()));
  if (postponed_until_ms_ != never_ms) at(postponed_until_ms_);
  return next;
}

// A third of the session time after the session was renewed last, and when two beats were silent:
// the broker, if it lives, then answers before it counts as not heard.
std::uint64_t ClientCore::keepalive_due_ms() const noexcept {
  if (check_session_) return 0;
  const std::uint64_t session = std::max(welcome_->session_ms / 3, least_pause_ms);
  const std::uint64_t silent = std::max(beat_ms_ * 2, least_pause_ms);
  return std::min(renewed_at_ms_ + session,
                  std::max(renewed_at_ms_, heard_at_ms_.value_or(0)) + silent);
}

// Whatever was opened may have to be fetched, and fetched again after an outage, without a pause.
std::uint64_t ClientCore::burst() const noexcept {
  return RequestPace::few * (1 + members_.size());
}

std::uint64_t ClientCore::session_ready_ms() const noexcept {
  return std::max(pace_.ready_ms(burst()), session_pace_.ready_ms());
}

std::uint64_t ClientCore::ready_ms(const Member& member) const noexcept {
  return member.next_is_free ? 0 : std::max(pace_.ready_ms(burst()), member.pace.ready_ms());
}

// --- how it stands ------------------------------------------------------------------------------

bool ClientCore::wants_changes(const NamespaceReplica& replica) {
  return observer_.wants_changes(replica);
}

void ClientCore::applied(NamespaceReplica& replica, const ChangeBatch& batch) {
  observer_.applied(replica, batch);
}

void ClientCore::progressed(NamespaceReplica& replica) {
  if (!replica.live()) {
    const auto found = members_.find(replica.name());
    if (found->second.subscription) unsettled_.emplace(found->first, &found->second);
  }
  observer_.progressed(replica);
}

}  // namespace bulletin::replica
