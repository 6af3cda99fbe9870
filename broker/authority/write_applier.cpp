#include "authority/write_applier.hpp"

#include <utility>

#include "authority/state.hpp"

namespace bulletin::authority {

using wire::Outcome;
using wire::Status;

Outcomes WriteApplier::apply(std::span<const wire::WriteItem> items, std::uint64_t session) {
  Outcomes outcomes;
  outcomes.reserve(items.size());
  while (!items.empty()) {
    const std::size_t count = prepare(items);
    for (std::size_t i = 0; i != count; ++i) {
      outcomes.push_back(apply(items[i], prepared_[i], session));
    }
    items = items.subspan(count);
  }
  return outcomes;
}

/// Decodes the next items, about as many as have operations enough to fetch memory together, and
/// returns how many they are.
std::size_t WriteApplier::prepare(std::span<const wire::WriteItem> items) {
  std::size_t count = 0;
  for (std::size_t operations = 0; count != items.size() && count != PreparedTransaction::window &&
                                   operations < PreparedTransaction::window;
       ++count) {
    if (count == prepared_.size()) prepared_.emplace_back();
    prepared_[count].decode(items[count].transaction, options_.limits);
    operations += prepared_[count].transaction().operations.size();
    if (const Space* space = board_.find(items[count].space)) {
      prepared_[count].fetch_slots(space->attributes.by_name());
    }
  }
  for (std::size_t i = 0; i != count; ++i) {
    if (const Space* space = board_.find(items[i].space)) {
      prepared_[i].fetch_attributes(space->attributes.by_name());
    }
  }
  return count;
}

Outcome WriteApplier::apply(const wire::WriteItem& item, const PreparedTransaction& prepared,
                            std::uint64_t session) {
  Space* space = board_.find(item.space);
  if (space == nullptr) {
    if (Refused refused = check_writable(item.space, options_)) {
      return to_outcome(*std::move(refused));
    }
  }
  if (prepared.refused()) return to_outcome(*prepared.refused());
  return space == nullptr ? apply_to_new(item, prepared, session)
                          : apply_to(*space, prepared, session);
}

Outcome WriteApplier::apply_to_new(const wire::WriteItem& item, const PreparedTransaction& prepared,
                                   std::uint64_t session) {
  if (board_.size() >= options_.bounds.namespaces) {
    return to_outcome(overloaded("namespaces", options_.bounds.namespaces));
  }
  const std::size_t mark = board_.mark();
  Space& space = board_.make(item.space, counters_.forgotten);
  Outcome outcome = apply_to(space, prepared, session);
  if (outcome.status != Status::ok) board_.rollback(mark);
  return outcome;
}

Outcome WriteApplier::apply_to(Space& space, const PreparedTransaction& prepared,
                               std::uint64_t session) {
  Outcome outcome =
      applier_.apply(space, prepared, {session, counters_.clock_ms, counters_.revision + 1});
  if (outcome.status == Status::ok) counters_.revision = outcome.revision;
  return outcome;
}

}  // namespace bulletin::authority
