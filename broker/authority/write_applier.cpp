#include "authority/write_applier.hpp"

#include <algorithm>
#include <utility>

#include "authority/authority_counters.hpp"
#include "authority/time_points.hpp"
#include "wire/decode_error.hpp"

namespace bulletin::authority {

using wire::Outcome;
using wire::Status;

namespace {

/// Bytes. What is larger is not kept waiting in memory for its turn.
constexpr std::size_t small_transaction = 512;

// About what things cost, in units of less than 100 ns: an item, its conditions and operations, a
// change of another namespace than the one before (another update is sent), a namespace that comes
// into being, what begins or ends a lease, a table that is set aside, a message that says why not,
// and bytes that are no transaction (an exception).
constexpr std::uint64_t item_work = 1;
constexpr std::uint64_t element_work = 5;
constexpr std::uint64_t space_work = 14;
constexpr std::uint64_t new_space_work = 10;
constexpr std::uint64_t lease_work = 8;
constexpr std::uint64_t clear_work = 10;
constexpr std::uint64_t refusal_work = 8;
constexpr std::uint64_t malformed_work = 24;

bool is_no_room(const Outcome& outcome) {
  return outcome.status == Status::overloaded && outcome == Outcome::refused(no_room_for_outcome());
}

}  // namespace

bool is_among(Places places, std::size_t item) noexcept {
  return !places.empty() && std::binary_search(places.begin(), places.end(), item);
}

WriteApplier::WriteApplier(const AuthorityOptions& options, AuthorityCounters& counters,
                           NamespaceTable& namespaces, CommitBuilder& builder)
    : options_(options),
      counters_(counters),
      namespaces_(namespaces),
      builder_(builder),
      applier_(builder, options, counters.total) {}

Outcomes WriteApplier::apply(std::span<const wire::WriteItem> items, const Writer& writer,
                             Places denied, std::size_t most_bytes) {
  Outcomes outcomes;
  outcomes.reserve(items.size());
  session_ = writer.session;
  writer_ = &writer.account;
  last_found_ = nullptr;
  last_space_ = {};
  further_work_ = 0;
  static_cast<void>(builder_.take_effort());
  std::size_t bytes = 0;
  std::size_t asked_bytes = 0;
  std::uint64_t work = 0;
  bool full = false;
  const bool alone = items.size() == 1;  // there is nothing to prepare for
  for (std::size_t i = 0; i != items.size(); ++i) {
    Prepared* const prepared = alone ? nullptr : &prepared_[i % most_prepared];
    // The first item is decided whatever it costs: a transaction has bounds of its own. What is
    // denied is not looked at.
    const bool is_denied = is_among(denied, i);
    if (!is_denied) asked_bytes += items[i].transaction.size();
    const bool too_much =
        !is_denied && (work >= options_.bounds.write_work ||
                       (i != 0 && asked_bytes > options_.limits.transaction_bytes));
    if (prepared == prepared_.data() && !full && !too_much) prepare(items, i, denied);
    // Those behind may have to be refused.
    const std::size_t behind = (items.size() - i - 1) * no_room_for_outcome_bytes;
    outcome_room_ = most_bytes - std::min(bytes + behind, most_bytes);
    if (too_much && !full) {
      outcomes.push_back(Outcome::refused(too_much_work()));
    } else if (full) {
      outcomes.push_back(Outcome::refused(no_room_for_outcome()));
    } else if (is_denied) {
      outcomes.push_back(Outcome::refused(denied_to_write(items[i].space)));
    } else {
      outcomes.push_back(apply(items[i], prepared));
    }
    std::size_t size = wire::encoded_bytes(outcomes.back());
    if (size > outcome_room_) {  // it has changed nothing
      outcomes.back() = Outcome::refused(no_room_for_outcome());
      size = no_room_for_outcome_bytes;
    }
    full = full || is_no_room(outcomes.back());
    work += work_of(items[i], outcomes.back());
    bytes += size;
  }
  return outcomes;
}

std::uint64_t WriteApplier::work_of(const wire::WriteItem& item, const Outcome& outcome) {
  const CommitBuilder::Effort effort = builder_.take_effort();
  const std::uint64_t done = std::exchange(elements_, 0) * element_work +
                             effort.leases * lease_work + effort.tables * clear_work;
  const bool refused = outcome.status >= Status::malformed;
  // What was done for nothing is taken back.
  std::uint64_t work = item_work + (refused ? 2 * done + refusal_work : done);
  work += std::exchange(further_work_, 0);
  if (std::exchange(last_space_, item.space) != item.space) work += space_work;
  return work;
}

Space* WriteApplier::find(std::string_view name) {
  if (last_found_ == nullptr || last_found_->name != name) last_found_ = namespaces_.find(name);
  return last_found_;
}

/// Nothing that could not as well be done in an item's turn. Nothing at all for what is denied: not
/// even the time that it takes tells whether the namespace is there.
void WriteApplier::prepare(std::span<const wire::WriteItem> all, std::size_t first, Places denied) {
  const auto items = all.subspan(first, std::min(most_prepared, all.size() - first));
  for (std::size_t i = 0; i != items.size(); ++i) {
    Prepared& prepared = prepared_[i];
    prepared.decoded =
        items[i].transaction.size() <= small_transaction && !is_among(denied, first + i);
    if (prepared.decoded) prepared.refused = decode(items[i].transaction, prepared.transaction);
  }
  fetch_ahead(items);
}

/// So that the items wait for memory together, and not each in its turn.
void WriteApplier::fetch_ahead(std::span<const wire::WriteItem> items) {
  struct Ahead {
    const NameIndex* index = nullptr;
    std::uint64_t key = 0;
  };
  std::array<Ahead, most_prepared> ahead;
  for (std::size_t i = 0; i != items.size(); ++i) {
    const Prepared& prepared = prepared_[i];
    if (!prepared.decoded || prepared.refused || prepared.transaction.operations.empty()) continue;
    const Space* const space = find(items[i].space);
    if (space == nullptr) continue;
    const NameIndex& names = space->attributes.by_name();
    ahead[i] = {&names, names.key_of(prepared.transaction.operations.front().name)};
    names.fetch_slot(ahead[i].key);
  }
  for (const Ahead& one : ahead) {
    if (one.index != nullptr) one.index->fetch_attribute(one.key);
  }
}

Outcome WriteApplier::apply(const wire::WriteItem& item, Prepared* prepared) {
  Space* const space = find(item.space);
  if (space == nullptr) {
    if (Refused refused = check_writable(item.space, options_)) {
      return Outcome::refused(*std::move(refused));
    }
  }
  const bool decoded = prepared != nullptr && prepared->decoded;
  if (Refused refused =
          decoded ? std::move(prepared->refused) : decode(item.transaction, at_hand_)) {
    return Outcome::refused(*std::move(refused));
  }
  const wire::Transaction& transaction = decoded ? prepared->transaction : at_hand_;
  elements_ = transaction.conditions.size() + transaction.operations.size();
  if (space == nullptr) return apply_to_new(item.space, transaction);
  const bool is_given = space->owner != writer_ && space->extent == Extent{};
  return is_given ? apply_to_empty(*space, transaction)
                  : apply_to(*space, transaction, PastNamespaces::no);
}

/// Sizes are checked first: a few bytes can ask for much memory.
Refused WriteApplier::decode(std::string_view bytes, wire::Transaction& transaction) {
  const Limits& limits = options_.limits;
  Refused refused = check_size("the transaction", bytes.size(), limits.transaction_bytes, "bytes");
  if (refused) return refused;
  try {
    refused = check_size("the transaction", wire::element_count(bytes),
                         limits.transaction_operations, "conditions and operations");
    if (!refused) wire::decode_transaction(bytes, transaction, limits.value_bytes);
    return refused;
  } catch (const wire::OverLimit& error) {
    further_work_ += malformed_work;
    return wire::Refusal{Status::rejected, error.what(), {}};
  } catch (const wire::DecodeError& error) {
    further_work_ += malformed_work;
    return wire::Refusal{Status::malformed, error.what(), {}};
  }
}

/// The namespace comes into being only if it is changed.
Outcome WriteApplier::apply_to_new(std::string_view name, const wire::Transaction& transaction) {
  const bool past_bound = namespaces_.size() >= options_.bounds.namespaces;
  const std::size_t mark = namespaces_.mark();
  Space& space = namespaces_.make(name, counters_.forgotten, *writer_);
  further_work_ += new_space_work;
  const bool past_quota = writer_->exceeds(Resource::namespaces);
  Outcome outcome = apply_to(space, transaction,
                             past_bound   ? PastNamespaces::bound
                             : past_quota ? PastNamespaces::quota
                                          : PastNamespaces::no);
  if (outcome.status != Status::ok) namespaces_.rollback(mark);
  return outcome;
}

/// A namespace is counted for the user that writes into it first: a subscriber of it may have made
/// it, and does not pay for what others write.
Outcome WriteApplier::apply_to_empty(Space& space, const wire::Transaction& transaction) {
  const std::size_t mark = namespaces_.mark();
  namespaces_.give(space, *writer_);
  Outcome outcome =
      apply_to(space, transaction,
               writer_->exceeds(Resource::namespaces) ? PastNamespaces::quota : PastNamespaces::no);
  if (outcome.status != Status::ok) namespaces_.rollback(mark);
  return outcome;
}

Outcome WriteApplier::apply_to(Space& space, const wire::Transaction& transaction,
                               PastNamespaces past) {
  Outcome outcome =
      applier_.apply(space, transaction,
                     {session_, counters_.now_ms(), counters_.revision + 1, past, outcome_room_});
  if (outcome.status != Status::ok) return outcome;
  counters_.revision = outcome.revision;
  namespaces_.look_again(space, later(counters_.now_ms(), options_.session_ms));
  return outcome;
}

}  // namespace bulletin::authority
