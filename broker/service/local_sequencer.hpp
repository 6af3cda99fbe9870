// The sequence of a broker that is alone.
#pragma once

#include "authority/authority.hpp"
#include "service/persistence.hpp"
#include "service/sequencer.hpp"

namespace bulletin::service {

/// Decide, keep, commit: what persistence has not kept is neither shown nor answered.
class LocalSequencer : public Sequencer {
 public:
  /// `persistence` has to outlive it.
  LocalSequencer(authority::Authority authority, Persistence& persistence)
      : authority_(std::move(authority)), persistence_(persistence) {}

  [[nodiscard]] bool available() const noexcept override { return !persistence_.failed(); }
  authority::Answer propose(const authority::Command& command) override;
  std::optional<std::span<const authority::Publication>> commit(Time now,
                                                                const RunningClock& clock) override;
  std::optional<Time> recover(Time now) override;
  void set_quotas(const authority::Quotas& quotas) override;
  [[nodiscard]] const authority::Authority& authority() const noexcept override {
    return authority_;
  }

 protected:
  authority::Authority authority_;

 private:
  Persistence& persistence_;
  authority::Quotas quotas_;
};

}  // namespace bulletin::service
