#include "durability/history_text.hpp"

#include "support/catch.hpp"

using namespace bulletin::durability;

namespace {

constexpr Time ms = 1'000'000;

History told_history() {
  History history;
  history.began = 5 * ms;
  history.writes = {{Kind::set, "r", 1, 0, 6 * ms, 8 * ms, Outcome::applied, 100},
                    {Kind::compare_and_set, "s", 2, 90, 9 * ms, 11 * ms, Outcome::lost, 0}};
  history.sights = {{3, "r", 1, 100, 9 * ms + 500'000, 7 * ms}};
  history.last = {{0, "r", 1, 100, 20 * ms, 0}};
  history.events = {{7 * ms, "the broker is killed"}};
  return history;
}

}  // namespace

TEST_CASE("a history is told in order of time") {
  CHECK(text_of(told_history()) ==
        std::vector<std::string>{
            "1.000 ms: set 'r' 1 begins",
            "2.000 ms: * the broker is killed",
            "3.000 ms: set 'r' 1 ends: applied, revision 100",
            "4.000 ms: compare_and_set 's' 2 over 90 begins",
            "4.500 ms: observer 3 sees 'r' 1, revision 100, by a sync that took 2.500 ms",
            "6.000 ms: compare_and_set 's' 2 over 90 ends: lost",
            "15.000 ms: the end sees 'r' 1, revision 100",
        });
}

TEST_CASE("a finding is explained by what befell its attribute, and what was done to the broker") {
  CHECK(text_around(told_history(), {"s", 10 * ms, "lost"}) ==
        std::vector<std::string>{
            "2.000 ms: * the broker is killed",
            "4.000 ms: compare_and_set 's' 2 over 90 begins",
            "6.000 ms: compare_and_set 's' 2 over 90 ends: lost",
        });
}

TEST_CASE("of a long history only the time around a finding explains it") {
  History history = told_history();
  for (Time at = 1; at != 1000; ++at) history.sights.push_back({4, "r", 1, 100, (20 + at) * ms, 0});
  const std::vector<std::string> lines = text_around(history, {"r", 520 * ms, "went back"});
  CHECK(lines.size() == 81);
  CHECK(lines.front() == "2.000 ms: * the broker is killed");
  CHECK(lines[1].starts_with("455.000 ms"));
  CHECK(lines.back().starts_with("534.000 ms"));
}
