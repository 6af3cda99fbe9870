#include "server/server.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "server/config/check_options.hpp"
#include "server/config/descriptors.hpp"
#include "server/config/memory_plan.hpp"
#include "server/net/text_hash.hpp"
#include "server/telemetry/loggers.hpp"
#include "server/welcome.hpp"
#include "wire/names.hpp"
#include "wire/update.hpp"

namespace bulletin::server {
namespace {

constexpr std::chrono::seconds system_interval{1};
constexpr std::chrono::seconds descriptors_interval{10};
constexpr std::chrono::milliseconds network_interval{50};
constexpr std::chrono::seconds reload_interval{1};

BrokerOptions checked(const BrokerOptions& options) {
  check_options(options);
  raise_descriptor_limit();
  require_free_descriptors();
  return with_memory_divided(options);
}

/// On its only processor it would keep out whom it waits for.
BusyPoll::Duration busy_poll_time(const BrokerOptions& options) {
  return std::thread::hardware_concurrency() == 1 ? BusyPoll::Duration::zero() : options.busy_poll;
}

}  // namespace

Server::Server(const BrokerOptions& options, std::shared_ptr<spdlog::logger> log, rocksdb::Env* env,
               std::uint64_t first)
    : options_(checked(options)),
      log_(std::move(log)),
      started_(std::chrono::steady_clock::now()),
      started_unix_s_(std::chrono::duration_cast<std::chrono::seconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count()),
      access_(Access::read(options_)),
      network_(options_, access_, counters_, *log_),
      endpoint_(to_string(network_.commands_endpoint())),
      updates_endpoint_(to_string(network_.updates_endpoint())),
      data_store_(options_, *log_, env, first),
      authority_(data_store_.open()),
      system_(random_epoch(), first, hash_seed()),
      system_told_(started_ - system_interval),
      descriptors_seen_(started_),
      network_tended_(started_),
      queries_(authority_, system_),
      clock_(options_.beat, started_),
      beats_(options_.beat),
      busy_poll_(busy_poll_time(options_)),
      publisher_(network_, queries_),
      desk_({authority_, queries_, access_, sessions_, backup_, network_, counters_, *log_},
            make_welcome(options_, network_.commands_endpoint(), network_.updates_endpoint())) {
  network_.wake_by(wake_up_);
  authority_.set_quotas(access_.quotas());
  if (access_.has_quotas()) system_.add_users();
  list_sessions();
  if (!has_keys() && options_.insecure)
    log_->warn("event=insecure note=\"there are no keys: everybody who can reach it is let in\"");
  log_->info("event=serving commands={} updates={}", endpoint_, updates_endpoint_);
  tell_of_access();
}

void Server::serve() {
  clock_.skip_to(std::chrono::steady_clock::now());
  while (!stopping_.load(std::memory_order_relaxed)) {
    if (turn()) {
      // Who waits for a processor may be whom the answers are for.
      std::this_thread::yield();
      continue;
    }
    if (busy_poll_.again(std::chrono::steady_clock::now())) {
      std::this_thread::yield();
    } else {
      network_.wait(next_duty());
    }
  }
  log_->info("event=stopped requests={} commits={} updates={} drops={}", counters_.requests,
             counters_.commits, counters_.updates, drops());
  data_store_.close();
}

void Server::stop() noexcept {
  stopping_.store(true, std::memory_order_relaxed);
  wake_up_.raise();
}

bool Server::reload() noexcept {
  if (!has_keys()) return false;
  reloading_.store(true, std::memory_order_relaxed);
  wake_up_.raise();
  return true;
}

bool Server::await_turn(std::chrono::milliseconds patience) {
  return turn_query_.ask([this] { wake_up_.raise(); }, patience).has_value();
}

std::optional<std::string> Server::metrics(std::chrono::milliseconds patience) {
  return metrics_query_.ask([this] { wake_up_.raise(); }, patience);
}

/// By other threads.
void Server::do_what_was_told() {
  const bool waited_for = turn_query_.asked();
  const bool again = reload_again_ && std::chrono::steady_clock::now() >= *reload_again_;
  if (reloading_.exchange(false) || again) read_access_again();
  if (waited_for) turn_query_.answer({});
}

/// A file that makes no sense changes nothing. One that could not be read for want of a descriptor
/// or of memory is read as soon as there is one.
void Server::read_access_again() {
  const bool waits = reload_again_.has_value();
  reload_again_.reset();
  std::optional<Access> now;
  try {
    now = Access::read(options_);
  } catch (const std::system_error& error) {
    reload_again_ = std::chrono::steady_clock::now() + reload_interval;
    if (!waits)
      log_->error("event=access_waits reason={} note=\"it is tried again each second\"",
                  server::quoted(error.what()));
    return;
  } catch (const std::exception& error) {
    log_->error("event=access_refused reason={} note=\"keys and permissions stay as they were\"",
                server::quoted(error.what()));
    return;
  }
  follow_access(*std::move(now));
}

void Server::follow_access(Access now) {
  const Access before = std::exchange(access_, std::move(now));
  network_.follow(before);
  authority_.set_quotas(access_.quotas());
  if (access_.has_quotas()) system_.add_users();
  if (!data_store_.failed()) end_sessions_without_keys();
  tell_of_access();
}

void Server::tell_of_access() const {
  if (!has_keys()) return;
  log_->info("event=access keys={}", access_.keys());
  for (const std::string& user : access_.unknown_users())
    log_->warn("event=user_without_key user={} note=\"the permissions name a user who has no key\"",
               server::quoted(user));
}

void Server::end_sessions_without_keys() {
  std::vector<std::pair<std::string, std::uint64_t>> ending;
  for (const authority::SessionView& session : authority_.session_list()) {
    if (!access_.has_user(session.user)) ending.emplace_back(session.user, session.number);
  }
  for (const auto& [user, number] : ending)
    authority_.apply({user, authority::CloseSession{{authority_.options().epoch, number}}});
}

bool Server::is_heard(std::string_view space) const {
  return network_.is_heard(wire::topic_of(space));
}

void Server::unfollow(const std::string& space) {
  if (beats_.remove(space) && !wire::is_system(space) && !data_store_.failed())
    authority_.apply({{},
                      authority::UnpinNamespace{space},
                      {},
                      clock_.late_ms(std::chrono::steady_clock::now())});
}

/// False if it found nothing to do, and the sockets have nothing.
bool Server::turn() {
  const std::uint64_t updates_before = counters_.updates;
  do_what_was_told();
  network_.read(batch_size_.get(), std::chrono::steady_clock::now());
  const std::span<Request> requests = network_.requests();
  const Time now = std::chrono::steady_clock::now();

  if (data_store_.failed()) recover(now);
  // Renewals come before the time that they renew for.
  desk_.decide(requests, !data_store_.failed(), clock_.late_ms(now));
  const Time decided = std::chrono::steady_clock::now();
  apply_subscriptions(now);
  advance(now);
  commit(now);
  data_store_.pass(now);
  backup_.pass(now);

  // A proof that a subscription is live comes after everything that was decided before it.
  publisher_.answer_nonces(authority_.options().epoch);
  if (desk_.asks_about_system()) refresh_system(now);
  const Time answering = std::chrono::steady_clock::now();
  desk_.answer();
  // What one costly request takes says nothing of the others.
  if (!requests.empty() && !network_.has_costly_request())
    batch_size_.took(requests.size(),
                     decided - now + (std::chrono::steady_clock::now() - answering));
  // Those that expired are known to the authority only.
  if (sessions_.size() != authority_.sessions()) sessions_.keep(authority_.session_numbers());
  if (somebody_follows_system()) refresh_system(now);
  if (metrics_query_.asked()) metrics_query_.answer(exposition(metrics_now()));
  report_drops(now);
  report_descriptors(now);
  report_refusals(now);
  beats_.pass(now, [this](std::string_view space) { publisher_.beat(space); });
  tend_network(now);
  network_.flush();

  // Beats are no reason to stay awake.
  const bool arrived = network_.messages() != 0 || !network_.drained();
  if (arrived) busy_poll_.found(now, std::chrono::steady_clock::now());
  return arrived || counters_.updates != updates_before;
}

/// The time in which nothing can be decided never was.
void Server::advance(Time now) {
  if (data_store_.failed()) return;
  const std::optional<std::uint64_t> due = authority_.next_end_ms();
  const std::uint64_t passed = clock_.advance(now, network_.drained(), due);
  if (passed != 0 || due == std::uint64_t{0}) authority_.apply({{}, authority::Advance{passed}});
}

/// What the store has not kept is neither shown nor answered.
void Server::commit(Time now) {
  if (!authority_.in_turn()) return;
  if (!data_store_.keep(authority_, now)) {
    authority_.abandon();
    desk_.leave_open();
    return;
  }
  const std::uint64_t delay_ms = clock_.delay_ms(now, std::chrono::steady_clock::now());
  const std::span<const authority::Publication> publications = authority_.commit(delay_ms);
  for (const authority::Publication& publication : publications)
    counters_.commits += publication.run.commits;
  publisher_.publish(publications, authority_.options().epoch);
}

/// Those that the store knows.
void Server::list_sessions() {
  for (const authority::SessionView& session : authority_.session_list())
    sessions_.opened(session, std::chrono::system_clock::now());
  sessions_.keep(authority_.session_numbers());
}

/// Who subscribed is known here only.
void Server::recover(Time now) {
  std::optional<authority::Authority> kept = data_store_.reopen(now);
  if (!kept) return;
  authority_ = *std::move(kept);
  authority_.set_quotas(access_.quotas());
  clock_.skip_to(std::chrono::steady_clock::now());
  list_sessions();
  desk_.settle();
  std::vector<std::string> refused;
  beats_.for_each([&](std::string_view space) {
    const std::string_view user = network_.first_user_of(wire::topic_of(space));
    if (!wire::is_system(space) &&
        authority_.apply({user, authority::PinNamespace{space}}).refused())
      refused.emplace_back(space);
  });
  counters_.overloaded_subscriptions += refused.size();
  for (const std::string& space : refused) beats_.remove(space);
}

void Server::apply_subscriptions(Time now) {
  for (const SubscriptionTable::Event& event : network_.take_subscription_events()) {
    if (!event.subscribed) {
      if (!is_heard(event.space)) unfollow(event.space);
    } else if (!beats_.contains(event.space)) {
      if (may_follow(event.user, event.space)) {
        beats_.add(event.space, now);
      } else {
        ++counters_.refused_subscriptions;
      }
    }
  }
}

/// False for a namespace that does not beat for its subscribers: they hear its updates, but cannot
/// know whether they heard all.
bool Server::may_follow(std::string_view user, std::string_view space) {
  if (wire::is_system(space)) return system_.has(space);
  if (data_store_.failed()) return !authority_.check(wire::StatusRequest{{space}});
  const authority::Answer answer = authority_.apply({user, authority::PinNamespace{space}});
  if (answer.refusal.status == wire::Status::overloaded) ++counters_.overloaded_subscriptions;
  if (answer.refused())
    log_->debug("event=subscription_refused namespace={} reason={}", server::quoted(space),
                server::quoted(answer.refusal.message));
  return !answer.refused();
}

bool Server::somebody_follows_system() const {
  return beats_.contains(service::broker_space) || beats_.contains(service::sessions_space) ||
         beats_.contains(service::users_space);
}

void Server::refresh_system(Time now) {
  if (now - system_told_ < system_interval) return;
  system_told_ = now;
  publisher_.publish(system_.tell(facts(now)), system_.epoch());
}

void Server::report_drops(Time now) {
  if (losses_throttle_.should_log(losses(), now))
    log_->warn("event=dropped answers={} messages={} updates={} subscriptions={}",
               counters_.dropped, network_.unusable(), counters_.missed,
               counters_.overloaded_subscriptions);
  if (unclaimed_throttle_.should_log(counters_.unclaimed, now))
    log_->debug("event=clients_left unclaimed={}", counters_.unclaimed);
}

void Server::tend_network(Time now) {
  if (now < network_tended_ + network_interval) return;
  network_tended_ = now;
  const std::uint64_t closed_before = std::exchange(accept_paused_, counters_.accept_paused);
  network_.tend(now);
  quota_log_.report(authority_.accounts(), network_.accounts(), now, *log_);
  if (counters_.accept_paused != closed_before)
    log_->warn(
        "event=accept_paused connections={} note=\"there are too many: nobody can connect until "
        "there is room\"",
        network_.connections());
}

void Server::report_refusals(Time now) {
  for (const UnknownKey& stranger : network_.take_unknown_keys()) {
    if (!unknown_key_log_.should_log(stranger.key, now)) continue;
    log_->warn(
        "event=key_not_authorized address={} key={} note=\"to let it in, add this key and a "
        "user's name to the authorized keys, and send SIGHUP\"",
        server::quoted(stranger.address), server::quoted(stranger.key));
  }
  const std::uint64_t refusals = network_.refused();
  if (!refusals_throttle_.should_log(refusals, now)) return;
  log_->warn("event=keys_not_known connections={}", refusals);
}

/// Without descriptors nobody can connect any more: operators have to know before.
void Server::report_descriptors(Time now) {
  if (now - descriptors_seen_ < descriptors_interval) return;
  descriptors_seen_ = now;
  if (descriptors_are_scarce()) {
    log_->warn("event=descriptors_scarce clients={} limit={}", authority_.sessions(),
               descriptor_limit());
  }
}

Metrics Server::metrics_now() const {
  Metrics metrics;
  metrics.version = BULLETIN_VERSION;
  metrics.data = to_string(data_store_.state());
  metrics.started_s = started_unix_s_;
  metrics.sessions = authority_.sessions();
  metrics.connections = network_.connections();
  metrics.namespaces = authority_.namespaces();
  metrics.followed = beats_.size();
  metrics.attributes = authority_.extent().attributes;
  metrics.attribute_bytes = authority_.bytes();
  metrics.log_bytes = authority_.log_bytes();
  metrics.memory_bound = options_.memory;
  metrics.keys_refused = network_.refused();
  metrics.unanswerable = network_.unusable();
  metrics.users = users_now();
  metrics.counters = counters_;
  return metrics;
}

service::Facts Server::facts(Time now) const {
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(now - started_);
  service::Facts facts;
  facts.broker = {
      {"version", BULLETIN_VERSION},
      {"uptime", uptime.count()},
      {"clients", authority_.sessions()},
      {"connections", network_.connections()},
      {"namespaces", authority_.namespaces()},
      {"attributes", authority_.extent().attributes},
      {"attribute_bytes", authority_.bytes()},
      {"requests", counters_.requests},
      {"malformed", counters_.malformed},
      {"rejected", counters_.rejected},
      {"overloaded", counters_.overloaded},
      {"commits", counters_.commits},
      {"updates", counters_.updates},
      {"bytes", counters_.bytes},
      {"drops", drops()},
      {"missed", counters_.missed},
      {"data", std::string(to_string(data_store_.state()))},
      {"keys_refused", network_.refused()},
      {"denied", counters_.denied},
      {"subscriptions_dropped", counters_.subscriptions_dropped},
      {"accept_paused", counters_.accept_paused},
      {"connections_too_large", counters_.connections_too_large},
      {"memory_bound", options_.memory},
  };
  facts.sessions = sessions_.attributes();
  facts.users = users_now().attributes();
  return facts;
}

service::UserList Server::users_now() const {
  service::UserList users;
  users.add(authority_.accounts());
  users.add(network_.accounts());
  return users;
}

Server::Time Server::next_duty() const {
  const std::optional<std::uint64_t> due = authority_.next_end_ms();
  if (due == std::uint64_t{0} && !data_store_.failed()) return Time{};
  Time next = data_store_.failed() ? Time::max() : clock_.next(due);
  if (const std::optional<Time> beat = beats_.next()) next = std::min(next, *beat);
  if (const std::optional<Time> keeping = data_store_.next()) next = std::min(next, *keeping);
  if (somebody_follows_system()) next = std::min(next, system_told_ + system_interval);
  if (reload_again_) next = std::min(next, *reload_again_);
  next = std::min(next, network_tended_ + network_.next_look());
  return next;
}

}  // namespace bulletin::server
