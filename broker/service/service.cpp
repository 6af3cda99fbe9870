#include "service/service.hpp"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "wire/names.hpp"
#include "wire/update.hpp"

namespace bulletin::service {
namespace {

constexpr std::chrono::seconds system_interval{1};

}  // namespace

Service::Service(const Surroundings& surroundings, const ServiceOptions& options, Time now)
    : around_(surroundings),
      clock_(options.beat, now),
      beats_(options.beat, options.hash_seed),
      system_(options.system_epoch, options.first_revision, options.hash_seed),
      system_told_(now - system_interval),
      queries_(authority(), system_),
      handler_(around_, queries_, sessions_, options.welcome) {
  list_sessions();
}

void Service::enter(Step step) {
  assert(step == next_step_ && "the steps of a turn have an order");
  next_step_ = step == Step::beat ? Step::decide : static_cast<Step>(static_cast<int>(step) + 1);
}

// --- decide ---

void Service::decide(std::span<Request> requests, Time now) {
  enter(Step::decide);
  if (!around_.sequencer.available()) recover(now);
  handler_.decide(requests, clock_.late_ms(now));
  if (around_.sequencer.available())
    without_user_.end_some(authority().options(), [this](const authority::Command& command) {
      around_.sequencer.propose(command);
    });
}

/// Which namespaces have readers is known here only.
void Service::recover(Time now) {
  const std::optional<Time> recovered = around_.sequencer.recover(now);
  if (!recovered) return;
  clock_.skip_to(*recovered);
  list_sessions();
  handler_.settle();
  without_user_.find(authority(), around_.rights);
  std::vector<std::string> refused;
  beats_.for_each([&](std::string_view space) {
    if (wire::is_system(space)) return;
    const std::string_view user = around_.outbox.first_user_of(wire::topic_of(space));
    if (around_.sequencer.propose({user, authority::PinNamespace{space}}).refused())
      refused.emplace_back(space);
  });
  around_.counters.overloaded_subscriptions += refused.size();
  for (const std::string& space : refused) beats_.remove(space);
}

// --- commit ---

void Service::commit(std::span<const SubscriptionEvent> subscriptions,
                     std::span<const Nonce> nonces, bool drained, Time now) {
  enter(Step::commit);
  apply_subscriptions(subscriptions, now);
  advance(drained, now);
  if (const auto publications = around_.sequencer.commit(now, clock_)) {
    for (const authority::Publication& publication : *publications)
      around_.counters.commits += publication.run.commits;
    publish(*publications, authority().options().epoch);
  } else {
    handler_.leave_open();
  }
  answer_nonces(nonces);
}

void Service::apply_subscriptions(std::span<const SubscriptionEvent> events, Time now) {
  for (const SubscriptionEvent& event : events) {
    if (!event.subscribed) {
      if (!around_.outbox.is_heard(wire::topic_of(event.space))) unpin(event.space, now);
    } else if (!beats_.contains(event.space)) {
      if (pin(event.user, event.space))
        beats_.add(event.space, now);
      else
        ++around_.counters.refused_subscriptions;
    }
  }
}

/// False for a namespace that does not beat for its subscribers: they hear its updates, but cannot
/// know whether they heard all.
bool Service::pin(std::string_view user, std::string_view space) {
  if (wire::is_system(space)) return system_.has(space);
  if (!around_.sequencer.available()) return !authority().check(wire::StatusRequest{{space}});
  const authority::Answer answer =
      around_.sequencer.propose({user, authority::PinNamespace{space}});
  if (answer.refusal.status == wire::Status::overloaded)
    ++around_.counters.overloaded_subscriptions;
  if (answer.refused()) around_.host.on_subscription_refused(space, answer.refusal.message);
  return !answer.refused();
}

void Service::unpin(const std::string& space, Time now) {
  if (beats_.remove(space) && !wire::is_system(space) && around_.sequencer.available())
    around_.sequencer.propose({{}, authority::UnpinNamespace{space}, {}, clock_.late_ms(now)});
}

/// The time in which nothing can be decided never was.
void Service::advance(bool drained, Time now) {
  if (!around_.sequencer.available()) return;
  const std::optional<std::uint64_t> due = authority().next_end_ms();
  const std::uint64_t passed = clock_.advance(now, drained, due);
  if (passed != 0 || due == std::uint64_t{0})
    around_.sequencer.propose({{}, authority::Advance{passed}});
}

void Service::publish(std::span<const authority::Publication> publications,
                      const wire::Epoch& epoch) {
  for (const authority::Publication& publication : publications)
    around_.outbox.publish(wire::topic_of(publication.space),
                           wire::encode(wire::CommitsUpdate{epoch, publication.run}));
}

void Service::answer_nonces(std::span<const Nonce> nonces) {
  if (nonces.empty()) return;
  const std::string body = wire::encode(wire::Beat{authority().options().epoch, 0, 0, 0});
  for (const Nonce& nonce : nonces) around_.outbox.answer(nonce, body);
}

// --- answer ---

void Service::answer(Time now) {
  enter(Step::answer);
  if (handler_.asks_about_system()) refresh_system(now);
  handler_.answer(now);
}

// --- beat ---

void Service::beat(Time now) {
  enter(Step::beat);
  // Those that expired are known to the authority only.
  if (sessions_.size() != authority().sessions()) sessions_.keep(authority().session_numbers());
  if (somebody_follows_system()) refresh_system(now);
  beats_.pass(now, [this](std::string_view space) {
    const wire::NamespaceStatus status = queries_.status(space);
    around_.outbox.publish(
        wire::topic_of(space),
        wire::encode(wire::Beat{status.epoch, status.revision, status.count, status.digest}));
  });
}

bool Service::somebody_follows_system() const {
  return beats_.contains(broker_space) || beats_.contains(sessions_space) ||
         beats_.contains(users_space);
}

void Service::refresh_system(Time now) {
  if (now - system_told_ < system_interval) return;
  system_told_ = now;
  const Metrics current = metrics();
  publish(system_.tell(
              {broker_attributes(current), sessions_.attributes(), current.users.attributes()}),
          system_.epoch());
}

Metrics Service::metrics() const {
  Metrics metrics;
  metrics.counters = around_.counters;
  metrics.sessions = authority().sessions();
  metrics.namespaces = authority().namespaces();
  metrics.followed = beats_.size();
  metrics.attributes = authority().extent().attributes;
  metrics.attribute_bytes = authority().bytes();
  metrics.log_bytes = authority().log_bytes();
  metrics.users.add(authority().accounts());
  around_.host.describe(metrics);
  return metrics;
}

// --- between turns ---

Service::Time Service::next() const {
  const bool available = around_.sequencer.available();
  const std::optional<std::uint64_t> due = authority().next_end_ms();
  if (available && (due == std::uint64_t{0} || !without_user_.empty())) return Time{};
  Time next = available ? clock_.next(due) : Time::max();
  if (const std::optional<Time> beat = beats_.next()) next = std::min(next, *beat);
  if (somebody_follows_system()) next = std::min(next, system_told_ + system_interval);
  return next;
}

/// Those that the store knows.
void Service::list_sessions() {
  for (const authority::SessionView& session : authority().session_list())
    sessions_.opened(session, around_.host.wall_time());
  sessions_.keep(authority().session_numbers());
}

void Service::follow_rights(const authority::Quotas& quotas, bool has_quotas) {
  around_.sequencer.set_quotas(quotas);
  if (has_quotas) system_.add_users();
  without_user_.find(authority(), around_.rights);
}

}  // namespace bulletin::service
