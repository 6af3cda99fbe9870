// Writes that nobody waits for, and what flush() tells of them.
#include <chrono>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/fake_broker.hpp"
#include "api/open_board.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/gate.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Errc;
using bulletin::Error;
using bulletin::Namespace;
using bulletin::Publisher;

namespace wire = bulletin::wire;

namespace {

bulletin::BrokerOptions room_for(std::size_t attributes) {
  bulletin::BrokerOptions options = short_times();
  options.bounds.namespace_attributes = attributes;
  return options;
}

}  // namespace

TEST_CASE("what was posted can be read when it has been flushed") {
  OpenBoard open;
  for (int i = 0; i != 1000; ++i) open.space.post("x", i);
  open.space.attribute<double>("y").post(2);
  open.space.flush();
  CHECK(open.space.at<int>("x") == 999);
  CHECK(open.space.at<double>("y") == 2);
  open.other.sync();
  CHECK(open.other.at<int>("x") == 999);
}

TEST_CASE("more posts than a request takes are all there when they have been flushed") {
  OpenBoard open;
  constexpr int posts = 35'000;  // a request takes 10,000
  for (int i = 0; i != posts; ++i) open.space.post("n" + std::to_string(i % 20'000), i);
  open.space.flush();
  CHECK(open.space.size() == 20'000);
  int wrong = 0;
  for (int i = posts - 20'000; i != posts; ++i) {
    if (open.space.get_or("n" + std::to_string(i % 20'000), -1) != i) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("posts keep their order with the other writes of a client") {
  OpenBoard open;
  const Publisher publisher = open.client.publisher(open.space.name());
  for (int i = 0; i != 200; ++i) {
    open.space.post("x", 4 * i);
    publisher.post("x", 4 * i + 1);
    const auto later = open.space.set_async("x", 4 * i + 2);
    open.space.set("x", 4 * i + 3);
    CHECK(open.space.at<int>("x") == 4 * i + 3);
    publisher.post("x", -1);
    open.space.flush();
    CHECK(open.space.at<int>("x") == -1);
  }
}

TEST_CASE("flush waits for the posts of all threads, and for none when there are none") {
  OpenBoard open;
  open.space.flush();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i != 4; ++i) {
      threads.emplace_back([&open, i] {
        for (int k = 0; k != 500; ++k) open.space.post("n" + std::to_string(i), k);
      });
    }
  }
  open.space.flush();
  for (int i = 0; i != 4; ++i) CHECK(open.space.at<int>("n" + std::to_string(i)) == 499);
}

TEST_CASE("a publisher flushes without a copy of what it has posted") {
  OpenBoard open;
  bulletin::Client client = open.board.client();
  const Publisher publisher = client.publisher(open.space.name());
  publisher.post("x", "text");
  publisher.flush();
  open.space.sync();
  CHECK(open.space.at<std::string>("x") == "text");
}

TEST_CASE("what is posted before the client ends still goes out") {
  OpenBoard open;
  {
    bulletin::Client client = open.board.client();
    for (int i = 0; i != 1000; ++i) client.publisher(open.space.name()).post("x", i);
  }
  open.space.sync();
  CHECK(open.space.at<int>("x") == 999);
}

TEST_CASE("a posted ephemeral goes with its session") {
  OpenBoard open;
  {
    bulletin::Client client = open.board.client();
    const Publisher publisher = client.publisher(open.space.name());
    publisher.post("mine", 1, {.ephemeral = true});
    publisher.flush();
    open.space.sync();
    CHECK(open.space.contains("mine"));
  }
  CHECK(await([&] { return !open.space.contains("mine"); }));
}

TEST_CASE("what cannot be written is refused when it is posted") {
  OpenBoard open;
  for (const std::string name : {"", "_private", "no\xff utf-8"}) {
    CAPTURE(name);
    const Error error = failure_of([&] { open.space.post(name, 1); });
    CHECK(error.code() == Errc::rejected);
    CHECK(error.name() == name);
  }
  const std::string larger_than_a_request(open.client.limits().transaction_bytes, 'x');
  CHECK(code_of([&] { open.space.post("large", larger_than_a_request); }) == Errc::rejected);
  open.space.flush();
  CHECK(open.space.empty());
}

TEST_CASE(
    "what the broker refuses is told by the next flush, once, and what else was posted stays") {
  Board board(room_for(2));
  bulletin::Client client = board.client();
  const Namespace space = client.open("full");
  const Namespace elsewhere = client.open("elsewhere");
  for (const char* name : {"a", "b", "c", "d", "e"}) space.post(name, 1);
  space.post("a", 2);
  elsewhere.post("a", 3);
  elsewhere.flush();
  const Error error = failure_of([&] { space.flush(); });
  CHECK(error.code() == Errc::overloaded);
  CHECK(mentions(error, "'full'"));
  CHECK(mentions(error, "; and 2 more"));
  space.flush();
  CHECK(space.names() == std::vector<std::string>{"a", "b"});
  CHECK(space.at<int>("a") == 2);
  space.post("large", std::string(client.limits().value_bytes, 'x'));
  const Error alone = failure_of([&] { space.flush(); });
  CHECK(alone.code() == Errc::rejected);
  CHECK(alone.name() == "large");
  CHECK_FALSE(mentions(alone, "; and"));
}

TEST_CASE("what was posted and not sent in time is told by flush") {
  Gate nobody;
  nobody.shut();
  bulletin::ClientOptions options = impatient(50ms);
  options.endpoint = nobody.endpoint();
  bulletin::Client client(options);
  const Publisher publisher = client.publisher("plant");
  publisher.post("x", 1);
  publisher.post("y", 1);
  const Error error = failure_of([&] { publisher.flush(); });
  CHECK(error.code() == Errc::disconnected);
  CHECK(mentions(error, "was not sent in time"));
  CHECK(mentions(error, "; and 1 more"));
}

TEST_CASE("what was posted and never answered is in doubt", "[keyless]") {
  FakeBroker broker([](const wire::Request& request) -> std::optional<std::string> {
    if (std::holds_alternative<wire::Write>(request)) return "";
    return std::nullopt;
  });
  bulletin::ClientOptions options = impatient(200ms);
  options.endpoint = broker.endpoint();
  options.close_timeout = 100ms;
  bulletin::Client client(options);
  const Publisher publisher = client.publisher("plant");
  publisher.post("x", 1);
  REQUIRE(await([&] { return broker.writes() > 0; }));
  CHECK(code_of([&] { publisher.flush(); }) == Errc::in_doubt);
}

TEST_CASE("a closed client takes no posts, and has none to flush") {
  OpenBoard open;
  std::optional<bulletin::Client> client(open.board.client());
  const Publisher publisher = client->publisher("plant");
  client.reset();
  CHECK(code_of([&] { publisher.post("x", 1); }) == Errc::disconnected);
  CHECK(code_of([&] { publisher.flush(); }) == Errc::disconnected);
}

TEST_CASE("a failed post that nobody flushes reaches on_error once and flush still throws it") {
  std::mutex mutex;
  std::vector<std::string> errors;
  bulletin::BrokerOptions broker = short_times();
  broker.limits.value_bytes = 100;
  const Board board(broker);
  bulletin::ClientOptions options = board.options();
  options.on_error = [&](std::exception_ptr error) {
    const std::scoped_lock lock(mutex);
    try {
      std::rethrow_exception(error);
    } catch (const bulletin::Error& thrown) {
      errors.push_back(thrown.name());
    }
  };
  const auto count = [&] {
    const std::scoped_lock lock(mutex);
    return errors.size();
  };
  bulletin::Client client(options);
  const Publisher publisher = client.publisher("plant");
  publisher.post("large", std::string(200, 'x'));
  publisher.post("larger", std::string(300, 'x'));
  CHECK(await([&] { return count() == 1; }));
  CHECK(errors == std::vector<std::string>{"large"});
  CHECK(code_of([&] { publisher.flush(); }) == Errc::rejected);
  publisher.flush();
  {
    bulletin::Client other(options);
    other.publisher("plant").post("late", std::string(200, 'x'));
  }
  CHECK(errors == std::vector<std::string>{"large", "late"});
}

TEST_CASE("of posts of which only the newest matters a broker that was frozen gets the newest") {
  OpenBoard open;
  for (int i = 1; i <= 20'000; ++i) open.space.post("x", i, {.latest = true});
  open.space.flush();
  CHECK(open.space.at<int>("x") == 20'000);
}
