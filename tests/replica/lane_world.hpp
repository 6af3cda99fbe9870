// A write lane, and the broker's end of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bulletin/transaction.hpp>

#include "replica/change_recorder.hpp"
#include "replica/namespace_model.hpp"
#include "replica/write_lane.hpp"
#include "support/catch.hpp"
#include "wire/transaction.hpp"

namespace bulletin::test {

using replica::FinishedWrite;
using replica::NamespaceReplica;
using replica::no_deadline;
using replica::PendingWrite;
using replica::Ticket;
using replica::WriteLane;
using replica::WriteProgress;
using Fate = FinishedWrite::Fate;

inline const wire::SessionId first_session{epoch_number(1), 7};
inline const wire::SessionId next_session{epoch_number(1), 8};

struct Lane {
  ChangeRecorder told;
  NamespaceReplica plant{"plant", told};
  NamespaceReplica other{"other", told};
  WriteLane lane;
  std::string bytes;  // of the request transmitted last

  Ticket add(const Transaction& transaction, std::uint64_t deadline_ms = no_deadline,
             bool renewable = false, const NamespaceReplica* replica = nullptr) {
    PendingWrite write = to_write(replica == nullptr ? plant : *replica, transaction);
    write.deadline_ms = deadline_ms;
    write.renewable = renewable;
    return lane.add(std::move(write));
  }
  Ticket set(std::string_view name, std::uint64_t deadline_ms = no_deadline) {
    return add(Transaction().set(name, 1), deadline_ms);
  }
  /// What is transmitted now; the views are valid until the next.
  wire::Write transmit(std::uint64_t now_ms = 0) {
    const auto next = lane.to_transmit(now_ms);
    REQUIRE(next);
    bytes = *next;
    lane.transmitted(now_ms);
    return std::get<wire::Write>(wire::decode_request(bytes));
  }
  WriteProgress reply(const std::string& reply, std::uint64_t now_ms = 0) {
    bool refused = false;
    WriteProgress progress = lane.reply(reply, now_ms, refused);
    session_refused = refused;
    return progress;
  }
  WriteProgress outcomes(const std::vector<wire::Outcome>& outcomes, std::uint64_t now_ms = 0) {
    return reply(wire::encode(wire::WriteReply{outcomes, {}}), now_ms);
  }
  WriteProgress all_ok(std::size_t count, std::uint64_t revision = 100, std::uint64_t now_ms = 0) {
    return outcomes(std::vector<wire::Outcome>(count, {wire::Status::ok, revision, {}}), now_ms);
  }
  WriteProgress refuse(wire::Status status) {
    return reply(wire::encode(wire::Refusal{status, "because", "name"}));
  }
  bool session_refused = false;
};

inline std::vector<Ticket> tickets(const std::vector<FinishedWrite>& finished, Fate fate) {
  std::vector<Ticket> all;
  for (const FinishedWrite& write : finished) {
    if (write.fate == fate) all.push_back(write.ticket);
  }
  return all;
}

inline std::vector<std::string> names_in(const wire::Write& write) {
  std::vector<std::string> names;
  wire::Transaction transaction;
  for (const wire::WriteItem& item : write.items) {
    wire::decode_transaction(item.transaction, transaction);
    for (const auto& operation : transaction.operations) names.emplace_back(operation.name);
  }
  return names;
}

using Names = std::vector<std::string>;
using Tickets = std::vector<Ticket>;

}  // namespace bulletin::test
