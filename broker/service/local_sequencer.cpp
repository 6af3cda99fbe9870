#include "service/local_sequencer.hpp"

#include <utility>

namespace bulletin::service {

authority::Answer LocalSequencer::propose(const authority::Command& command) {
  return authority_.apply(command);
}

std::optional<std::span<const authority::Publication>> LocalSequencer::commit(
    Time now, const RunningClock& clock) {
  if (!authority_.in_turn()) return std::span<const authority::Publication>();
  const std::optional<Time> kept = persistence_.keep(authority_, now);
  if (!kept) {
    authority_.abandon();
    return std::nullopt;
  }
  return authority_.commit(clock.delay_ms(now, *kept));
}

std::optional<LocalSequencer::Time> LocalSequencer::recover(Time now) {
  std::optional<Persistence::Reopened> reopened = persistence_.reopen(now);
  if (!reopened) return std::nullopt;
  authority_ = std::move(reopened->authority);
  authority_.set_quotas(quotas_);
  return reopened->at;
}

void LocalSequencer::set_quotas(const authority::Quotas& quotas) {
  quotas_ = quotas;
  authority_.set_quotas(quotas);
}

}  // namespace bulletin::service
