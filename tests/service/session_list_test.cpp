#include "service/session_list.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::service;

TEST_CASE("The list tells each session's client and since when it is there") {
  SessionList list;
  list.opened({7, "", "robot", 0, ""}, SessionList::WallTime(std::chrono::milliseconds(1234)));
  const auto attributes = list.attributes();
  REQUIRE(attributes.size() == 1);
  CHECK(attributes.at("7") == Value(Map{{"name", "robot"}, {"since", 1234}}));
  list.opened({8, "alice", "robot", 0, "hall-7"},
              SessionList::WallTime(std::chrono::milliseconds(1234)));
  CHECK(list.attributes().at("8") ==
        Value(Map{{"name", "robot"}, {"user", "alice"}, {"host", "hall-7"}, {"since", 1234}}));
}

TEST_CASE("Sessions that were closed, or live no more, are off the list") {
  SessionList list;
  for (std::uint64_t number = 1; number <= 5; ++number) list.opened({number, "u", "c", 0, ""}, {});
  list.closed(1);
  list.closed(99);
  list.keep(std::vector<std::uint64_t>{2, 4, 9});
  const auto attributes = list.attributes();
  CHECK(attributes.size() == 2);
  CHECK(attributes.contains("2"));
  CHECK(attributes.contains("4"));
}
