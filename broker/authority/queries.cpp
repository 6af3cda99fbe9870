// What readers are told, from the committed state.

#include <cassert>

#include "authority/authority.hpp"
#include "authority/state.hpp"
#include "wire/limits.hpp"

namespace bulletin::authority {

namespace {

/// About what the encoding of an attribute needs beside its name and value.
constexpr std::size_t attribute_head = 16;

/// What was asked about an attribute. A time to live that is over has a millisecond: 0 is none.
wire::AttributeState state_of(const Authority::State& state, Handle handle, bool leases) {
  const Attribute& attribute = state.board.at(handle);
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

}  // namespace

wire::ReadReply Authority::read(const wire::Read& request) const {
  assert(!in_turn());
  const Space* space = state_->board.find(request.space);
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
  const Space* space = state_->board.find(request.space);
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
  const Space* space = state_->board.find(request.space);
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
  const Space* space = state_->board.find(name);
  if (space == nullptr) return {options().epoch, state_->counters.forgotten};
  return {options().epoch, space->revision,          space->count,
          space->digest,   space->extent.attributes, space->extent.bytes};
}

Listing Authority::list(const wire::List& request, std::span<const NameRange> visible) const {
  assert(!in_turn());
  const Board::Ordered& spaces = state_->board.ordered();
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
      ++listing.looked_at;
      if (Board::idle(*space)) continue;  // about to be forgotten
      listing.reply.more = bytes >= wire::list_part_bytes;
      if (listing.reply.more) return listing;
      bytes += name.size() + 2;
      listing.reply.names.push_back(name);
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
  for (const auto& [name, space] : state_->board.ordered()) list.push_back(view_of(*space));
  return list;
}

bool Authority::first(std::string_view name, AttributeView& view) const {
  return next(name, {}, view);
}

bool Authority::next(std::string_view name, std::string_view after, AttributeView& view) const {
  assert(!in_turn());
  const Space* space = state_->board.find(name);
  if (space == nullptr) return false;
  const auto found = space->attributes.after(after);
  if (found == space->attributes.end()) return false;
  const Attribute& attribute = state_->board.at(*found);
  view = view_of(attribute, attribute.leased ? state_->leases.find(*found) : nullptr);
  return true;
}

}  // namespace bulletin::authority
