#include "replica/snapshot_intake.hpp"

#include <algorithm>
#include <vector>

#include "replica/fetch_ahead.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"
#include "wire/reader.hpp"

namespace bulletin::replica {

void SnapshotIntake::take(const wire::SnapshotReply& part) {
  check_order(part);
  if (!begun_) {
    begun_ = true;
    epoch_ = part.epoch;
    position_ = part.revision;
    count_ = part.count;
  }
  expect(part.revision);
  hashes_.clear();
  for (const wire::AttributeState& attribute : part.attributes) {
    hashes_.push_back({wire::name_hash(attribute.name), table_.hash_of(attribute.name)});
  }
  for (std::size_t i = 0; i != hashes_.size(); ++i) {
    fetch_ahead(table_, i, hashes_.size(), [&](std::size_t k) { return hashes_[k].table; });
    const wire::AttributeState& attribute = part.attributes[i];
    set(attribute.name, hashes_[i], attribute.value, attribute.revision);
  }
  if (!part.attributes.empty()) last_name_ = part.attributes.back().name;
  parts_complete_ = !part.more;
}

// A broker that goes round in circles would never come to an end.
void SnapshotIntake::check_order(const wire::SnapshotReply& part) const {
  wire::check_order(part, last_name_);
  for (const wire::AttributeState& attribute : part.attributes) {
    if (attribute.value.empty()) throw wire::DecodeError("snapshot: an attribute without a value");
  }
}

void SnapshotIntake::take(const wire::Run& run) {
  if (run.revision <= position_) return;
  commits_taken_ = true;
  wire::Reader reader(run.bytes);
  for (std::size_t i = 0; i != run.commits; ++i) take_commit(reader, position_);
  expect(run.revision);
  if (run.previous > position_) return;
  position_ = run.revision;
  count_ = run.count;
}

void SnapshotIntake::take_commit(wire::Reader& reader, std::uint64_t behind) {
  const wire::CommitHeader header = wire::read_commit_header(reader);
  const bool known = header.revision <= behind;
  if (header.cleared && !known) clear(header.revision);
  for (std::size_t i = 0; i != header.changes; ++i) {
    const wire::Change change = wire::read_change(reader);
    if (known) continue;
    if (change.value.empty()) {
      erase(change.name, header.revision);
    } else {
      set(change.name, {wire::name_hash(change.name), table_.hash_of(change.name)}, change.value,
          header.revision);
    }
  }
}

void SnapshotIntake::expect(std::uint64_t revision) noexcept {
  reach_ = std::max(reach_, revision);
}

void SnapshotIntake::set(std::string_view name, const NameHashes& hashes, std::string_view value,
                         std::uint64_t revision) {
  if (commits_taken_) {
    if (revision < cleared_) return;
    const auto erased = erased_.find(name);
    if (erased != erased_.end()) {
      if (revision < erased->second) return;
      erased_.erase(erased);
    }
    AttributeTable::Found found;
    if (table_.find(name, found, scratch_) && found.revision >= revision) return;
  }
  table_.set(name, hashes, value, revision);
}

void SnapshotIntake::erase(std::string_view name, std::uint64_t revision) {
  AttributeTable::Found found;
  if (table_.find(name, found, scratch_)) {
    if (found.revision >= revision) return;
    table_.erase(name, wire::name_hash(name), revision);
  }
  std::uint64_t& erased = erased_[std::string(name)];
  erased = std::max(erased, revision);
}

void SnapshotIntake::clear(std::uint64_t revision) {
  cleared_ = std::max(cleared_, revision);
  std::vector<std::string> older;
  table_.for_each([&](std::string_view name, std::uint64_t, const AttributeTable::Found& found) {
    if (found.revision < revision) older.emplace_back(name);
  });
  for (const std::string& name : older) table_.erase(name, wire::name_hash(name), revision);
  std::erase_if(erased_, [&](const auto& erased) { return erased.second <= revision; });
}

}  // namespace bulletin::replica
