// Readers that do not keep up.
#include <atomic>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin::test;
using bulletin::Change;
using bulletin::Value;

namespace {

// A watch that stands still in its first call until it is released.
class SlowWatch {
 public:
  explicit SlowWatch(const bulletin::Namespace& space)
      : subscription_(space.watch([this](const Change& change) {
          recorder_.add(change);
          if (entered_.exchange(true)) return;
          released_.wait_for(patience);
        })) {}
  ~SlowWatch() {
    if (!open_) release();
  }

  bool entered() const {
    return await([&] { return entered_.load(); });
  }
  void release() {
    open_ = true;
    promise_.set_value();
  }
  Recorder& recorder() { return recorder_; }

 private:
  Recorder recorder_;
  std::atomic<bool> entered_{false};
  std::promise<void> promise_;
  std::shared_future<void> released_ = promise_.get_future().share();
  bool open_ = false;
  bulletin::Subscription subscription_;  // last: ends first
};

bulletin::ClientOptions small_queue() {
  bulletin::ClientOptions options;
  options.watch_queue_bytes = 16 << 10;
  return options;
}

// Changes told and skipped, by name.
std::map<std::string, std::uint64_t> accounted(const std::vector<Told>& told) {
  std::map<std::string, std::uint64_t> counts;
  for (const Told& change : told) counts[change.name] += 1 + change.skipped;
  return counts;
}

void flood(const bulletin::Namespace& space, int from, int to, int names = 1) {
  bulletin::Future<bulletin::Revision> last;
  for (int i = from; i < to; ++i) last = space.set_async("n" + std::to_string(i % names), i);
  last.get();
}

}  // namespace

