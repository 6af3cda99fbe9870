// Handles: empty ones, and what a typed one can do.
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/open_board.hpp"
#include "api/recorder.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using bulletin::absent;
using bulletin::Attribute;
using bulletin::Errc;
using bulletin::Namespace;
using bulletin::Publisher;
using bulletin::TypedChange;
using bulletin::Value;

TEST_CASE("an empty handle is false and says what it is when it is used") {
  const Namespace space;
  CHECK_FALSE(space);
  CHECK(space.name().empty());
  CHECK(space.empty());
  CHECK(space.revision() == absent);
  CHECK(space.freshness().state == bulletin::Freshness::State::stale);
  const Publisher publisher;
  const Attribute<int> number;
  CHECK_FALSE(publisher);
  CHECK_FALSE(number);
  const std::vector<std::function<void()>> calls = {
      [&] { space.get<int>("x"); },
      [&] { space.at<std::string>("x"); },
      [&] { space.set("x", 1); },
      [&] { space.set("_x", 1); },
      [&] { space.erase("_x"); },
      [&] { space.snapshot(); },
      [&] { space.names(); },
      [&] { space.sync(); },
      [&] { space.flush(); },
      [&] { space.uri(); },
      [&] { (void)space.watch([](const auto&) {}); },
      [&] { (void)space.watch_queue(); },
      [&] { space.attribute<int>("x"); },
      [&] { space.wait_for_removal("x", std::chrono::milliseconds(1)); },
      [&] { publisher.set("x", 1); },
      [&] { publisher.post("x", 1); },
      [&] { publisher.add("x", 1); },
      [&] { publisher.commit(bulletin::Transaction()); },
      [&] { number.get(); },
      [&] { number.read(); },
      [&] { number.at(); },
      [&] { number.set(1); },
      [&] { number.name(); },
      [&] { number.owner(); },
      [&] { bulletin::WatchQueue<>().next(); },
  };
  for (std::size_t i = 0; i != calls.size(); ++i) {
    CAPTURE(i);
    const bulletin::Error error = failure_of(calls[i]);
    CHECK(error.code() == Errc::rejected);
    CHECK(mentions(error, "handle is empty"));
  }
}

TEST_CASE("a handle can be made first and opened later") {
  struct Robot {
    Namespace space;
    Attribute<double> speed;
  };
  const OpenBoard open;
  Robot robot;
  robot.space = open.space;
  robot.speed = robot.space.attribute<double>("speed");
  robot.speed.set(2);
  CHECK(robot.space);
  CHECK(robot.speed);
  CHECK(robot.speed.get() == 2.0);
}

TEST_CASE("a namespace is a publisher and publishes as one") {
  const OpenBoard open;
  const auto publish = [](const Publisher& publisher) { return publisher.set("x", 7); };
  const bulletin::Revision revision = publish(open.space);
  CHECK(open.space.read<int>("x")->revision == revision);
}

TEST_CASE("a typed handle adds and erases and updates and compares") {
  const OpenBoard open;
  const Attribute<int> jobs = open.space.attribute<int>("jobs");
  CHECK(jobs.revision() == absent);
  CHECK(jobs.add(2) == 2);
  CHECK(jobs.add(3) == 5);
  CHECK(jobs.update([](std::optional<int> count) { return *count * 2; }) == 10);
  const bulletin::Revision seen = jobs.revision();
  CHECK(seen == open.space.read<int>("jobs")->revision);
  CHECK(jobs.compare_and_set(seen, 11));
  CHECK_FALSE(jobs.compare_and_set(seen, 12));
  CHECK(jobs.get() == 11);
  CHECK(jobs.erase());
  CHECK_FALSE(jobs.erase());
  CHECK_FALSE(jobs.get());
  CHECK(open.space.attribute<double>("share").add(0.5) == 0.5);
}

TEST_CASE("a typed handle waits for a value and for its removal") {
  const OpenBoard open;
  const Attribute<int> number = open.space.attribute<int>("n");
  open.other.set("n", 5);
  CHECK(number.wait_for([](int n) { return n == 5; }, patience));
  CHECK_FALSE(number.wait_for([](int n) { return n == 6; }, std::chrono::milliseconds(1)));
  CHECK_FALSE(number.wait_for_removal(std::chrono::milliseconds(1)));
  open.other.erase("n");
  CHECK(number.wait_for_removal(patience));
  CHECK(open.space.wait_for_removal("never", std::chrono::milliseconds(0)));
  CHECK(code_of([&] { open.space.wait_for_removal("_n", patience); }) == Errc::rejected);
}

