// What each command does.

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "authority/state.hpp"
#include "authority/time_points.hpp"
#include "wire/names.hpp"

namespace bulletin::authority {

namespace {

using wire::Refusal;
using wire::Status;

/// What an answer has beside its outcomes, at most.
constexpr std::size_t answer_head_bytes = 8;

/// As many as a client gathers in one WRITE; the commits of others come with the updates.
constexpr std::size_t most_tails = 10'000;

Answer refused(Refusal refusal) {
  Answer answer;
  answer.refusal = std::move(refusal);
  return answer;
}

/// Each namespace once, with the lowest revision that its client has.
std::vector<TailRequest> tails_of(std::span<const wire::WriteItem> items, Places denied) {
  std::vector<std::pair<std::string_view, std::uint64_t>> requested;
  for (std::size_t i = 0; i != items.size(); ++i) {
    const wire::WriteItem& item = items[i];
    if (item.known == 0 || is_among(denied, i)) continue;
    if (!requested.empty() && requested.back().first == item.space) {
      requested.back().second = std::min(requested.back().second, item.known);
    } else if (requested.size() == most_tails) {
      break;
    } else {
      requested.emplace_back(item.space, item.known);
    }
  }
  std::sort(requested.begin(), requested.end());
  std::vector<TailRequest> tails;
  for (const auto& [space, known] : requested) {
    if (tails.empty() || tails.back().space != space) tails.push_back({std::string(space), known});
  }
  return tails;
}

}  // namespace

const Session* Authority::State::find_session(std::string_view user,
                                              const wire::SessionId& session) const {
  if (session.epoch != options.epoch) return nullptr;
  const Session* found = sessions.find(session.number);
  return found != nullptr && found->user == user ? found : nullptr;
}

Refused Authority::State::check_session(std::string_view user,
                                        const wire::SessionId& session) const {
  if (find_session(user, session) != nullptr) return std::nullopt;
  if (session.epoch != options.epoch) {
    return Refusal{Status::wrong_epoch, "the session belongs to another history", {}};
  }
  return Refusal{Status::unknown_session, "there is no such session of this user", {}};
}

Answer Authority::State::apply(std::string_view user, const OpenSession& command) {
  if (Refused fault = check_client(command.client_name, command.host))
    return refused(*std::move(fault));
  if (sessions.size() >= options.bounds.sessions) {
    return refused(overloaded("sessions", options.bounds.sessions));
  }
  Account& account = accounts.of(user);
  if (!account.allows(Resource::sessions)) return refused(account.refuse(Resource::sessions));
  Answer answer;
  answer.session = sessions.open(user, command.client_name, command.host, silence_ends());
  return answer;
}

Answer Authority::State::apply(std::string_view user, const Renew& command) {
  if (Refused fault = check_session(user, command.session)) return refused(*std::move(fault));
  sessions.renew(command.session.number, silence_ends());
  return {};
}

Answer Authority::State::apply(std::string_view user, const CloseSession& command) {
  if (Refused fault = check_session(user, command.session)) return refused(*std::move(fault));
  sessions.end(command.session.number);
  leases.end_session(command.session.number);
  return {};
}

Answer Authority::State::apply(std::string_view user, const wire::Write& command, Places denied) {
  const std::uint64_t number = command.session.number;
  const Session* session = find_session(user, command.session);
  if (session == nullptr) return refused(*check_session(user, command.session));
  sessions.renew(number, silence_ends());
  if (std::optional<Answer> repeated = repeat(*session, command, denied))
    return *std::move(repeated);
  Answer answer;
  answer.outcomes = writes_.apply(command.items, {number, *session->account}, denied,
                                  most_outcome_bytes(*session, command.lane));
  sessions.answer(number, {command.lane, command.number, kept_answer(*answer.outcomes)});
  answer.tails = tails_of(command.items, denied);
  return answer;
}

bool Authority::State::keeps_too_much() const noexcept {
  return sessions.kept_bytes() > options.bounds.all_kept_outcome_bytes;
}

bool Authority::State::keeps_too_much(const Session& session) const noexcept {
  return keeps_too_much() || session.account->exceeds(Resource::outcome_bytes);
}

/// Of one WRITE in this lane: with what the session's other lanes keep, no more than it may keep.
std::size_t Authority::State::most_outcome_bytes(const Session& session,
                                                 std::uint64_t lane) const noexcept {
  const Bounds& bounds = options.bounds;
  const std::size_t most = keeps_too_much(session)
                               ? std::min(bounds.outcome_bytes, bounds.least_outcome_bytes)
                               : bounds.outcome_bytes;
  const std::size_t taken = session.bytes_beside(lane) + lane_overhead + answer_head_bytes;
  return std::min(most, bounds.kept_outcome_bytes - std::min(taken, bounds.kept_outcome_bytes));
}

std::optional<Answer> Authority::State::repeat(std::string_view user, const wire::Write& command,
                                               Places denied) const {
  const Session* session = find_session(user, command.session);
  if (session == nullptr) return refused(*check_session(user, command.session));
  return repeat(*session, command, denied);
}

std::optional<Answer> Authority::State::repeat(const Session& session, const wire::Write& command,
                                               Places denied) const {
  const Lane* lane = session.find(command.lane);
  if (lane == nullptr || lane->number != command.number) {
    Refused fault = check_lane(command, lane, session);
    return fault ? std::optional(refused(*std::move(fault))) : std::nullopt;
  }
  Answer answer;
  answer.outcomes = lane->outcomes();
  // Whatever the items are, they were not counted: more than a WRITE may have cost nobody more.
  const std::span<const wire::WriteItem> items(command.items);
  answer.tails = tails_of(items.first(std::min(items.size(), options.bounds.write_items)), denied);
  return answer;
}

Refusal Authority::State::too_many_outcomes(const Session& session) const {
  return keeps_too_much() ? overloaded("bytes of outcomes in all sessions",
                                       options.bounds.all_kept_outcome_bytes)
                          : session.account->refuse(Resource::outcome_bytes);
}

Refused Authority::State::check_lane(const wire::Write& command, const Lane* lane,
                                     const Session& session) const {
  if (lane == nullptr && session.lanes.size() >= options.bounds.lanes) {
    return overloaded("lanes in a session", options.bounds.lanes);
  }
  if (lane == nullptr && !session.lanes.empty() && keeps_too_much(session))
    return too_many_outcomes(session);
  if (lane != nullptr && command.number < lane->number) {
    return Refusal{Status::old_number, "the lane is at a higher number already", {}};
  }
  if (Refused fault = check_size("the request", command.items.size(), options.bounds.write_items,
                                 "transactions"))
    return fault;
  // What cannot even keep that it was refused is not begun.
  if (command.items.size() * no_room_for_outcome_bytes >
      most_outcome_bytes(session, command.lane)) {
    return keeps_too_much(session) ? too_many_outcomes(session)
                                   : overloaded("bytes of outcomes in a session's lanes",
                                                options.bounds.kept_outcome_bytes);
  }
  return std::nullopt;
}

Answer Authority::State::apply(std::string_view, const Advance& command) {
  counters.clock_ms = later(counters.clock_ms, command.milliseconds);
  sweep();
  const std::vector<std::uint64_t> silent = sessions.due(counters.clock_ms, options.bounds.ends);
  for (const std::uint64_t number : silent) {
    sessions.end(number);
    leases.end_session(number);
  }
  end_over(options.bounds.ends - silent.size());
  forget_idle();
  return {};
}

/// Ends past the portion are left for the next Advance: the others are
/// served between.
void Authority::State::end_over(std::size_t most) {
  std::vector<Leased> ending;
  leases.take_over(counters.clock_ms, most, ending);
  // An attribute that was cleared is not in its namespace any more.
  std::erase_if(ending, [this](const Leased& leased) {
    const std::string_view name = namespaces.at(leased.handle).name();
    const Space& space = *leased.lease.space;
    if (space.attributes.by_name().find(name) == leased.handle) return false;
    if (leases.find(leased.handle) != nullptr) leases.end(leased.handle);
    return true;
  });
  erase_all(ending);
}

/// Attributes that were cleared end in portions.
void Authority::State::sweep() {
  namespaces.sweep([this](Handle handle) {
    if (leases.find(handle) != nullptr) leases.end(handle);
  });
}

/// As few commits as possible, namespace by namespace in order of their names.
void Authority::State::erase_all(std::vector<Leased>& leased) {
  const auto order = [](const Leased& item) {
    return std::pair(std::string_view(item.lease.space->name), item.lease.number);
  };
  std::sort(leased.begin(), leased.end(),
            [&](const Leased& left, const Leased& right) { return order(left) < order(right); });
  // One that ends for both reasons is there twice.
  const auto same = [](const Leased& left, const Leased& right) {
    return left.lease.number == right.lease.number;
  };
  leased.erase(std::unique(leased.begin(), leased.end(), same), leased.end());
  auto next = leased.cbegin();
  while (next != leased.cend()) erase_some(*next->lease.space, next, leased.cend());
}

/// One commit of the attributes from `next` on that are of this namespace, within the limits of a
/// transaction.
void Authority::State::erase_some(Space& space, std::vector<Leased>::const_iterator& next,
                                  std::vector<Leased>::const_iterator end) {
  const Limits& limits = options.limits;
  std::size_t bytes = 0;
  std::size_t names = 0;
  builder_.begin(space, counters.revision + 1);
  do {
    const std::string_view name = namespaces.at(next->handle).name();
    bytes += name.size() + 8;
    if (names != 0 && bytes > limits.transaction_bytes) break;
    builder_.erase(builder_.find(name));
    ++names;
    ++next;
  } while (next != end && next->lease.space == &space && names < limits.transaction_operations);
  if (!builder_.finish()) return;
  ++counters.revision;
  namespaces.look_again(space, silence_ends());
}

Answer Authority::State::apply(std::string_view user, const PinNamespace& command) {
  if (Space* space = namespaces.find(command.space)) {
    namespaces.watch(*space, true);
    return {};
  }
  if (Refused fault = check_writable(command.space, options)) {
    return refused(*std::move(fault));
  }
  if (namespaces.size() >= options.bounds.namespaces) {
    return refused(overloaded("namespaces", options.bounds.namespaces));
  }
  if (bytes() + NamespaceTable::bytes_of(command.space) > options.bounds.total.bytes) {
    return refused(overloaded("bytes of attributes", options.bounds.total.bytes));
  }
  Account& account = accounts.of(user);
  if (!account.allows(Resource::namespaces)) return refused(account.refuse(Resource::namespaces));
  if (!account.allows(Resource::bytes, NamespaceTable::bytes_of(command.space)))
    return refused(account.refuse(Resource::bytes));
  namespaces.watch(namespaces.make(command.space, counters.forgotten, account), true);
  return {};
}

Answer Authority::State::apply(std::string_view, const UnpinNamespace& command) {
  if (Space* space = namespaces.find(command.space)) {
    namespaces.watch(*space, false);
    namespaces.look_again(*space, silence_ends());
  }
  return {};
}

/// A number is given to each forgetting: what comes after it is no commit of the same life.
void Authority::State::forget_idle() {
  for (std::size_t left = options.bounds.ends; left != 0; --left) {
    Space* const space = namespaces.take_due(counters.clock_ms);
    if (space == nullptr) return;
    if (!NamespaceTable::idle(*space)) continue;
    namespaces.forget(*space);
    counters.forgotten = ++counters.revision;
  }
}

}  // namespace bulletin::authority
