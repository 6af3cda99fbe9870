// What an authority is told when it begins.
#pragma once

#include <cstddef>
#include <cstdint>

#include <bulletin/options.hpp>

#include "authority/extent.hpp"
#include "wire/epoch.hpp"
#include "wire/limits.hpp"

namespace bulletin::authority {

/// How many of a thing there may be; one more is refused as overloaded (as rejected:
/// `write_items`).
struct Bounds {
  std::size_t sessions = 100'000;
  std::size_t lanes = 64;  ///< of one session
  std::size_t namespaces = 1'000'000;
  std::size_t write_items = wire::request_names;  ///< of one WRITE
  /// What the items of one WRITE may cost, in units of about 100 ns: those behind are refused.
  std::size_t write_work = 400'000;
  /// Sessions and leases that end at once, namespaces that are forgotten at once; the others wait
  /// for the next command that tells the time.
  std::size_t ends = 2'000;
  /// Of one WRITE, encoded: what comes to more is refused from there on, so that the answer fits
  /// into a message.
  std::size_t outcome_bytes = 8u << 20;
  /// Of one session: what its lanes keep to repeat.
  std::size_t kept_outcome_bytes = 16u << 20;
  /// Of all sessions. Past it a session has one lane, and a WRITE comes to `least_outcome_bytes`:
  /// so those who take much are refused, and the others write on.
  std::size_t all_kept_outcome_bytes = 256u << 20;
  std::size_t least_outcome_bytes = 4u << 10;
  Extent space{10'000'000, UINT64_MAX};  ///< of one namespace
  Extent total{UINT64_MAX, UINT64_MAX};  ///< of all namespaces; bytes: and their own
};

struct AuthorityOptions {
  /// The history that begins or goes on. The rim draws it, or reads it from a store.
  wire::Epoch epoch;
  /// The number of the next commit: above every number ever given, see "revision" in
  /// docs/consistency.md.
  std::uint64_t first_revision = 1;
  Limits limits = {};
  /// A session that has been silent for so long on the running clock ends.
  std::uint64_t session_ms = 10'000;
  /// Memory for the recent commits that SINCE and the tails of WRITE answers are taken from. The
  /// commits of the newest turn are kept in any case.
  std::size_t log_bytes = 64u << 20;
  Bounds bounds = {};
  /// Of the hashes of tables: drawn by the rim, which tells nobody. Nothing that the authority
  /// answers or does depends on it.
  std::uint64_t hash_seed = 0;
  /// Holds the broker's own namespaces, whose names begin with `$`, and no others: the rim is its
  /// one writer. Without this it holds all others.
  bool system = false;
};

}  // namespace bulletin::authority