TEST_CASE("a typed watch gets values of its type and errors of others") {
  std::mutex mutex;
  std::vector<std::optional<int>> told;
  std::vector<std::string> errors;
  const Board board;
  bulletin::ClientOptions options = board.options();
  options.on_error = [&](std::exception_ptr error) {
    const std::scoped_lock lock(mutex);
    try {
      std::rethrow_exception(error);
    } catch (const bulletin::Error& thrown) {
      errors.emplace_back(thrown.what());
    }
  };
  bulletin::Client client(options);
  const Attribute<int> number = client.open("plant").attribute<int>("n");
  number.set(1);
  const bulletin::Subscription watch = number.watch([&](const TypedChange<int>& change) {
    const std::scoped_lock lock(mutex);
    told.push_back(change.value);
  });
  number.set(2);
  client.open("plant").set("n", "text");
  number.erase();
  CHECK(await([&] {
    const std::scoped_lock lock(mutex);
    return told.size() == 3;
  }));
  const std::scoped_lock lock(mutex);
  CHECK(told == std::vector<std::optional<int>>{1, 2, std::nullopt});
  REQUIRE(errors.size() == 1);
  CHECK(errors.front().find("attribute 'n'") != std::string::npos);
}

TEST_CASE("attributes are read without opening their namespace") {
  const OpenBoard open;
  open.space.set("a", 1);
  open.space.set("b", "text", {.ttl = std::chrono::hours(1)});
  open.space.set("c", true, {.ephemeral = true});
  bulletin::Client client = open.board.client();
  const bulletin::Snapshot some = client.read("board", {"c", "none", "a", "a"});
  CHECK(some.names() == std::vector<std::string>{"a", "c"});
  CHECK(some.at<int>("a") == 1);
  CHECK(some.read<int>("a")->revision == open.space.read<int>("a")->revision);
  const bulletin::Snapshot all = client.read_all("board");
  REQUIRE(all.size() == 3);
  for (const auto& entry : all) {
    CAPTURE(entry.name);
    REQUIRE(entry.lease);
    CHECK(entry.lease->ephemeral == (entry.name == "c"));
    CHECK((entry.lease->ttl.count() > 0) == (entry.name == "b"));
  }
  CHECK(client.read("nothing", {"x"}).empty());
  CHECK(client.read_all("nothing").empty());
  CHECK(client.read("board", {}).empty());
  CHECK(code_of([&] { client.read("board", {"_private"}); }) == Errc::rejected);
  CHECK(code_of([&] { client.read("", {"x"}); }) == Errc::rejected);
}

TEST_CASE("more than one answer holds is read in parts") {
  const OpenBoard open;
  const std::string large(60'000, 'x');
  std::vector<std::string> names;
  for (int i = 0; i != 10; ++i) {
    names.push_back("n" + std::to_string(i));
    open.space.post(names.back(), large + std::to_string(i));
  }
  open.space.flush();
  const bulletin::Snapshot some = open.client.read("board", names);
  const bulletin::Snapshot all = open.client.read_all("board");
  for (int i = 0; i != 10; ++i) {
    CHECK(some.at<std::string>(names[i]) == large + std::to_string(i));
    CHECK(all.at<std::string>(names[i]) == large + std::to_string(i));
  }
}

TEST_CASE("a client is made of an endpoint alone") {
  const Board board;
  bulletin::Client client(board.endpoint());
  CHECK(client.endpoints() == board.endpoint());
  bulletin::Client other(board.endpoint().c_str());
  CHECK(other.endpoints() == board.endpoint());
}

TEST_CASE("a single call has a time limit of its own") {
  IpcBoard gone;
  bulletin::Client client = gone->client();
  const Namespace space = client.open("plant");
  gone->stop();
  REQUIRE(await([&] { return space.freshness().state == bulletin::Freshness::State::stale; }));
  const auto short_time = std::chrono::milliseconds(5);
  const auto failed = [](const auto& call) {
    const Errc code = code_of(call);
    return code == Errc::disconnected || code == Errc::in_doubt;
  };
  CHECK(failed([&] { space.set("x", 1, {.timeout = short_time}); }));
  CHECK(failed([&] { space.set_async("x", 1, {.timeout = short_time}).get(); }));
  CHECK(failed([&] { space.compare_and_set("x", absent, 1, {.timeout = short_time}); }));
  CHECK(failed([&] { space.erase("x", short_time); }));
  CHECK(failed([&] { space.add("x", 1, short_time); }));
  CHECK(failed([&] { space.commit(bulletin::Transaction().set("x", 1), short_time); }));
  CHECK(failed([&] { space.sync(short_time); }));
  CHECK(failed([&] { client.read("plant", {"x"}, short_time); }));
}
