#include <atomic>
#include <thread>

#include <bulletin/bulletin.hpp>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"

namespace {

using namespace bulletin;
using test::RawClient;
using test::RawReader;

constexpr const char* space = "plant/robot";

/// Sets one attribute as fast as it can.
class BusyWriter {
 public:
  explicit BusyWriter(const test::Board& board)
      : client_(board.client()), robot_(client_.open(space)) {
    robot_.set("n", 0);
    thread_ = std::thread([this] {
      for (int n = 1; !stopping_; ++n) robot_.set("n", n);
    });
  }
  ~BusyWriter() {
    stopping_ = true;
    thread_.join();
  }

 private:
  Client client_;
  Namespace robot_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// Whether the first update after the snapshot leaves a hole: something was missed in between.
bool misses(RawReader& reader, std::uint64_t snapshot_revision) {
  for (;;) {
    const auto update = reader.await_commits(wire::topic_of(space)).decoded();
    const wire::Run& run = std::get<wire::CommitsUpdate>(update).run;
    if (run.revision > snapshot_revision) return run.previous > snapshot_revision;
  }
}

std::uint64_t take_snapshot(RawClient& client) {
  return wire::decode_snapshot_reply(client.ask(wire::encode(wire::SnapshotRequest{space, {}})))
      .revision;
}

}  // namespace

TEST_CASE("the naive join, subscribe and then ask for a snapshot, misses updates") {
  // The mistake that the proof of the subscription is there for: this test shows that the next one
  // can fail.
  test::Board board;
  BusyWriter writer(board);
  RawClient client(board.endpoint());
  const test::Context context = test::own_context();
  int missed = 0;
  for (int tries = 0; tries < 2000 && missed == 0; ++tries) {
    RawReader reader(board.updates_endpoint(), context);
    reader.subscribe(wire::topic_of(space));
    missed += misses(reader, take_snapshot(client)) ? 1 : 0;
  }
  CHECK(missed > 0);
}

TEST_CASE("a join that proves its subscription first misses nothing") {
  test::Board board;
  BusyWriter writer(board);
  RawClient client(board.endpoint());
  const test::Context context = test::own_context();
  for (int tries = 0; tries < 200; ++tries) {
    RawReader reader(board.updates_endpoint(), context);
    reader.follow(space);
    REQUIRE_FALSE(misses(reader, take_snapshot(client)));
  }
}

TEST_CASE("the library's open misses nothing: a watch is told every value from the first on") {
  test::Board board;
  BusyWriter writer(board);
  for (int tries = 0; tries < 50; ++tries) {
    Client client = board.client();
    Namespace robot = client.open(space);
    std::atomic<int> before{-1};
    std::atomic<int> told{0};
    std::atomic<bool> hole{false};
    const Subscription watch = robot.watch("n", [&](const Change& change) {
      const int n = change.value->as<int>();
      if (before >= 0 && n != before + 1) hole = true;
      before = n;
      ++told;
    });
    REQUIRE(test::await([&] { return told >= 20; }));
    REQUIRE_FALSE(hole);
  }
}
