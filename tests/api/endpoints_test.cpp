// A client that knows several endpoints of its broker.

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

/// One board that may be served at either of two endpoints.
class MovingBoard {
 public:
  std::string endpoint(const std::string& name) const {
    return "ipc://" + (folder_.path() / name).string();
  }
  ClientOptions options() const {
    ClientOptions options = impatient(patience);
    options.endpoint = endpoint("a") + "," + endpoint("b");
    return options;
  }
  void serve_at(const std::string& name) {
    broker_.reset();
    BrokerOptions options = short_times();
    options.bind = endpoint(name);
    options.data = (folder_.path() / "data").string();
    broker_ = std::make_unique<Broker>(options);
    broker_->start();
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Broker> broker_;
};

}  // namespace

TEST_CASE("Of several endpoints the one that answers is used") {
  MovingBoard board;
  board.serve_at("b");
  Client client(board.options());
  CHECK(client.open("plant").set("x", 1) != Revision());
}

TEST_CASE("A broker that comes back elsewhere with its data goes on: session, writes and stream",
          "[keyless]") {
  MovingBoard board;
  board.serve_at("a");
  std::atomic<int> lost = 0;
  ClientOptions options = board.options();
  options.on_state = [&](ClientEvent event) {
    if (event == ClientEvent::session_lost) ++lost;
  };
  Client client(options);
  Client other(board.options());
  Namespace space = client.open("plant");
  Namespace watched = other.open("plant");
  space.set("mine", "here", {.ephemeral = true});
  for (const std::string place : {"b", "a"}) {
    const std::int64_t before = space.get_or<std::int64_t>("count", 0);
    board.serve_at(place);
    CHECK(space.add("count", 1) == before + 1);
    REQUIRE(await([&] { return watched.get<std::int64_t>("count") == before + 1; }));
    REQUIRE(await([&] { return watched.freshness().state == Freshness::State::connected; }));
    CHECK(client.endpoint() == board.endpoint(place));
  }
  CHECK(space.contains("mine"));
  CHECK(lost == 0);
}

TEST_CASE("A client tells the endpoint in use, and all that it knows") {
  MovingBoard board;
  board.serve_at("b");
  Client client(board.options());
  CHECK(client.endpoints() == board.endpoint("a") + "," + board.endpoint("b"));
  const Namespace space = client.open("plant");
  CHECK(client.endpoint() == board.endpoint("b"));
  // Whoever gets the URI finds the broker wherever it is.
  CHECK(space.uri() == client.endpoints() + "#plant");
  CHECK(client.publisher("plant").uri() == space.uri());
  board.serve_at("a");
  space.set("x", 1);
  CHECK(client.endpoint() == board.endpoint("a"));
  CHECK(bulletin::open(space.uri()).at<int>("x") == 1);

  Client nowhere({.endpoint = "tcp://127.0.0.1:1"});
  CHECK(nowhere.endpoint() == "tcp://127.0.0.1:1");
  CHECK(nowhere.endpoints() == "tcp://127.0.0.1:1");
}

TEST_CASE("An endpoint among several that cannot be one is named") {
  ClientOptions options;
  options.endpoint = "tcp://127.0.0.1:5570,tcp://nowhere";
  try {
    Client client(options);
    FAIL("it was taken");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::rejected);
    CHECK(std::string(error.what()).find("'tcp://nowhere'") != std::string::npos);
  }
}