TEST_CASE("a watch that is too slow is told the newest state and how much it did not see") {
  const Board board;
  bulletin::Client slow_client = board.client(small_queue());
  bulletin::Client writer_client = board.client();
  const bulletin::Namespace slow_space = slow_client.open("flood");
  const bulletin::Namespace writer = writer_client.open("flood");
  SlowWatch slow(slow_space);
  writer.set("n0", -1);
  REQUIRE(slow.entered());
  flood(writer, 0, 5'000, 5);
  slow_space.sync();
  // Reads of the slow reader are not slow.
  CHECK(slow_space.at<int>("n4") == 4'999);
  slow.release();
  const auto told = slow.recorder().wait_for("n4", Value(4'999));
  CHECK(told.size() < 1'000);
  auto counts = accounted(told);
  CHECK(counts["n0"] == 1'001);
  for (const char* name : {"n1", "n2", "n3", "n4"}) CHECK(counts[name] == 1'000);
  bool skipped = false;
  for (const Told& change : told) {
    if (change.skipped > 0) {
      skipped = true;
      CHECK(change.resynced);
    }
  }
  CHECK(skipped);
  // From there on it is told one by one again.
  flood(writer, 5'000, 5'020, 5);
  const auto after = slow.recorder().wait_for("n4", Value(5'019));
  REQUIRE(after.size() == told.size() + 20);
  for (std::size_t i = told.size(); i < after.size(); ++i) {
    CHECK(after[i].skipped == 0);
    CHECK_FALSE(after[i].resynced);
    CHECK(after[i].revision > after[i - 1].revision);
  }
}

TEST_CASE("a slow watch disturbs no other client and no write") {
  const Board board;
  bulletin::Client slow_client = board.client(small_queue());
  bulletin::Client quick_client = board.client();
  bulletin::Client writer_client = board.client();
  const bulletin::Namespace writer = writer_client.open("flood");
  SlowWatch slow(slow_client.open("flood"));
  Recorder quick;
  const auto subscription = quick_client.open("flood").watch(quick.watcher());
  writer.set("n0", -1);
  REQUIRE(slow.entered());
  flood(writer, 0, 2'000);
  const auto told = quick.wait_for("n0", Value(1'999));
  CHECK(told.size() == 2'001);
  for (const Told& change : told) CHECK(change.skipped == 0);
  slow.release();
  CHECK(accounted(slow.recorder().wait_for("n0", Value(1'999)))["n0"] == 2'001);
}

TEST_CASE("a removal that a slow watch skipped to is told") {
  const Board board;
  bulletin::Client slow_client = board.client(small_queue());
  bulletin::Client writer_client = board.client();
  const bulletin::Namespace writer = writer_client.open("flood");
  writer.set("gone", 1);
  writer.set("back", 1);
  SlowWatch slow(slow_client.open("flood"));
  REQUIRE(slow.entered());
  writer.erase("gone");
  writer.erase("back");
  flood(writer, 0, 2'000);
  writer.set("back", 2);
  slow.release();
  slow.recorder().wait_for("gone", std::nullopt);
  const auto told = slow.recorder().wait_for("back", Value(2));
  auto counts = accounted(told);
  CHECK(counts["gone"] == 2);
  CHECK(counts["back"] == 3);
  CHECK(counts["n0"] == 2'000);
}

TEST_CASE("a watch begun while another is slow counts only what it missed itself") {
  const Board board;
  bulletin::Client slow_client = board.client(small_queue());
  bulletin::Client writer_client = board.client();
  const bulletin::Namespace slow_space = slow_client.open("flood");
  const bulletin::Namespace writer = writer_client.open("flood");
  SlowWatch slow(slow_space);
  writer.set("n0", -1);
  REQUIRE(slow.entered());
  flood(writer, 0, 2'000, 2);
  slow_space.sync();
  Recorder late;
  const auto subscription = slow_space.watch(late.watcher());
  flood(writer, 2'000, 2'010, 2);
  slow_space.sync();
  slow.release();
  late.wait_for("n0", Value(2'008));
  const auto told = late.wait_for("n1", Value(2'009));
  // One first value each, then five changes each.
  auto counts = accounted(told);
  CHECK(counts["n0"] == 6);
  CHECK(counts["n1"] == 6);
  CHECK(accounted(slow.recorder().wait_for("n1", Value(2'009)))["n0"] == 1'006);
}

TEST_CASE("watches of several namespaces skip each in its own") {
  const Board board;
  bulletin::Client slow_client = board.client(small_queue());
  bulletin::Client writer_client = board.client();
  const bulletin::Namespace left = writer_client.open("left");
  const bulletin::Namespace right = writer_client.open("right");
  SlowWatch slow(slow_client.open("left"));
  Recorder other;
  const auto subscription = slow_client.open("right").watch(other.watcher());
  left.set("n0", -1);
  REQUIRE(slow.entered());
  for (int part = 0; part < 5; ++part) {
    flood(left, part * 400, part * 400 + 400);
    flood(right, part * 100, part * 100 + 100);
  }
  slow_client.open("left").sync();
  slow_client.open("right").sync();
  slow.release();
  CHECK(accounted(slow.recorder().wait_for("n0", Value(1'999)))["n0"] == 2'001);
  CHECK(accounted(other.wait_for("n0", Value(499)))["n0"] == 500);
}

TEST_CASE("a watch of one attribute counts the changes of that attribute") {
  const Board board;
  bulletin::Client slow_client = board.client(small_queue());
  bulletin::Client writer_client = board.client();
  const bulletin::Namespace slow_space = slow_client.open("flood");
  const bulletin::Namespace writer = writer_client.open("flood");
  SlowWatch slow(slow_space);
  Recorder one;
  const auto subscription = slow_space.watch("n1", one.watcher());
  writer.set("n0", -1);
  REQUIRE(slow.entered());
  flood(writer, 0, 3'000, 3);
  slow_space.sync();
  slow.release();
  const auto told = one.wait_for("n1", Value(2'998));
  CHECK(accounted(told)["n1"] == 1'000);
  CHECK(accounted(told).size() == 1);
}

TEST_CASE("changes that nobody watches make no watch of another name skip") {
  const Board board;
  bulletin::Client client = board.client(board.options(small_queue()));
  const bulletin::Namespace space = client.open("slow");
  space.set("a", 0);
  std::atomic<bool> entered{false};
  std::promise<void> promise;
  const std::shared_future<void> released = promise.get_future().share();
  Recorder recorder;
  const auto subscription = space.watch("a", [&](const Change& change) {
    recorder.add(change);
    if (!entered.exchange(true)) released.wait_for(patience);
  });
  REQUIRE(await([&] { return entered.load(); }));
  space.set("a", 1);
  for (int i = 0; i < 40; ++i) space.set("b" + std::to_string(i % 3), std::string(1000, 'b'));
  space.set("a", 2);
  promise.set_value();
  const auto told = recorder.wait_for(3);
  REQUIRE(told.size() == 3);
  for (const Told& change : told) {
    CHECK(change.skipped == 0);
    CHECK(change.resynced == (&change == &told.front()));
  }
  CHECK(told[1].value == Value(1));
  CHECK(told[2].value == Value(2));
}
