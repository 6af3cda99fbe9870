#include "simulation/distortion.hpp"

#include <vector>

#include "wire/packer.hpp"
#include "wire/reader.hpp"
#include "wire/update.hpp"

namespace bulletin::simulation {
namespace {

std::vector<wire::Change> read_changes(wire::Reader& reader, const wire::CommitHeader& header) {
  std::vector<wire::Change> changes;
  for (std::size_t i = 0; i < header.changes; ++i) changes.push_back(wire::read_change(reader));
  return changes;
}

/// The second, for the value 7.
constexpr std::string_view other_value = "\x07";

void distort(std::vector<wire::Change>& changes, Plant plant) {
  if (plant == Plant::half_commits && changes.size() > 1) changes.pop_back();
  if (plant == Plant::other_values && !changes.empty() && !changes.back().value.empty()) {
    changes.back().value = other_value;
  }
}

std::string distort(const wire::Run& run, Plant plant) {
  std::string bytes;
  wire::Reader reader(run.bytes);
  for (std::size_t i = 0; i < run.commits; ++i) {
    wire::CommitHeader header = wire::read_commit_header(reader);
    std::vector<wire::Change> changes = read_changes(reader, header);
    distort(changes, plant);
    header.changes = changes.size();
    wire::append_commit_header(bytes, header);
    for (const wire::Change& change : changes)
      wire::append_change(bytes, change.name, change.value);
  }
  return bytes;
}

}  // namespace

std::string encode_update(const wire::CommitsUpdate& update, Plant plant) {
  wire::Run run = update.run;
  std::string bytes;
  if (plant == Plant::half_commits || plant == Plant::other_values) {
    bytes = distort(run, plant);
    run.bytes = bytes;
  }
  return wire::encode(wire::CommitsUpdate{update.epoch, run});
}

std::string without_commits(const std::string& since_reply) {
  wire::SinceReply reply = wire::decode_since_reply(since_reply);
  reply.more = false;
  reply.run = {reply.run.previous, reply.run.previous, reply.run.count, 0, {}};
  return wire::encode(reply);
}

wire::Write without_conditions(wire::Write write, std::vector<std::string>& scratch) {
  scratch.reserve(write.items.size());
  for (wire::WriteItem& item : write.items) {
    wire::Reader reader(item.transaction);
    reader.array_of(2, "transaction");
    reader.skip("conditions");
    std::string& bytes = scratch.emplace_back();
    wire::Packer(bytes).array(2).array(0).raw(reader.rest());
    item.transaction = bytes;
  }
  return write;
}

}  // namespace bulletin::simulation
