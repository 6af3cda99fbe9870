#include "cli/overview.hpp"

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::cli;

namespace {

Sighting sighting(int second, std::uint64_t requests, std::uint64_t changes) {
  Sighting seen;
  seen.at = std::chrono::steady_clock::time_point(std::chrono::seconds(second));
  seen.endpoint = "tcp://hub:5570";
  seen.round_trip = std::chrono::microseconds(84);
  seen.broker = {{"version", "0.1.0"},
                 {"uptime", 90 * 60},
                 {"data", "sync"},
                 {"requests", requests},
                 {"attribute_bytes", 1'414},
                 {"attributes", 12'345'678},
                 {"namespaces", 3},
                 {"missed", 7},
                 {"clients", 3}};
  seen.sessions = {{"1", Map{{"name", "arm"}}},
                   {"2", Map{{"name", "\n"}}},
                   {"3", Map{{"name", "arm"}}},
                   {"4", Map{}},
                   {"5", Map{{"name", "arm"}, {"host", "robot7"}}},
                   {"6", Map{{"name", "arm"}, {"host", "robot\x1b"}}}};
  seen.namespaces = {"a", "b", "c"};
  seen.states = {
      {Revision(1), 10, 1, 50}, {Revision(2), changes, 2, 100}, {Revision(3), 20, 9, 999}};
  return seen;
}

bool has(const std::vector<std::string>& lines, const std::string& part) {
  for (const std::string& line : lines) {
    if (line.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("an overview has rates of the time between, and what there is") {
  const auto lines = overview(sighting(10, 1000, 0), sighting(12, 4000, 5), 30);
  CHECK(lines.at(0) ==
        "tcp://hub:5570  version 0.1.0, up 1 h 30 min, data: sync, round trip 0.084 ms");
  CHECK(has(lines, "3 namespaces, 12.3M attributes, 1.41 kB"));
  CHECK(has(lines, "1.50k requests, 0 commits"));
  CHECK(has(lines, "7 updates that slow ones missed, 0 a second"));
  CHECK(has(lines, "arm 2"));
  CHECK(has(lines, "(no name) 1"));
  CHECK(has(lines, "\\n 1"));
  CHECK(has(lines, "arm@robot7 1"));
  CHECK(has(lines, "arm@robot\\u001b 1"));
}

TEST_CASE("in an overview what changes most comes first, then what is largest") {
  const auto lines = overview(sighting(10, 0, 0), sighting(12, 0, 5), 30);
  const std::size_t last = lines.size();
  CHECK(lines.at(last - 3) == "2.50       5        2           100    b");
  CHECK(lines.at(last - 2) == "0          20       9           999    c");
  CHECK(lines.at(last - 1) == "0          10       1           50     a");
}

TEST_CASE("an overview of a broker that was started anew counts from its beginning") {
  const auto lines = overview(sighting(10, 9000, 50), sighting(12, 10, 4), 30);
  CHECK(has(lines, "5 requests"));
  CHECK(has(lines, "2          4        2           100    b"));
}

TEST_CASE("an overview keeps to the rows that there are, and says what it leaves out") {
  const auto lines = overview(sighting(10, 0, 0), sighting(12, 0, 5), 0);
  CHECK(lines.back() == "and 2 more");
  Sighting many = sighting(12, 0, 5);
  many.more_namespaces = true;
  CHECK(overview(sighting(10, 0, 0), many, 30).back() == "of the first 3 namespaces");
}
