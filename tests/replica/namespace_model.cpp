#include "replica/namespace_model.hpp"

#include <algorithm>

#include "wire/digest.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::test {

std::uint64_t digest_of(const Contents& contents) {
  std::uint64_t digest = 0;
  for (const auto& [name, held] : contents) {
    digest += wire::attribute_digest(wire::name_hash(name), held.value, held.revision);
  }
  return digest;
}

Contents contents_of(const replica::NamespaceReplica& replica) {
  Contents contents;
  replica.table().for_each(
      [&](std::string_view name, std::uint64_t, const replica::AttributeTable::Found& found) {
        contents[std::string(name)] = {std::string(found.value), found.revision};
      });
  return contents;
}

wire::Epoch epoch_number(std::uint8_t number) {
  wire::Epoch epoch;
  epoch.bytes.fill(number);
  return epoch;
}

std::string text(std::string_view text) { return wire::encode_value(Value(std::string(text))); }

std::string NamespaceModel::commit(const std::vector<Change>& changes, bool cleared) {
  Logged logged;
  logged.previous = revision_;
  logged.revision = revision_ = last_number_ += stride;
  wire::append_commit_header(logged.bytes, {revision_, cleared, changes.size()});
  if (cleared) {
    count_ += contents_.size();
    contents_.clear();
  }
  for (const auto& [name, value] : changes) {
    wire::append_change(logged.bytes, name, value ? std::string_view(*value) : "");
    if (value) {
      contents_[name] = {*value, revision_};
    } else {
      contents_.erase(name);
    }
    ++count_;
  }
  logged.count = count_;
  history_[revision_] = contents_;
  log_.push_back(std::move(logged));
  while (log_.size() > log_commits) log_.pop_front();
  std::string bytes;
  return wire::encode(wire::CommitsUpdate{epoch_, run_of(log_.size() - 1, log_.size(), bytes)});
}

std::string NamespaceModel::beat() const {
  return wire::encode(wire::Beat{epoch_, revision_, count_, digest_of(contents_)});
}

std::string NamespaceModel::run_after(std::uint64_t revision) const {
  std::size_t from = 0;
  while (from != log_.size() && log_[from].revision <= revision) ++from;
  std::string bytes;
  return wire::encode(wire::CommitsUpdate{epoch_, run_of(from, log_.size(), bytes)});
}

std::string NamespaceModel::answer(std::string_view request) const {
  const wire::Request decoded = wire::decode_request(request);
  if (const auto* asked = std::get_if<wire::SnapshotRequest>(&decoded)) {
    return snapshot(asked->after);
  }
  const auto& asked = std::get<wire::Since>(decoded);
  return since(asked.epoch, asked.revision);
}

std::string NamespaceModel::snapshot(std::string_view after) const {
  wire::SnapshotReply reply{epoch_, revision_, count_, false, {}};
  auto next = after.empty() ? contents_.begin() : contents_.upper_bound(after);
  for (; next != contents_.end() && reply.attributes.size() < part_attributes; ++next) {
    reply.attributes.push_back({next->first, next->second.value, next->second.revision});
  }
  reply.more = next != contents_.end();
  return wire::encode(reply);
}

std::string NamespaceModel::since(const wire::Epoch& epoch, std::uint64_t revision) const {
  const bool kept = log_.empty() ? revision == revision_ : revision >= log_.front().previous;
  if (epoch != epoch_ || revision > revision_ || !kept) {
    return wire::encode(wire::SinceReply{epoch_, true, false, {}});
  }
  std::size_t from = 0;
  while (from != log_.size() && log_[from].revision <= revision) ++from;
  const std::size_t to = std::min(from + part_commits, log_.size());
  std::string bytes;
  return wire::encode(wire::SinceReply{epoch_, false, to != log_.size(), run_of(from, to, bytes)});
}

wire::Run NamespaceModel::run_of(std::size_t from, std::size_t to, std::string& bytes) const {
  if (from == to) return {revision_, revision_, count_, 0, {}};
  for (std::size_t i = from; i != to; ++i) bytes += log_[i].bytes;
  return {log_[from].previous, log_[to - 1].revision, log_[to - 1].count, to - from, bytes};
}

void NamespaceModel::begin_epoch() {
  epoch_ = epoch_number(++epochs_);
  revision_ = 0;
  last_number_ += 1000;
  count_ = 0;
  contents_.clear();
  log_.clear();
  history_[0] = {};
}

const Contents* NamespaceModel::contents_at(std::uint64_t revision) const {
  const auto found = history_.find(revision);
  return found == history_.end() ? nullptr : &found->second;
}

}  // namespace bulletin::test
