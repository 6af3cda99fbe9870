// What a client does with an update of one change: decode it and apply it to the replica.

#include <string>

#include "instructions/hot_path.hpp"
#include "replica/namespace_replica.hpp"
#include "wire/commit.hpp"
#include "wire/parsed_run.hpp"
#include "wire/requests.hpp"
#include "wire/update.hpp"

namespace bulletin::bench {
namespace {

class Nobody final : public replica::RowObserver {
 public:
  bool wants_rows(const replica::NamespaceReplica&) override { return false; }
  void applied(replica::NamespaceReplica&, const replica::Row&) override {}
  void progressed(replica::NamespaceReplica&) override {}
};

/// Follows a stream of commits that was made before, since making one is not what counts.
class ApplyUpdate final : public HotPath {
 public:
  ApplyUpdate() {
    replica_.subscribed();
    (void)replica_.next_request();
    replica_.reply(wire::encode(wire::SnapshotReply{epoch_, 1, 0, false, {}}));
    for (std::uint64_t revision = 2; revision != 2'000; ++revision)
      updates_.push_back(of(revision));
  }

  void once() override { replica_.update(wire::decode_update(updates_[next_++], &parsed_)); }

 private:
  [[nodiscard]] std::string of(std::uint64_t revision) const {
    std::string commit;
    wire::append_commit_header(commit, {revision, false, 1});
    wire::append_change(commit, "speed", std::string("\xcb@\x0a\0\0\0\0\0\0", 9));
    return wire::encode(wire::CommitsUpdate{epoch_, {revision - 1, revision, revision, 1, commit}});
  }

  wire::Epoch epoch_{{1}};
  Nobody nobody_;
  replica::NamespaceReplica replica_{"plant/line1", nobody_};
  wire::ParsedRun parsed_;
  std::vector<std::string> updates_;
  std::size_t next_ = 0;
};

}  // namespace

void add_replica(HotPaths& paths) {
  paths["apply-update"] = [] { return std::make_unique<ApplyUpdate>(); };
}

}  // namespace bulletin::bench
