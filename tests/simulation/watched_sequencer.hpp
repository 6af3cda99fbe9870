// The broker's sequencer, watched by the model.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "service/local_sequencer.hpp"
#include "simulation/environment.hpp"

namespace bulletin::simulation {

/// Decides, keeps and commits as the product does, and tells the model of each turn. It plants
/// faults, and now and then takes a turn back as a store does that fails before it wrote anything.
class WatchedSequencer : public service::LocalSequencer {
 public:
  WatchedSequencer(Environment& environment, authority::Authority authority,
                   service::Persistence& persistence)
      : LocalSequencer(std::move(authority), persistence), world_(environment) {}

  /// The turn at hand will be taken back.
  void lose_turn() noexcept { loses_ = true; }
  /// The turn at hand, which a store was told to keep and failed: what it was, until `resolve`
  /// tells by what was kept whether it happened.
  void hold_turn();
  void resolve(const authority::Authority& kept);

  [[nodiscard]] bool available() const noexcept override {
    return !lost_ && LocalSequencer::available();
  }
  authority::Answer propose(const authority::Command& command) override;
  std::optional<std::span<const authority::Publication>> commit(
      Time now, const service::RunningClock& clock) override;
  std::optional<Time> recover(Time now) override;

  /// Its authority as it is; it is of no use then.
  authority::Authority release() { return std::move(authority_); }

 private:
  struct Turn {
    std::vector<Applied> commands;
    std::deque<std::string> names;  // that commands are about, and updates
    std::vector<authority::Publication> updates;
  };

  authority::Command distorted(authority::Command command);
  [[nodiscard]] bool differs(const authority::Authority& kept) const;

  Environment& world_;
  bool loses_ = false;
  bool lost_ = false;
  simulation::Time recovers_at_ = 0;
  Turn turn_;
  std::vector<std::string> scratch_;
  std::optional<Turn> held_;
  std::map<std::uint64_t, std::uint64_t> newest_number_;  // of each session; for Plant::apply_twice
};

}  // namespace bulletin::simulation
