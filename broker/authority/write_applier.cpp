#include "authority/write_applier.hpp"

#include <algorithm>
#include <utility>

#include "authority/running_clock.hpp"
#include "authority/state.hpp"
#include "wire/decode_error.hpp"

namespace bulletin::authority {

using wire::Outcome;
using wire::Status;

std::size_t encoded_bytes(const Outcome& outcome) noexcept {
  std::size_t bytes = 24 + outcome.message.size() + outcome.name.size();
  for (const std::string& sum : outcome.sums) bytes += sum.size();
  return bytes;
}

bool is_among(Places places, std::size_t item) noexcept {
  return !places.empty() && std::binary_search(places.begin(), places.end(), item);
}

WriteApplier::WriteApplier(const AuthorityOptions& options, Counters& counters, Board& board,
                           CommitBuilder& builder)
    : options_(options),
      counters_(counters),
      board_(board),
      applier_(builder, options, counters.total) {}

Outcomes WriteApplier::apply(std::span<const wire::WriteItem> items, std::uint64_t session,
                             Places denied, std::size_t most_bytes) {
  most_bytes_ = most_bytes;
  Outcomes outcomes;
  outcomes.reserve(items.size());
  bytes_ = 0;
  for (std::size_t i = 0; i != items.size(); ++i) {
    outcomes.push_back(apply_within_bounds(items[i], session, is_among(denied, i)));
    bytes_ += encoded_bytes(outcomes.back());
  }
  return outcomes;
}

Outcome WriteApplier::apply_within_bounds(const wire::WriteItem& item, std::uint64_t session,
                                          bool denied) {
  if (bytes_ < most_bytes_)
    return denied ? to_outcome(denied_to_write(item.space)) : apply(item, session);
  return to_outcome({Status::overloaded, "the outcomes before it take too many bytes", {}});
}

Outcome WriteApplier::apply(const wire::WriteItem& item, std::uint64_t session) {
  Space* space = board_.find(item.space);
  if (space == nullptr) {
    if (Refused refused = check_writable(item.space, options_)) {
      return to_outcome(*std::move(refused));
    }
  }
  if (Refused refused = decode(item.transaction)) return to_outcome(*std::move(refused));
  return space == nullptr ? apply_to_new(item.space, session) : apply_to(*space, session);
}

/// Into `transaction_`. Sizes are checked first: a few bytes can ask for much memory.
Refused WriteApplier::decode(std::string_view bytes) {
  const Limits& limits = options_.limits;
  Refused refused = check_size("the transaction", bytes.size(), limits.transaction_bytes, "bytes");
  if (refused) return refused;
  try {
    refused = check_size("the transaction", wire::element_count(bytes),
                         limits.transaction_operations, "conditions and operations");
    if (!refused) wire::decode_transaction(bytes, transaction_);
    return refused;
  } catch (const wire::DecodeError& error) {
    return wire::Refusal{Status::malformed, error.what(), {}};
  }
}

/// The namespace comes into being only if it is changed.
Outcome WriteApplier::apply_to_new(std::string_view name, std::uint64_t session) {
  if (board_.size() >= options_.bounds.namespaces) {
    return to_outcome(overloaded("namespaces", options_.bounds.namespaces));
  }
  const std::size_t mark = board_.mark();
  Outcome outcome = apply_to(board_.make(name, counters_.forgotten), session);
  if (outcome.status != Status::ok) board_.rollback(mark);
  return outcome;
}

Outcome WriteApplier::apply_to(Space& space, std::uint64_t session) {
  Outcome outcome =
      applier_.apply(space, transaction_, {session, counters_.clock_ms, counters_.revision + 1});
  if (outcome.status != Status::ok) return outcome;
  counters_.revision = outcome.revision;
  board_.look_again(space, later(counters_.clock_ms, options_.session_ms));
  return outcome;
}

}  // namespace bulletin::authority
