#include "simulation/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulation/failure.hpp"
#include "simulation/history.hpp"
#include "wire/transaction.hpp"

namespace bulletin::simulation {
namespace {

using Fate = replica::FinishedWrite::Fate;

std::string renewal_key(std::string_view client, std::string_view space,
                        const wire::Operation& set) {
  return fmt::format("{}\n{}\n{}\n{}", client, space, set.name, set.value);
}

/// It has conditions that name a revision.
bool has_revisions(std::string_view transaction) {
  wire::Transaction decoded;
  wire::decode_transaction(transaction, decoded);
  return std::any_of(decoded.conditions.begin(), decoded.conditions.end(),
                     [](const wire::Condition& condition) { return condition.revision != 0; });
}

}  // namespace

WriteId Ledger::begin(std::string client, std::string space, std::string transaction,
                      bool renewable, std::uint64_t history) {
  const WriteId id = entries_.size();
  const bool fresh = by_transaction_.emplace(transaction, id).second;
  check(fresh, "the simulation made the same transaction twice");
  by_transaction_.emplace(wire::without_revisions(transaction), id);
  if (renewable) {
    wire::Transaction decoded;
    wire::decode_transaction(transaction, decoded);
    renewable_.emplace(renewal_key(client, space, decoded.operations.at(0)), id);
  }
  entries_.push_back({id, std::move(client), std::move(space), std::move(transaction), renewable,
                      false, false, std::nullopt, std::nullopt, history});
  return id;
}

void Ledger::orphaned(WriteId write) { entries_.at(write).orphaned = true; }

void Ledger::finished(WriteId write, const replica::FinishedWrite& told, const wire::Epoch& epoch) {
  WriteEntry& entry = entries_.at(write);
  check(!entry.fate, "{} ended twice", entry);
  entry.fate = told.fate;
  switch (told.fate) {
    case Fate::answered:
      ++acknowledged_;
      entry.succeeded = told.outcome.status == wire::Status::ok;
      check_answer(entry, told.outcome, epoch);
      break;
    case Fate::unsent:
    case Fate::not_taken:
      check(!entry.decision, "{} was never sent, and yet carried out", entry);
      break;
    case Fate::in_doubt: ++in_doubt_; break;
  }
}

void Ledger::check_answer(const WriteEntry& entry, const wire::Outcome& told,
                          const wire::Epoch& epoch) const {
  if (!entry.decision && told.status >= wire::Status::malformed) return;  // the whole request
  check(entry.decision.has_value(), "{} was answered, but never carried out", entry);
  const WriteEntry::Decision& decision = *entry.decision;
  check(epoch == decision.epoch, "{} was answered for epoch {}, carried out in {}", entry, epoch,
        decision.epoch);
  check(told.status == decision.outcome.status, "{} was answered with status {}, not {}", entry,
        static_cast<unsigned>(told.status), static_cast<unsigned>(decision.outcome.status));
  check(told.revision == decision.outcome.revision, "{} was answered with revision {}, not {}",
        entry, told.revision, decision.outcome.revision);
  check(told.texts == decision.outcome.texts, "{} was answered with other sums or names", entry);
}

void Ledger::decided(std::string_view client, std::string_view space, std::string_view transaction,
                     const wire::Epoch& epoch, const wire::Outcome& outcome) {
  const auto found = by_transaction_.find(transaction);
  if (found == by_transaction_.end()) return check_renewal(client, space, transaction);
  WriteEntry& entry = entries_.at(found->second);
  check(entry.client == client && entry.space == space, "{} came from {} for '{}'", entry, client,
        space);
  if (entry.decision) {
    fail("{} was carried out twice: revision {} of epoch {}, then {} of {}", entry,
         entry.decision->outcome.revision, entry.decision->epoch, outcome.revision, epoch);
  }
  check(entry.fate != Fate::answered, "{} was carried out after its answer", entry);
  check(entry.fate != Fate::unsent, "{} ended as never sent, and was carried out", entry);
  check(outcome.status != wire::Status::ok || entry.history == 0 || entry.history == epoch.tag() ||
            !has_revisions(transaction),
        "{} was made in another epoch than {}, and yet its conditions held", entry, epoch);
  entry.decision = WriteEntry::Decision{epoch, outcome};
}

/// What no user wrote must be a lane that sets an ephemeral attribute again, if it is absent.
void Ledger::check_renewal(std::string_view client, std::string_view space,
                           std::string_view transaction) const {
  wire::Transaction decoded;
  wire::decode_transaction(transaction, decoded);
  check(decoded.conditions.size() == 1 && decoded.operations.size() == 1 &&
            decoded.conditions[0].revision == 0 &&
            decoded.operations[0].kind == wire::OperationKind::set &&
            decoded.operations[0].ephemeral &&
            decoded.conditions[0].name == decoded.operations[0].name,
        "{} sent a write to '{}' that nobody made", client, space);
  check(renewable_.contains(renewal_key(client, space, decoded.operations[0])),
        "{} set '{}' of '{}' again, which it never set", client, decoded.operations[0].name, space);
}

void Ledger::check_end() const {
  for (const WriteEntry& entry : entries_) {
    check(entry.orphaned || entry.fate.has_value(), "{} has not ended", entry);
    check(entry.fate != Fate::unsent || !entry.decision, "{} was never sent, and yet carried out",
          entry);
  }
}

}  // namespace bulletin::simulation
