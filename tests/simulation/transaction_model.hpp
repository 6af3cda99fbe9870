// What a transaction means, written a second time and as plainly as possible.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/history.hpp"
#include "wire/limits.hpp"
#include "wire/transaction.hpp"

namespace bulletin::simulation {

struct Held {
  Bytes value;
  std::uint64_t revision = 0;
  std::uint64_t session = 0;   ///< ephemeral: that it goes with
  std::uint64_t deadline = 0;  ///< time to live
  std::uint64_t grant = 0;     ///< leases are ended in the order in which they were granted
  bool over = false;           ///< its session has ended: it is as good as gone
};

/// The attributes of one namespace.
using Board = std::map<std::string, Held, std::less<>>;

struct Decision {
  wire::Status status = wire::Status::ok;
  std::string name;               ///< of the condition that does not hold
  std::vector<std::string> sums;  ///< of `add`, as value bytes
  /// What becomes of the attributes touched; nullopt: they go.
  std::map<std::string, std::optional<Held>, std::less<>> effects;
};

/// `grants`: those before.
Decision decide(const Board& board, const wire::Transaction& transaction, std::uint64_t session,
                std::uint64_t now_ms, std::uint64_t& grants);

/// Carries a decision out, and tells it as a commit would.
Delta carry_out(Board& board, const Decision& decision, std::uint64_t revision);

}  // namespace bulletin::simulation
