// What a client does with an update of one change: decode it and apply it to the replica.

#include <optional>
#include <string>
#include <vector>

#include "client/watch/dispatcher.hpp"
#include "instructions/hot_path.hpp"
#include "replica/namespace_replica.hpp"
#include "wire/commit.hpp"
#include "wire/parsed_run.hpp"
#include "wire/requests.hpp"
#include "wire/update.hpp"

namespace bulletin::bench {
namespace {

class Nobody final : public replica::ReplicaObserver {
 public:
  bool wants_changes(const replica::NamespaceReplica&) override { return false; }
  void applied(replica::NamespaceReplica&, const replica::ChangeBatch&) override {}
  void progressed(replica::NamespaceReplica&) override {}
};

/// A client whose program watches other names than those that change.
class OtherNames final : public replica::ReplicaObserver {
 public:
  explicit OtherNames(int watches) {
    for (int i = 0; i < watches; ++i) {
      watches_.push_back(std::make_shared<detail::Watch>(
          dispatcher_, space, "other" + std::to_string(i), [](const Change&) {}, 0));
      dispatcher_->add(watches_.back(), {});
    }
  }
  ~OtherNames() override {
    for (const auto& watch : watches_) dispatcher_->remove(*watch);
    dispatcher_->stop(std::chrono::steady_clock::now() + std::chrono::seconds(10));
  }
  OtherNames(const OtherNames&) = delete;
  OtherNames& operator=(const OtherNames&) = delete;

  bool wants_changes(const replica::NamespaceReplica& replica) override {
    return dispatcher_->watched(replica.id());
  }
  void applied(replica::NamespaceReplica& replica, const replica::ChangeBatch& batch) override {
    dispatcher_->push(replica.id(), batch);
  }
  void progressed(replica::NamespaceReplica&) override {}

  static constexpr std::uint64_t space = 1;

 private:
  const std::shared_ptr<client::Dispatcher> dispatcher_ = client::Dispatcher::start({});
  std::vector<std::shared_ptr<detail::Watch>> watches_;
};

/// Follows a stream of commits that was made before, since making one is not what counts.
template <class Observer>
class ApplyUpdate final : public HotPath {
 public:
  template <class... Arguments>
  explicit ApplyUpdate(Arguments... arguments) : observer_(arguments...) {
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
  Observer observer_;
  replica::NamespaceReplica replica_{"plant/line1", observer_, OtherNames::space};
  wire::ParsedRun parsed_;
  std::vector<std::string> updates_;
  std::size_t next_ = 0;
};

}  // namespace

void add_replica(HotPaths& paths) {
  paths["apply-update"] = [] { return std::make_unique<ApplyUpdate<Nobody>>(); };
  // A change that no watch wants, however many there are in its namespace.
  paths["apply-unwatched"] = [] { return std::make_unique<ApplyUpdate<OtherNames>>(1000); };
}

}  // namespace bulletin::bench
