// How decisions become the one sequence that every reader sees.
#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "authority/authority.hpp"
#include "service/running_clock.hpp"

namespace bulletin::service {

/// The seam between deciding and making visible: a broker alone keeps a turn and commits it
/// (LocalSequencer); several brokers would agree on it first. Every command goes through it.
class Sequencer {
 public:
  using Time = std::chrono::steady_clock::time_point;

  virtual ~Sequencer() = default;

  /// False: nothing can be decided now, and `propose` must not be called.
  [[nodiscard]] virtual bool available() const noexcept = 0;
  /// Decides a command within the turn at hand. Its outcome is for the later commands of this turn;
  /// nobody else may see it before `commit`.
  virtual authority::Answer propose(const authority::Command& command) = 0;
  /// Ends the turn and makes it visible: the updates to publish, valid until the next `propose`.
  /// Nothing: the turn was taken back, and whether it will have happened is unknown until `recover`
  /// succeeds.
  virtual std::optional<std::span<const authority::Publication>> commit(
      Time now, const RunningClock& clock) = 0;
  /// Tries to become available again. When it did: the authority is what was kept, in which a turn
  /// that was taken back may have happened.
  virtual std::optional<Time> recover(Time now) = 0;

  /// What users may take, from now on and after a recovery.
  virtual void set_quotas(const authority::Quotas& quotas) = 0;
  /// At the same address always; its queries are for the time between turns.
  [[nodiscard]] virtual const authority::Authority& authority() const noexcept = 0;
};

}  // namespace bulletin::service
