// What waits for no thread, not even for one that applies: it holds the apply lock all the time.
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <bulletin/bulletin.hpp>

#include "client/opened_client.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin::test;
using bulletin::Freshness;

TEST_CASE("reads and freshness and limits do not wait while something is applied") {
  const Board board;
  OpenedClient opened(board.options());
  const bulletin::Namespace space = opened.client.open("plant");
  space.set("speed", 3.5);
  space.set("mode", "slow");
  const auto speed = space.attribute<double>("speed");
  const auto mode = space.attribute<std::string>("mode");
  REQUIRE(await([&] { return space.freshness().state == Freshness::State::connected; }));
  const std::map<std::string, std::function<bool()>> calls = {
      {"freshness", [&] { return space.freshness().state != Freshness::State::stale; }},
      {"limits", [&] { return opened.client.limits() == bulletin::Limits(); }},
      {"revision", [&] { return space.revision() > bulletin::Revision(); }},
      {"size", [&] { return space.size() == 2; }},
      {"empty", [&] { return !space.empty(); }},
      {"get", [&] { return space.get<double>("speed") == 3.5; }},
      {"at", [&] { return space.at<std::string>("mode") == "slow"; }},
      {"get_or", [&] { return space.get_or("none", 1) == 1; }},
      {"read", [&] { return space.read<double>("speed")->value == 3.5; }},
      {"contains", [&] { return space.contains("mode"); }},
      {"Attribute::get", [&] { return speed.get() == 3.5; }},
      {"Attribute::read", [&] { return mode.read()->value == "slow"; }},
      {"uri", [&] { return !space.uri().empty(); }},
      {"owner", [&] { return speed.owner().name() == "plant"; }},
  };
  std::map<std::string, std::future<bool>> results;  // waited for in the end, without the lock
  const auto applying = opened.inside->lock();
  for (const auto& [name, call] : calls) {
    CAPTURE(name);
    std::future<bool>& result = results[name] = std::async(std::launch::async, call);
    REQUIRE(result.wait_for(patience) == std::future_status::ready);
    CHECK(result.get());
  }
}

TEST_CASE("freshness turns stale by itself while something is applied for ever") {
  const Board board;
  OpenedClient opened(board.options());
  const bulletin::Namespace space = opened.client.open("plant");
  REQUIRE(await([&] { return space.freshness().state == Freshness::State::connected; }));
  const auto applying = opened.inside->lock();
  CHECK(await([&] { return space.freshness().state == Freshness::State::stale; }));
}
