#include "server/housekeeping.hpp"

#include <utility>

#include "server/config/descriptors.hpp"
#include "server/telemetry/loggers.hpp"

namespace bulletin::server {
namespace {

constexpr std::chrono::seconds descriptors_interval{10};
constexpr std::chrono::milliseconds network_interval{50};

}  // namespace

void Housekeeping::pass(Time now) {
  report_drops(now);
  report_descriptors(now);
  report_unknown_keys(now);
  tend_network(now);
}

void Housekeeping::report_drops(Time now) {
  const std::uint64_t losses = counters_.dropped + network_.unusable() + counters_.missed +
                               counters_.overloaded_subscriptions;
  if (losses_throttle_.should_log(losses, now))
    log_.warn("event=dropped answers={} messages={} updates={} subscriptions={}", counters_.dropped,
              network_.unusable(), counters_.missed, counters_.overloaded_subscriptions);
  if (unclaimed_throttle_.should_log(counters_.unclaimed, now))
    log_.debug("event=clients_left unclaimed={}", counters_.unclaimed);
}

void Housekeeping::tend_network(Time now) {
  if (now < network_tended_ + network_interval) return;
  network_tended_ = now;
  const std::uint64_t paused_before = std::exchange(accept_paused_, counters_.accept_paused);
  network_.tend(now);
  quota_log_.report(authority_.accounts(), network_.accounts(), now, log_);
  if (counters_.accept_paused != paused_before)
    log_.warn(
        "event=accept_paused connections={} note=\"max-connections is reached: nobody can connect "
        "until one ends\"",
        network_.connections());
}

void Housekeeping::report_unknown_keys(Time now) {
  for (const UnknownKey& unknown : network_.take_unknown_keys()) {
    if (!unknown_key_log_.should_log(unknown.key, now)) continue;
    log_.warn(
        "event=key_not_authorized address={} key={} note=\"to let it in, add this key and a "
        "user's name to the authorized keys, and send SIGHUP\"",
        server::quoted(unknown.address), server::quoted(unknown.key));
  }
  const std::uint64_t refused = network_.refused();
  if (unknown_keys_throttle_.should_log(refused, now))
    log_.warn("event=keys_not_known connections={}", refused);
}

/// Without descriptors nobody can connect any more: operators have to know before.
void Housekeeping::report_descriptors(Time now) {
  if (now - descriptors_seen_ < descriptors_interval) return;
  descriptors_seen_ = now;
  if (descriptors_are_scarce())
    log_.warn("event=descriptors_scarce clients={} limit={}", authority_.sessions(),
              descriptor_limit());
}

}  // namespace bulletin::server
