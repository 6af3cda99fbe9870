// What all actors of a world share.
#pragma once

#include "simulation/data.hpp"
#include "simulation/history.hpp"
#include "simulation/ledger.hpp"
#include "simulation/model.hpp"
#include "simulation/network.hpp"
#include "simulation/options.hpp"
#include "simulation/random.hpp"
#include "simulation/rates.hpp"
#include "simulation/schedule.hpp"

namespace bulletin::simulation {

/// Times are a tenth of the defaults, so that more happens in a second.
inline constexpr std::uint64_t beat_ms = 100;
inline constexpr std::uint64_t session_ms = 1000;

/// A namespace that the broker keeps from everybody: queries about it are denied.
inline constexpr std::string_view denied_space = "denied";

struct Environment {
  explicit Environment(const Options& asked)
      : options(asked), random(asked.seed), rates(draw_rates(random)) {}
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  const Options options;
  Random random;
  Rates rates;
  Schedule schedule;
  Network network{schedule, random, rates};
  History history;
  Ledger ledger;
  Model model{history, ledger};
  Data data;
};

}  // namespace bulletin::simulation
