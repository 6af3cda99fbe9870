// Every write that a client made: what the broker decided, and what the client was told.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replica/write_lane.hpp"
#include "wire/epoch.hpp"
#include "wire/replies.hpp"

namespace bulletin::simulation {

using WriteId = std::size_t;

/// One write, and what is known of it.
struct WriteEntry {
  struct Decision {
    wire::Epoch epoch;
    wire::Outcome outcome;
  };

  WriteId id = 0;
  std::string client;
  std::string space;
  std::string transaction;
  bool renewable = false;
  bool orphaned = false;
  bool succeeded = false;
  std::optional<replica::FinishedWrite::Fate> fate;
  std::optional<Decision> decision;
  std::uint64_t history = 0;  ///< the tag of the epoch that its conditions are of
};

/// No two writes have the same transaction, byte for byte: that is how the broker's side knows
/// which it is. All checks of single writes are made here.
class Ledger {
 public:
  /// A client makes a write.
  WriteId begin(std::string client, std::string space, std::string transaction, bool renewable,
                std::uint64_t history);

  /// The client was told how it ended.
  void finished(WriteId write, const replica::FinishedWrite& told, const wire::Epoch& epoch);
  /// Nobody waits any more for how it ends: the client is gone.
  void orphaned(WriteId write);
  /// The broker carried the write out, once, and committed the turn.
  void decided(std::string_view client, std::string_view space, std::string_view transaction,
               const wire::Epoch& epoch, const wire::Outcome& outcome);

  /// At the end: every write has ended, and those never sent were never carried out.
  void check_end() const;

  /// Its client was told that it was committed.
  [[nodiscard]] bool succeeded(WriteId write) const { return entries_.at(write).succeeded; }
  [[nodiscard]] std::size_t writes() const noexcept { return entries_.size(); }
  [[nodiscard]] std::size_t acknowledged() const noexcept { return acknowledged_; }
  [[nodiscard]] std::size_t in_doubt() const noexcept { return in_doubt_; }

 private:
  void check_renewal(std::string_view client, std::string_view space,
                     std::string_view transaction) const;
  void check_answer(const WriteEntry& entry, const wire::Outcome& told,
                    const wire::Epoch& epoch) const;

  std::vector<WriteEntry> entries_;
  std::map<std::string, WriteId, std::less<>> by_transaction_;
  /// The encoded values that a plain `set` of this client may set again: client, space, name,
  /// value.
  std::map<std::string, WriteId, std::less<>> renewable_;
  std::size_t acknowledged_ = 0;
  std::size_t in_doubt_ = 0;
};

}  // namespace bulletin::simulation

/// Formatted only when a check fails.
template <>
struct fmt::formatter<bulletin::simulation::WriteEntry> : fmt::formatter<std::string_view> {
  auto format(const bulletin::simulation::WriteEntry& entry, fmt::format_context& context) const {
    return fmt::format_to(context.out(), "write {} of {} to '{}'", entry.id, entry.client,
                          entry.space);
  }
};
