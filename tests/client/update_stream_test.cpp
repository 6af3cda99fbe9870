#include "client/transport/update_stream.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "support/await.hpp"
#include "support/catch.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::client::Poller;
using bulletin::client::UpdateSink;
using bulletin::client::UpdateStream;
using bulletin::client::wait_for;
using bulletin::client::Waker;

namespace {

struct Sink final : UpdateSink {
  bool apply_update(std::string_view topic, std::string_view body) override {
    CHECK(topic == "topic");
    heard.emplace_back(body);
    return is_content;
  }

  std::vector<std::string> heard;
  bool is_content = true;
};

/// A stream, its client's thread, which is the test's, and who publishes.
struct World {
  World() {
    publisher.set(zmq::sockopt::linger, 0);
    publisher.set(zmq::sockopt::sndhwm, 0);
    publisher.set(zmq::sockopt::xpub_verbose, true);  // also who comes before another has gone
    publisher.set(zmq::sockopt::rcvtimeo, static_cast<int>(patience / 1ms));
    publisher.bind("tcp://127.0.0.1:*");
    open();
  }

  // Returns when what is said is heard.
  void open() {
    stream.open(context, std::nullopt, {"topic"});
    stream.connect(publisher.get(zmq::sockopt::last_endpoint));
    // Also the end of the connection before is told.
    for (zmq::message_t message; message.empty() || *message.data<char>() != 1;)
      REQUIRE(publisher.recv(message));
    stream.serve();
    REQUIRE_FALSE(stream.waits());
  }

  void say(const std::string& what) {
    publisher.send(zmq::str_buffer("topic"), zmq::send_flags::sndmore);
    publisher.send(zmq::buffer(what));
    said.push_back(what);
  }
  void say(int first, int last) {
    for (int i = first; i <= last; ++i) say(std::to_string(i));
  }

  /// Whether the client's thread is told to serve the stream.
  bool is_told(std::chrono::milliseconds within) {
    const auto end = std::chrono::steady_clock::now() + within;
    do {
      const Poller::Ready ready = poller.wait(within);
      (void)stream.events(ready);  // or it goes on telling of them
      if (stream.is_ready(ready)) return true;
    } while (std::chrono::steady_clock::now() < end);
    return false;
  }
  bool is_woken() {
    pollfd item{waker.descriptor(), POLLIN, 0};
    wait_for({&item, 1}, 0ms);
    return item.revents != 0;
  }
  /// Does what the client's thread does, until all was heard that was said.
  bool hears_all() {
    return await([&] {
      if (is_told(0ms)) stream.serve();
      return sink.heard == said;
    });
  }
  /// The same by whom the stream is lent to; false: also when it was given back before.
  bool hears_all(UpdateStream::Loan& loan) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (sink.heard != said && std::chrono::steady_clock::now() < end) {
      pollfd item{loan.descriptor(), POLLIN, 0};
      if (item.fd < 0) return false;
      wait_for({&item, 1}, patience);
      if (item.revents != 0) loan.serve();
    }
    return sink.heard == said;
  }

  zmq::context_t publisher_context;
  zmq::socket_t publisher{publisher_context, zmq::socket_type::xpub};
  zmq::context_t context;
  Poller poller;
  Waker waker;
  Sink sink;
  std::vector<std::string> said;
  UpdateStream stream{sink, poller, waker};
};

}  // namespace

TEST_CASE("The client's thread is told of updates, and applies them in their order") {
  World world;
  CHECK_FALSE(world.is_told(0ms));
  world.say("first");
  CHECK(world.is_told(patience));
  world.stream.serve();
  CHECK(world.sink.heard == std::vector<std::string>{"first"});
  world.say(1, 1000);  // more than in one turn
  CHECK(world.hears_all());
  CHECK_FALSE(world.stream.waits());
  CHECK_FALSE(world.is_told(0ms));
}

TEST_CASE("What comes while the stream is lent is for whom it is lent to") {
  World world;
  {
    UpdateStream::Loan loan(world.stream);
    world.say(1, 3);
    CHECK(world.hears_all(loan));
    CHECK_FALSE(world.is_told(0ms));
    CHECK_FALSE(world.is_woken());
  }
  world.say("afterwards");
  CHECK(world.hears_all());
}

TEST_CASE("What came while the stream was lent, and was not served, is the client's thread's") {
  World world;
  {
    const UpdateStream::Loan loan(world.stream);
    world.say("meanwhile");
    pollfd item{loan.descriptor(), POLLIN, 0};
    wait_for({&item, 1}, patience);
    CHECK(item.revents == POLLIN);
    CHECK_FALSE(world.is_told(0ms));
  }
  CHECK(world.is_told(patience));
  CHECK(world.hears_all());
}

TEST_CASE("A lent stream is given back when an update makes work for the client's thread") {
  World world;
  UpdateStream::Loan loan(world.stream);
  world.sink.is_content = false;
  world.say("a hole");
  CHECK(world.hears_all(loan));
  CHECK(world.is_woken());
  CHECK(loan.descriptor() < 0);
  world.say("next");
  CHECK(world.hears_all());
}

TEST_CASE("A lent stream is given back when much has come, and nothing is lost or told twice") {
  World world;
  UpdateStream::Loan loan(world.stream);
  world.say(1, 2000);
  const bool all = world.hears_all(loan);  // if it came slowly
  CHECK((all || world.is_woken()));
  CHECK(world.hears_all());
  CHECK_FALSE(world.stream.waits());
}

TEST_CASE("A stream in which something waits is not lent") {
  World world;
  world.stream.change({{true, "other"}});
  CHECK(world.stream.waits());
  const UpdateStream::Loan loan(world.stream);
  CHECK(loan.descriptor() < 0);
  CHECK(world.is_told(0ms));
}

TEST_CASE("A stream that is opened anew is lent to nobody") {
  World world;
  UpdateStream::Loan loan(world.stream);
  world.open();
  CHECK(loan.descriptor() < 0);
  world.say("after it");
  CHECK(world.is_told(patience));
  CHECK(world.hears_all());
  const UpdateStream::Loan other(world.stream);
  CHECK(other.descriptor() >= 0);
}

TEST_CASE("A closed stream has nothing to lend or to serve") {
  World world;
  world.stream.close();
  CHECK_FALSE(world.stream.is_open());
  UpdateStream::Loan loan(world.stream);
  CHECK(loan.descriptor() < 0);
  world.stream.serve();
  CHECK_FALSE(world.stream.waits());
  loan.serve();
  CHECK(world.sink.heard.empty());
}
