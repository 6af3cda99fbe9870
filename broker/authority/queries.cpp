// What readers are told, from the committed state.

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "authority/authority.hpp"
#include "authority/refusals.hpp"
#include "authority/state.hpp"
#include "wire/limits.hpp"

namespace bulletin::authority {

namespace {

/// About what the encoding of an attribute needs beside its name and value.
constexpr std::size_t attribute_head = 16;

/// Namespaces that are looked at for one part of a list: somewhat more than the names that fit.
constexpr std::size_t most_listed = 25'000;

/// What was asked about an attribute. A time to live that is over has a millisecond: 0 is none.
wire::AttributeState state_of(const Authority::State& state, Handle handle, bool leases) {
  const Attribute& attribute = state.namespaces.at(handle);
  wire::AttributeState told{attribute.name(), attribute.value(), attribute.revision};
  if (!leases) return told;
  told.lease.emplace();
  const Lease* lease = attribute.leased ? state.leases.find(handle) : nullptr;
  if (lease == nullptr) return told;
  told.lease->ephemeral = lease->session != 0;
  const std::uint64_t now = state.counters.clock_ms;
  if (lease->deadline != 0) told.lease->ttl_ms = lease->deadline > now ? lease->deadline - now : 1;
  return told;
}

/// Segments of the commit log that are looked at for the tails of one answer. What it takes more
/// than that to find comes to the client with the updates.
constexpr std::size_t most_tail_looks = 2'048;

/// The first of the names that is not allowed.
template <class Names, class Check>
Refused check_all(const Names& names, const Limits& limits, Check check) {
  for (const std::string_view name : names) {
    if (Refused refused = check(name, limits)) return refused;
  }
  return std::nullopt;
}

}  // namespace

wire::ReadReply Authority::read(const wire::Read& request) const {
  assert(!in_turn());
  const Space* space = state_->namespaces.find(request.space);
  wire::ReadReply reply{options().epoch, state_->revision_of(space), {}};
  std::size_t bytes = 0;
  for (const std::string_view name : request.names) {
    const Handle handle = space == nullptr ? 0 : space->attributes.by_name().find(name);
    const wire::AttributeState attribute =
        handle == 0 ? wire::AttributeState{name, {}, 0} : state_of(*state_, handle, request.leases);
    bytes += attribute.value.size() + attribute_head;
    if (bytes > wire::read_part_bytes && !reply.attributes.empty()) break;
    reply.attributes.push_back(attribute);
  }
  return reply;
}

wire::SnapshotReply Authority::snapshot(const wire::SnapshotRequest& request) const {
  assert(!in_turn());
  const Space* space = state_->namespaces.find(request.space);
  wire::SnapshotReply reply{options().epoch, state_->revision_of(space), 0, false, {}};
  if (space == nullptr) return reply;
  reply.count = space->count;
  std::size_t bytes = 0;
  auto next = space->attributes.after(request.after);
  for (; next != space->attributes.end() && bytes < wire::snapshot_part_bytes; ++next) {
    const wire::AttributeState attribute = state_of(*state_, *next, request.leases);
    bytes += attribute.name.size() + attribute.value.size() + attribute_head;
    if (bytes > wire::snapshot_part_bytes && !reply.attributes.empty()) break;
    reply.attributes.push_back(attribute);
  }
  reply.more = next != space->attributes.end();
  return reply;
}

wire::SinceReply Authority::since(const wire::Since& request, std::string& scratch) const {
  assert(!in_turn());
  const Space* space = state_->namespaces.find(request.space);
  const std::uint64_t newest = state_->revision_of(space);
  const std::uint64_t oldest = space == nullptr ? newest : space->kept.after();
  wire::SinceReply reply;
  reply.epoch = options().epoch;
  reply.take_snapshot =
      request.epoch != options().epoch || request.revision < oldest || request.revision > newest;
  if (reply.take_snapshot) return reply;
  if (space == nullptr) {
    reply.run = {newest, newest, 0, 0, {}};
    return reply;
  }
  reply.run =
      CommitLog::take(space->kept, request.revision, space->count, wire::since_part_bytes, scratch);
  reply.more = reply.run.revision != newest;
  return reply;
}

wire::NamespaceStatus Authority::status(std::string_view name) const {
  assert(!in_turn());
  const Space* space = state_->namespaces.find(name);
  if (space == nullptr) return {options().epoch, state_->counters.forgotten};
  return {options().epoch, space->revision,          space->count,
          space->digest,   space->extent.attributes, space->extent.bytes};
}

Listing Authority::list(const wire::List& request, std::span<const NameRange> visible) const {
  assert(!in_turn());
  const NamespaceTable::Ordered& spaces = state_->namespaces.ordered();
  const bool begun = !request.after.empty() && request.after >= request.prefix;
  const std::string_view from = begun ? request.after : request.prefix;
  Listing listing;
  std::size_t bytes = 0;
  for (const NameRange& range : visible) {
    if (range.ends_before(from)) continue;
    if (range.begin > from && !range.begin.starts_with(request.prefix)) break;
    auto next = range.begin > from ? spaces.lower_bound(range.begin)
                : begun            ? spaces.upper_bound(from)
                                   : spaces.lower_bound(from);
    for (; next != spaces.end() && next->first.starts_with(request.prefix); ++next) {
      const auto& [name, space] = *next;
      if (range.ends_before(name)) break;
      // The next part begins after the last name: where many are about to be forgotten, one of
      // these ends the part.
      const bool last = ++listing.looked_at == most_listed;
      if (NamespaceTable::idle(*space) && !last) continue;
      listing.reply.more = bytes >= wire::list_part_bytes || last;
      if (bytes >= wire::list_part_bytes) return listing;
      bytes += name.size() + 2;
      listing.reply.names.push_back(name);
      if (last) return listing;
    }
  }
  return listing;
}

std::vector<SessionView> Authority::session_list() const {
  assert(!in_turn());
  std::vector<SessionView> list;
  for (const std::uint64_t number : state_->sessions.numbers()) {
    const Session& session = *state_->sessions.find(number);
    list.push_back({number, session.user, session.client_name, session.deadline, session.host});
  }
  return list;
}

std::vector<SpaceView> Authority::namespace_list() const {
  assert(!in_turn());
  std::vector<SpaceView> list;
  for (const auto& [name, space] : state_->namespaces.ordered()) list.push_back(view_of(*space));
  return list;
}

bool Authority::first(std::string_view name, AttributeView& view) const {
  return next(name, {}, view);
}

bool Authority::next(std::string_view name, std::string_view after, AttributeView& view) const {
  assert(!in_turn());
  const Space* space = state_->namespaces.find(name);
  if (space == nullptr) return false;
  const auto found = space->attributes.after(after);
  if (found == space->attributes.end()) return false;
  const Attribute& attribute = state_->namespaces.at(*found);
  view = view_of(attribute, attribute.leased ? state_->leases.find(*found) : nullptr);
  return true;
}

// --- as bytes ---

std::string Authority::reply(const Answer& answer) const {
  if (answer.refused()) return wire::encode(answer.refusal);
  if (!answer.outcomes) return wire::encode_done();
  std::vector<wire::Tail> tails;
  std::vector<std::string> bytes(answer.tails.size());  // the tails' views point into it
  std::size_t room = wire::write_tail_bytes;
  std::size_t looks = most_tail_looks;
  for (const TailRequest& request : answer.tails) {
    const Space* space = state_->namespaces.find(request.space);
    if (space == nullptr || request.known < space->kept.after() ||
        request.known >= space->revision) {
      continue;
    }
    const std::optional<wire::Run> run = CommitLog::take_all(
        space->kept, request.known, space->count, room, looks, bytes[tails.size()]);
    if (!run) continue;
    room -= run->bytes.size();
    tails.push_back({space->name, *run});
  }
  return wire::encode_write_reply(*answer.outcomes, tails);
}

std::string Authority::answer(const wire::Read& request) const {
  Refused refused = check_namespace(request.space, options().limits);
  if (!refused) refused = check_all(request.names, options().limits, check_attribute);
  return refused ? wire::encode(*refused) : wire::encode(read(request));
}

std::string Authority::answer(const wire::SnapshotRequest& request) const {
  const Refused refused = check_namespace(request.space, options().limits);
  return refused ? wire::encode(*refused) : wire::encode(snapshot(request));
}

std::string Authority::answer(const wire::Since& request) const {
  if (const Refused refused = check_namespace(request.space, options().limits)) {
    return wire::encode(*refused);
  }
  std::string scratch;
  return wire::encode(since(request, scratch));
}

std::optional<wire::Refusal> Authority::check(const wire::StatusRequest& request) const {
  Refused refused =
      check_size("the request", request.spaces.size(), wire::request_names, "namespaces");
  if (!refused) refused = check_all(request.spaces, options().limits, check_namespace);
  return refused;
}

std::string Authority::answer(const wire::StatusRequest& request) const {
  if (const Refused refused = check(request)) return wire::encode(*refused);
  wire::StatusReply reply;
  reply.namespaces.reserve(request.spaces.size());
  for (const std::string_view space : request.spaces) reply.namespaces.push_back(status(space));
  return wire::encode(reply);
}

}  // namespace bulletin::authority
