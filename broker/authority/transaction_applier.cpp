#include "authority/transaction_applier.hpp"

#include <utility>

#include "authority/sum.hpp"
#include "authority/time_points.hpp"
#include "wire/names.hpp"

namespace bulletin::authority {

namespace {

using wire::OperationKind;
using wire::Outcome;
using wire::Status;

/// How many operations ahead memory is asked for.
constexpr std::size_t fetch_step = 8;

}  // namespace

Outcome TransactionApplier::apply(Space& space, const wire::Transaction& transaction,
                                  const TransactionContext& context) {
  space_ = &space;
  context_ = context;
  sums_.clear();
  builder_.begin(space, context.revision);
  for (const wire::Condition& condition : transaction.conditions) {
    if (std::optional<Outcome> failed = check(condition)) return *std::move(failed);
  }
  const bool many = transaction.operations.size() > fetch_step;
  for (std::size_t i = 0; i != transaction.operations.size(); ++i) {
    if (many) fetch_ahead(transaction.operations, i);
    if (Refused refused = apply(transaction.operations[i])) {
      builder_.rollback();
      return Outcome::refused(*std::move(refused));
    }
  }
  Outcome outcome{Status::ok, context.revision, std::exchange(sums_, {})};
  if (Refused refused = check_room(outcome)) {
    builder_.rollback();
    return Outcome::refused(*std::move(refused));
  }
  if (!builder_.finish()) return {Status::unchanged, space.revision, {}};
  return outcome;
}

/// Several operations wait for memory together, and not each in its turn.
void TransactionApplier::fetch_ahead(std::span<const wire::Operation> operations,
                                     std::size_t index) const {
  const NameIndex& names = space_->attributes.by_name();
  if (index + 2 * fetch_step < operations.size())
    names.fetch_slot(names.key_of(operations[index + 2 * fetch_step].name));
  if (index + fetch_step < operations.size())
    names.fetch_attribute(names.key_of(operations[index + fetch_step].name));
}

std::optional<Outcome> TransactionApplier::check(const wire::Condition& condition) {
  const CommitBuilder::Place place = builder_.find(condition.name);
  if (Refused refused = check_name(place)) return Outcome::refused(*std::move(refused));
  if (builder_.revision(place) == condition.revision) return std::nullopt;
  return Outcome::lost(space_->revision, condition.name);
}

Refused TransactionApplier::apply(const wire::Operation& operation) {
  if (operation.kind == OperationKind::clear) {
    builder_.clear();
    return std::nullopt;
  }
  const CommitBuilder::Place place = builder_.find(operation.name);
  if (Refused refused = check_name(place)) return refused;
  if (operation.kind == OperationKind::set) return set(operation, place);
  if (operation.kind == OperationKind::add) return add(operation, place);
  builder_.erase(place);
  return std::nullopt;
}

Refused TransactionApplier::set(const wire::Operation& operation,
                                const CommitBuilder::Place& place) {
  if (Refused refused = check_value(operation.name, operation.value, limits_)) return refused;
  builder_.set(place, operation.value,
               {space_, operation.ephemeral ? context_.session : 0,
                operation.ttl_ms == 0 ? 0 : later(context_.clock_ms, operation.ttl_ms), 0});
  return std::nullopt;
}

Refused TransactionApplier::add(const wire::Operation& operation,
                                const CommitBuilder::Place& place) {
  std::string sum;
  const std::string_view value = builder_.value(place);
  const Status status = authority::add(value, operation.value, sum);
  if (status != Status::ok) {
    return wire::Refusal{
        status,
        status == Status::wrong_type
            ? mismatch(operation.name, value, operation.value)
            : "adding to " + wire::quoted(operation.name) + " goes past the range of its type",
        std::string(operation.name)};
  }
  builder_.update(place, sum);
  sums_.push_back(std::move(sum));
  return std::nullopt;
}

/// What comes to no commit needs no room.
Refused TransactionApplier::check_room(const Outcome& outcome) const {
  if (context_.past_namespaces != PastNamespaces::no && builder_.has_changes()) {
    return context_.past_namespaces == PastNamespaces::bound
               ? overloaded("namespaces", bounds_.namespaces)
               : space_->owner->refuse(Resource::namespaces);
  }
  if (wire::encoded_bytes(outcome) > context_.outcome_bytes && builder_.has_changes())
    return no_room_for_outcome();
  return check_extent();
}

/// What becomes less is never refused.
Refused TransactionApplier::check_extent() const {
  const Extent& before = space_->extent;
  const Extent after = builder_.extent();
  const auto more = [](std::uint64_t was, std::uint64_t is, std::uint64_t beside,
                       std::uint64_t bound) { return is > was && beside + is > bound; };
  const auto refuse = [&](std::string_view what, std::uint64_t bound) {
    wire::Refusal refusal = overloaded(what, bound);
    refusal.name = space_->name;
    return refusal;
  };
  if (more(before.attributes, after.attributes, 0, bounds_.space.attributes))
    return refuse("attributes in a namespace", bounds_.space.attributes);
  if (more(before.bytes, after.bytes, 0, bounds_.space.bytes))
    return refuse("bytes in a namespace", bounds_.space.bytes);
  if (more(before.attributes, after.attributes, total_.attributes - before.attributes,
           bounds_.total.attributes))
    return refuse("attributes", bounds_.total.attributes);
  // What was cleared is there until it is swept: what comes in its place is more.
  if (more(builder_.has_cleared() ? 0 : before.bytes, after.bytes,
           total_.bytes - before.bytes + builder_.namespaces_bytes(), bounds_.total.bytes))
    return refuse("bytes of attributes", bounds_.total.bytes);
  return check_quota(after);
}

Refused TransactionApplier::check_quota(const Extent& after) const {
  const Extent& before = space_->extent;
  Account& owner = *space_->owner;
  const auto refuse = [&](Resource resource) {
    wire::Refusal refusal = owner.refuse(resource);
    refusal.name = space_->name;
    return refusal;
  };
  if (after.attributes > before.attributes &&
      !owner.allows(Resource::attributes, after.attributes - before.attributes))
    return refuse(Resource::attributes);
  if (after.bytes > before.bytes && !owner.allows(Resource::bytes, after.bytes - before.bytes))
    return refuse(Resource::bytes);
  return std::nullopt;
}

/// A name that is in the table has been found legal before.
Refused TransactionApplier::check_name(const CommitBuilder::Place& place) const {
  return place.known() ? std::nullopt : check_attribute(place.name.name, limits_);
}

}  // namespace bulletin::authority
