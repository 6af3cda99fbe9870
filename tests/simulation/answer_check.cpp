#include "simulation/answer_check.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "simulation/failure.hpp"
#include "wire/commit.hpp"
#include "wire/reader.hpp"

namespace bulletin::simulation {
namespace {

const Board no_attributes;
const SpaceHistory no_past;

void check_attribute(std::string_view space, const wire::AttributeState& told, const Board& board) {
  const auto held = board.find(told.name);
  const bool there = held != board.end();
  check(there == !told.value.empty(), "'{}' of '{}' is told as {}", told.name, space,
        there ? "absent" : "there");
  if (!there) return;
  check(told.value == *held->second.value && told.revision == held->second.revision,
        "'{}' of '{}' is told as {} of {}", told.name, space, to_string(told.value), told.revision);
}

void check_commit(std::string_view space, const wire::CommitHeader& header, wire::Reader& reader,
                  const Delta& delta) {
  std::set<std::string_view> told;
  for (std::size_t i = 0; i != header.changes; ++i) {
    const wire::Change change = wire::read_change(reader);
    const auto done = delta.find(change.name);
    const bool same =
        done != delta.end() && (done->second ? *done->second : std::string()) == change.value;
    check(same, "commit {} of '{}' is told with another '{}'", header.revision, space, change.name);
    told.insert(change.name);
  }
  for (const auto& [name, value] : delta) {
    check(told.contains(name) || (header.cleared && !value),
          "commit {} of '{}' is told without '{}'", header.revision, space, name);
  }
}

}  // namespace

void AnswerCheck::operator()(const wire::Read& request, std::string_view bytes) const {
  const wire::ReadReply reply = wire::decode_read_reply(bytes);
  check_epoch(reply.epoch);
  check(reply.attributes.size() == request.names.size(), "{} names were read, {} told",
        request.names.size(), reply.attributes.size());
  for (std::size_t i = 0; i != request.names.size(); ++i) {
    wire::AttributeState told = reply.attributes[i];
    told.name = request.names[i];
    check_attribute(request.space, told, board(request.space));
  }
}

void AnswerCheck::operator()(const wire::SnapshotRequest& request, std::string_view bytes) const {
  const wire::SnapshotReply reply = wire::decode_snapshot_reply(bytes);
  check_epoch(reply.epoch);
  const Board& board = this->board(request.space);
  auto next = board.upper_bound(request.after);
  for (const wire::AttributeState& told : reply.attributes) {
    check(next != board.end() && next->first == told.name,
          "a snapshot of '{}' tells '{}' too early", request.space, told.name);
    check_attribute(request.space, told, board);
    ++next;
  }
  check(reply.more == (next != board.end()), "a snapshot of '{}' ends too early or too late",
        request.space);
}

void AnswerCheck::operator()(const wire::Since& request, std::string_view bytes) const {
  const wire::SinceReply reply = wire::decode_since_reply(bytes);
  check_epoch(reply.epoch);
  if (reply.take_snapshot) return;  // how much is kept is the broker's matter
  check(request.epoch == model_.epoch(), "commits of another epoch are told");
  check(reply.run.previous == request.revision, "commits since {} are told that follow {}",
        request.revision, reply.run.previous);
  check_run(request.space, reply.run);
  if (!reply.more)
    check_position(request.space, {reply.epoch, reply.run.revision, reply.run.count});
}

void AnswerCheck::operator()(const wire::StatusRequest& request, std::string_view bytes) const {
  const wire::StatusReply reply = wire::decode_status_reply(bytes);
  check(reply.namespaces.size() == request.spaces.size(), "a status tells too much or too little");
  for (std::size_t i = 0; i != request.spaces.size(); ++i) {
    const wire::NamespaceStatus& told = reply.namespaces[i];
    check_position(request.spaces[i], told);
    const Point newest = history_.newest(told.epoch, request.spaces[i]);
    check(told.digest == (newest.size == 0 ? 0 : newest.digest), "'{}' is told with another digest",
          request.spaces[i]);
  }
}

void AnswerCheck::operator()(const wire::List& request, std::string_view bytes) const {
  const wire::ListReply reply = wire::decode_list_reply(bytes);
  check(!reply.more, "a short list is told in parts");
  std::vector<std::string> expected;
  for (const std::string& name : model_.listed()) {
    if (name.starts_with(request.prefix) && name > request.after) expected.push_back(name);
  }
  check(std::equal(expected.begin(), expected.end(), reply.names.begin(), reply.names.end()),
        "{} namespaces begin with '{}', {} are told", expected.size(), request.prefix,
        reply.names.size());
}

void AnswerCheck::check_epoch(const wire::Epoch& epoch) const {
  check(epoch == model_.epoch(), "an answer is of epoch {}, not {}", epoch, model_.epoch());
}

void AnswerCheck::check_position(std::string_view space, const wire::NamespaceStatus& told) const {
  check_epoch(told.epoch);
  const Point newest = history_.newest(told.epoch, space);
  const bool at_commit = newest.revision != 0 && told.revision == newest.revision;
  const bool begins = told.revision >= newest.revision && told.count == 0 && newest.size == 0 &&
                      (told.revision == 0 || history_.forgotten_at(told.epoch, told.revision));
  check((at_commit && told.count == newest.count) || begins,
        "'{}' is told at {} with count {}, it is at {} with {}", space, told.revision, told.count,
        newest.revision, newest.count);
}

void AnswerCheck::check_run(std::string_view space, const wire::Run& run) const {
  const SpaceHistory* found = history_.find(model_.epoch(), space);
  const SpaceHistory& past = found == nullptr ? no_past : *found;
  wire::Reader reader(run.bytes);
  std::uint64_t revision = run.previous;
  for (std::size_t i = 0; i != run.commits; ++i) {
    const wire::CommitHeader header = wire::read_commit_header(reader);
    check(header.revision == past.next_after(revision),
          "after {} of '{}' commit {} is told, not {}", revision, space, header.revision,
          past.next_after(revision));
    check_commit(space, header, reader, past.delta(header.revision));
    revision = header.revision;
  }
  check(revision == run.revision, "a run of '{}' ends at {}, not {}", space, revision,
        run.revision);
}

const Board& AnswerCheck::board(std::string_view space) const {
  const auto found = model_.boards().find(space);
  return found == model_.boards().end() ? no_attributes : found->second;
}

}  // namespace bulletin::simulation
