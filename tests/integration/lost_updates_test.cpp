#include <mutex>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/lossy_relay.hpp"

namespace {

using namespace bulletin;
using test::await;

/// A board whose readers hear it through a relay that can lose updates.
struct LossyBoard {
  LossyBoard() : board(advertised(relay.endpoint())) { relay.connect(board.updates_endpoint()); }

  static BrokerOptions advertised(const std::string& endpoint) {
    BrokerOptions options = test::short_times();
    options.advertise = endpoint;
    return options;
  }

  test::LossyRelay relay;
  test::Board board;
};

}  // namespace

TEST_CASE("the last update before a silence is lost, and the next beat brings it", "[keyless]") {
  LossyBoard lossy;
  Client writer = lossy.board.client();
  Client reader = lossy.board.client();
  Namespace written = writer.open("plant/robot");
  Namespace read = reader.open("plant/robot");

  lossy.relay.lose(1);
  const Revision last = written.set("speed", 3.2);
  CHECK(await([&] { return read.revision() == last; }));
  CHECK(lossy.relay.lost() > 0);
  CHECK(read.get<double>("speed") == 3.2);
}

TEST_CASE("a hole in the stream is filled with the commits themselves: a watch is told each one",
          "[keyless]") {
  LossyBoard lossy;
  Client writer = lossy.board.client();
  Client reader = lossy.board.client();
  Namespace written = writer.open("plant/robot");
  Namespace read = reader.open("plant/robot");
  std::mutex mutex;
  std::vector<int> told;
  const Subscription watch = read.watch("n", [&](const Change& change) {
    std::scoped_lock lock(mutex);
    told.push_back(change.value->as<int>());
  });

  for (int n = 1; n <= 200; ++n) {
    if (n % 20 == 0) lossy.relay.lose(3);
    written.set("n", n);
  }
  CHECK(await([&] {
    std::scoped_lock lock(mutex);
    return told.size() == 200;
  }));
  std::scoped_lock lock(mutex);
  for (int n = 1; n <= 200; ++n) REQUIRE(told[static_cast<std::size_t>(n) - 1] == n);
}

TEST_CASE("a reader that loses most updates ends with the same contents", "[keyless]") {
  LossyBoard lossy;
  Client writer = lossy.board.client();
  Client reader = lossy.board.client();
  Namespace written = writer.open("plant/robot");
  Namespace read = reader.open("plant/robot");

  for (int round = 0; round < 30; ++round) {
    lossy.relay.lose(9);
    for (int n = 0; n < 10; ++n) {
      written.commit(Transaction().set("a" + std::to_string(n), round).erase("b").set("c", round));
    }
    if (round % 10 == 9) written.commit(Transaction().clear().set("cleared", round));
  }
  lossy.relay.lose(0);
  CHECK(await([&] { return read.revision() == written.revision(); }));
  CHECK(read.names() == written.names());
  for (const auto& [name, value, revision, lease] : written.snapshot()) {
    CAPTURE(name);
    CHECK(read.read<Value>(name)->value == value);
    CHECK(read.read<Value>(name)->revision == revision);
  }
}
