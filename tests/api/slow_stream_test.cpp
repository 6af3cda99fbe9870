// Answers that are faster than the stream: a gate holds the updates back.
#include <atomic>
#include <future>
#include <string>
#include <thread>

#include "api/gated_updates.hpp"
#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/gate.hpp"
#include "support/raw_client.hpp"

using namespace bulletin::test;
using bulletin::Errc;
using bulletin::Revision;
using bulletin::Transaction;
using bulletin::Value;

namespace {

// All updates go through the gate; commands do not. `raw` writes without a replica.
struct WrittenPast : GatedUpdates {
  WrittenPast() { raw.hello(); }

  void write_large(const std::string& name) {
    for (int i = 0; i < 4; ++i) {
      raw.write("gated", Transaction().set(name + std::to_string(i), std::string(50'000, 'l')));
    }
  }

  RawClient raw{board.endpoint()};
};

}  // namespace

TEST_CASE("a write reads itself and all before it when the stream stands still") {
  WrittenPast net;
  bulletin::Client client = net.board.client();
  const bulletin::Namespace space = client.open("gated");
  net.updates.hold();
  for (int i = 0; i < 20; ++i) net.raw.write("gated", Transaction().set("theirs", i));
  const Revision revision = space.set("x", 1);
  CHECK(space.read<int>("x")->revision == revision);
  CHECK(space.at<int>("theirs") == 19);
  net.raw.write("gated", Transaction().set("theirs", 20));
  CHECK(space.add("n", 1) == 1);
  CHECK(space.at<int>("theirs") == 20);
  net.raw.write("gated", Transaction().erase("theirs"));
  CHECK(space.commit(Transaction().set("y", 1)));
  CHECK_FALSE(space.contains("theirs"));
  net.raw.write("gated", Transaction().set("theirs", 21));
  const Revision async = space.set_async("z", 1).get();
  CHECK(space.revision() == async);
  CHECK(space.at<int>("theirs") == 21);
}

TEST_CASE("a write reads itself when the answer has no room for what came before") {
  WrittenPast net;
  bulletin::Client client = net.board.client();
  const bulletin::Namespace space = client.open("gated");
  net.updates.hold();

  net.write_large("a");
  const Revision set = space.set("x", 1);
  CHECK(space.read<int>("x")->revision == set);
  CHECK(space.at<std::string>("a3").size() == 50'000);

  net.write_large("b");
  const Revision async = space.set_async("x", 2).get();
  CHECK(space.read<int>("x")->revision == async);
  CHECK(space.at<std::string>("b3").size() == 50'000);

  net.write_large("c");
  const Revision committed = *space.commit(Transaction().set("y", 1).set("x", 3));
  CHECK(space.read<int>("x")->revision == committed);
  CHECK(space.at<std::string>("c3").size() == 50'000);

  net.write_large("d");
  CHECK_FALSE(space.compare_and_set("d0", bulletin::absent, 1));
  CHECK(space.at<std::string>("d0").size() == 50'000);
  CHECK(space.at<std::string>("d3").size() == 50'000);

  net.write_large("e");
  CHECK_FALSE(space.erase("nobody"));
  CHECK(space.at<std::string>("e3").size() == 50'000);

  net.write_large("f");
  space.set("large", std::string(200'000, 'x'));
  CHECK(space.at<std::string>("large").size() == 200'000);
  CHECK(space.at<std::string>("f3").size() == 50'000);
}

TEST_CASE("sync does not wait for the stream") {
  WrittenPast net;
  bulletin::Client client = net.board.client();
  const bulletin::Namespace space = client.open("gated");
  net.updates.hold();
  net.raw.write("gated", Transaction().set("x", 1));
  space.sync();
  CHECK(space.at<int>("x") == 1);
  net.write_large("a");
  space.sync();
  CHECK(space.at<std::string>("a3").size() == 50'000);
}

TEST_CASE("watches are told each commit once, whichever way it came") {
  WrittenPast net;
  bulletin::Client client = net.board.client();
  const bulletin::Namespace space = client.open("gated");
  Recorder recorder;
  const auto subscription = space.watch("x", recorder.watcher());
  int next = 0;
  for (int round = 0; round < 5; ++round) {
    net.updates.hold();
    for (int i = 0; i < 5; ++i) net.raw.write("gated", Transaction().set("x", next++));
    space.set("x", next++);
    if (round % 2 == 1) net.write_large("l");
    net.raw.write("gated", Transaction().set("x", next++));
    space.sync();
    net.updates.open();
    net.raw.write("gated", Transaction().set("x", next++));
  }
  const auto told = recorder.wait_for("x", Value(next - 1));
  REQUIRE(told.size() == static_cast<std::size_t>(next));
  for (int i = 0; i < next; ++i) {
    CHECK(told[static_cast<std::size_t>(i)].value == Value(i));
    CHECK(told[static_cast<std::size_t>(i)].skipped == 0);
  }
}

TEST_CASE("an open that hears no stream does not return incomplete") {
  WrittenPast net;
  bulletin::Client client = net.board.client(impatient());
  net.updates.hold();
  net.raw.write("gated", Transaction().set("x", 1));
  const bulletin::Error error = failure_of([&] { client.open("gated"); });
  CHECK(error.code() == Errc::disconnected);
  CHECK(mentions(error, "gated"));
  net.updates.open();
  CHECK(client.open("gated").at<int>("x") == 1);
}

TEST_CASE("updates that were lost with their connection are found and told") {
  WrittenPast net;
  bulletin::Client client = net.board.client();
  const bulletin::Namespace space = client.open("gated");
  Recorder recorder;
  const auto subscription = space.watch("x", recorder.watcher());
  net.raw.write("gated", Transaction().set("x", 0));
  recorder.wait_for(1);
  for (int round = 1; round <= 5; ++round) {
    net.updates.shut();
    for (int i = 0; i < 3; ++i) {
      net.raw.write("gated", Transaction().set("x", round * 10 + i));
    }
    net.updates.open();
    const auto told = recorder.wait_for("x", Value(round * 10 + 2));
    CHECK(told.back().value == Value(round * 10 + 2));
  }
  const auto told = recorder.all();
  std::uint64_t counted = 0;
  for (const Told& change : told) counted += 1 + change.skipped;
  CHECK(counted == 16);
  CHECK(await([&] { return space.freshness().state == bulletin::Freshness::State::connected; }));
}
