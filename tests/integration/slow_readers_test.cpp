// Readers that are a moment behind, and readers that stand still.

#include <list>
#include <set>

#include "client/transport/keys.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

/// Subscribes, and never reads: after what fits into its buffers the broker has to keep the rest.
class StuckReader {
 public:
  StuckReader(const std::string& updates_endpoint, std::string_view space)
      : socket_(context_, zmq::socket_type::sub) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvhwm, 1);
    socket_.set(zmq::sockopt::rcvbuf, 4096);
    socket_.set(zmq::sockopt::subscribe, wire::topic_of(space));
    client::set_keys(socket_, client::choose_keys({}, {}));
    socket_.connect(updates_endpoint);
    zmq::message_t beat;
    REQUIRE(socket_.recv(beat));
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

std::int64_t drops(RawClient& client) {
  return client.read("$sys/broker", "drops")->as<std::int64_t>();
}

}  // namespace

TEST_CASE("A prompt reader gets every update of a burst") {
  BrokerOptions options = short_times();
  options.beat = std::chrono::seconds(1);  // the beats of so many namespaces are a flood themselves
  const Board board(options);
  RawClient client(board.endpoint());
  client.hello();
  RawReader reader(board.updates_endpoint());
  std::list<std::string> spaces;
  for (int i = 0; i < 2000; ++i) {
    spaces.push_back("space" + std::to_string(i));
    reader.subscribe(wire::topic_of(spaces.back()));
  }
  reader.follow("last");
  const std::string change = Transaction().set("x", 1).encoded();
  wire::Write burst{client.session(), 1, 0, {}};
  for (const std::string& space : spaces) burst.items.push_back({space, 0, change});
  for (int round = 0; round < 3; ++round) {
    ++burst.number;
    client.ask(wire::encode(burst));
    client.write("last", Transaction().set("x", round));
    std::set<std::string> heard;
    for (;;) {
      std::optional<RawUpdate> update = reader.next();
      REQUIRE(update);
      if (update->commits() == nullptr) continue;
      if (update->topic == wire::topic_of("last")) break;
      heard.insert(update->topic);
    }
    CHECK(heard.size() == spaces.size());
  }
}

TEST_CASE(
    "A reader that stands still misses updates, which is counted, and another one gets them all") {
  BrokerOptions options = short_times();
  options.reader_bytes = 1 << 20;
  const Board board(options);
  RawClient client(board.endpoint());
  client.hello();
  const StuckReader stuck(board.updates_endpoint(), "a");
  RawReader reader(board.updates_endpoint());
  reader.follow("a");
  const std::string text(30'000, 'x');
  std::uint64_t seen = 0;
  for (int i = 0; i < 1000 || drops(client) == 0; ++i) {
    REQUIRE(i < 10'000);
    const std::uint64_t revision = client.write("a", Transaction().set("text", text)).revision;
    RawUpdate update = reader.await_commits(wire::topic_of("a"));
    if (seen != 0) REQUIRE(update.commits()->run.previous == seen);
    seen = update.commits()->run.revision;
    REQUIRE(seen == revision);
  }
}

TEST_CASE("An update larger than what may wait comes to a reader for which nothing waits") {
  BrokerOptions options = short_times();
  options.reader_bytes = 1 << 20;
  const Board board(options);
  RawClient client(board.endpoint());
  client.hello();
  RawReader reader(board.updates_endpoint());
  reader.follow("a");
  Transaction large;
  for (int i = 0; i < 3; ++i) large.set("text" + std::to_string(i), std::string(500'000, 'x'));
  const std::uint64_t revision = client.write("a", large).revision;
  RawUpdate update = reader.await_commits(wire::topic_of("a"));
  CHECK(update.commits()->run.revision == revision);
  CHECK(drops(client) == 0);
}
