// Answers as bytes.

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

std::string Authority::reply(const Answer& answer) const {
  if (answer.refused()) return wire::encode(answer.refusal);
  if (!answer.outcomes) return wire::encode_done();
  std::vector<wire::Tail> tails;
  std::vector<std::string> bytes(answer.tails.size());  // the tails' views point into it
  std::size_t room = wire::write_tail_bytes;
  std::size_t looks = most_tail_looks;
  for (const TailWish& wish : answer.tails) {
    const Space* space = state_->board.find(wish.space);
    if (space == nullptr || wish.known < space->kept.after() || wish.known >= space->revision) {
      continue;
    }
    const std::optional<wire::Run> run = CommitLog::take_all(space->kept, wish.known, space->count,
                                                             room, looks, bytes[tails.size()]);
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
