#include "server/server.hpp"

#include <algorithm>
#include <exception>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "server/config/check_options.hpp"
#include "server/config/descriptors.hpp"
#include "server/config/hash_seed.hpp"
#include "server/config/memory_plan.hpp"
#include "server/telemetry/exposition.hpp"
#include "server/telemetry/loggers.hpp"
#include "server/welcome.hpp"

namespace bulletin::server {
namespace {

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

std::uint64_t unix_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

}  // namespace

Server::Server(const BrokerOptions& options, std::shared_ptr<spdlog::logger> log, rocksdb::Env* env,
               std::uint64_t first)
    : options_(checked(options)),
      log_(std::move(log)),
      started_(std::chrono::steady_clock::now()),
      started_unix_s_(unix_seconds()),
      access_(Access::read(options_)),
      network_(options_, access_, counters_, *log_),
      endpoint_(to_string(network_.commands_endpoint())),
      updates_endpoint_(to_string(network_.updates_endpoint())),
      data_store_(options_, *log_, env, first),
      sequencer_(data_store_.open(), data_store_),
      service_({sequencer_, access_.rights(), backup_, network_, *this, counters_},
               {make_welcome(options_, network_.commands_endpoint(), network_.updates_endpoint()),
                options_.beat, random_epoch(), first, hash_seed()},
               started_),
      housekeeping_(network_, sequencer_.authority(), counters_, *log_, started_),
      busy_poll_(busy_poll_time(options_)) {
  network_.wake_by(wake_up_);
  service_.follow_rights(access_.quotas(), access_.has_quotas());
  if (!has_keys() && options_.insecure)
    log_->warn("event=insecure note=\"there are no keys: everybody who can reach it is let in\"");
  log_->info("event=serving commands={} updates={}", endpoint_, updates_endpoint_);
  log_access();
}

void Server::serve() {
  service_.skip_to(std::chrono::steady_clock::now());
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
  const service::Metrics metrics = service_.metrics();
  log_->info("event=stopped requests={} commits={} updates={} drops={}", metrics.counters.requests,
             metrics.counters.commits, metrics.counters.updates, metrics.drops());
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

void Server::answer_other_threads() {
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
  service_.follow_rights(access_.quotas(), access_.has_quotas());
  log_access();
}

void Server::log_access() const {
  if (!has_keys()) return;
  log_->info("event=access keys={}", access_.keys());
  for (const std::string& user : access_.unknown_users())
    log_->warn("event=user_without_key user={} note=\"the permissions name a user who has no key\"",
               server::quoted(user));
}

/// False if it found nothing to do, and the sockets have nothing.
bool Server::turn() {
  const std::uint64_t updates_before = counters_.updates;
  answer_other_threads();
  network_.read(batch_size_.get(), std::chrono::steady_clock::now());
  const Time now = std::chrono::steady_clock::now();
  serve_requests(now);
  if (metrics_query_.asked()) metrics_query_.answer(exposition(service_.metrics()));
  housekeeping_.pass(now);
  network_.flush();

  // Beats are no reason to stay awake.
  const bool arrived = network_.messages() != 0 || !network_.drained();
  if (arrived) busy_poll_.found(now, std::chrono::steady_clock::now());
  return arrived || counters_.updates != updates_before;
}

void Server::serve_requests(Time now) {
  const std::span<service::Request> requests = network_.requests();
  service_.decide(requests, now);
  const Time decided = std::chrono::steady_clock::now();
  service_.commit(network_.take_subscription_events(), network_.nonces(), network_.drained(), now);
  data_store_.pass(now);
  backup_.pass(now);
  const Time answering = std::chrono::steady_clock::now();
  service_.answer(now);
  // What one costly request takes says nothing of the others.
  if (!requests.empty() && !network_.has_costly_request())
    batch_size_.took(requests.size(),
                     decided - now + (std::chrono::steady_clock::now() - answering));
  service_.beat(now);
}

Server::Time Server::next_duty() const {
  Time next = std::min(service_.next(), housekeeping_.next());
  if (const std::optional<Time> keeping = data_store_.next()) next = std::min(next, *keeping);
  if (reload_again_) next = std::min(next, *reload_again_);
  return next;
}

// --- service::Host ---

std::chrono::system_clock::time_point Server::wall_time() const {
  return std::chrono::system_clock::now();
}

void Server::describe(service::Metrics& metrics) const {
  metrics.version = BULLETIN_VERSION;
  metrics.data = to_string(data_store_.state());
  metrics.started_s = started_unix_s_;
  metrics.uptime_s = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_)
          .count());
  metrics.connections = network_.connections();
  metrics.memory_bound = options_.memory;
  metrics.keys_refused = network_.refused();
  metrics.unanswerable = network_.unusable();
  metrics.users.add(network_.accounts());
}

void Server::on_malformed(std::size_t bytes, std::string_view reason) {
  if (log_->should_log(spdlog::level::debug))
    log_->debug("event=malformed bytes={} reason={}", bytes, server::quoted(reason));
}

void Server::on_session_opened(std::uint64_t session, std::string_view name,
                               std::string_view host) {
  if (log_->should_log(spdlog::level::debug))
    log_->debug("event=session_opened session={} name={} host={}", session, server::quoted(name),
                server::quoted(host));
}

void Server::on_session_closed(std::uint64_t session) {
  log_->debug("event=session_closed session={}", session);
}

void Server::on_subscription_refused(std::string_view space, std::string_view reason) {
  if (log_->should_log(spdlog::level::debug))
    log_->debug("event=subscription_refused namespace={} reason={}", server::quoted(space),
                server::quoted(reason));
}

}  // namespace bulletin::server
