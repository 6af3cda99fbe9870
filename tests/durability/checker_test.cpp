#include "durability/checker.hpp"

#include "support/catch.hpp"

using namespace bulletin::durability;

namespace {

/// Two writers of "r", a counter "c", and a reader; nothing wrong with it.
History sound() {
  History history;
  history.writes = {
      {Kind::set, "r", 1, 0, 10, 20, Outcome::applied, 100},
      {Kind::set, "r", 2, 0, 15, 30, Outcome::in_doubt, 0},
      {Kind::compare_and_set, "r", 3, 100, 40, 50, Outcome::lost, 0},
      {Kind::compare_and_set, "r", 4, 103, 60, 70, Outcome::applied, 104},
      {Kind::set, "r", 5, 0, 71, 72, Outcome::not_applied, 0},
      {Kind::add, "c", 1, 0, 10, 20, Outcome::applied, 0},
      {Kind::add, "c", 0, 0, 11, 21, Outcome::in_doubt, 0},
      {Kind::add, "c", 3, 0, 30, 40, Outcome::applied, 0},
  };
  history.sights = {{1, "r", 1, 100, 21, 0},
                    {1, "r", 2, 103, 55, 0},
                    {1, "r", 4, 104, 80, 71},
                    {2, "r", 4, 104, 80, 0},
                    {1, "c", 3, 110, 50, 0}};
  history.last = {{0, "r", 4, 104, 90, 0}, {0, "c", 3, 110, 90, 0}};
  return history;
}

template <class Change>
std::string fault(Change change) {
  History history = sound();
  change(history);
  const std::vector<Finding> found = violations(history);
  return found.empty() ? "" : found.front().text;
}

bool has(const std::string& text, const std::string& part) {
  UNSCOPED_INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a sound history has no violations") { CHECK(violations(sound()).empty()); }

TEST_CASE("every kind of violation is found") {
  CHECK(has(fault([](History& h) { h.faults.push_back({"r", 1, "half"}); }), "half"));
  CHECK(has(fault([](History& h) { h.writes[3].revision = 99; }), "lower revision began"));
  CHECK(has(fault([](History& h) { h.writes[3].expected = 98; }), "came between"));
  CHECK(has(fault([](History& h) {
              h.writes[1].outcome = Outcome::not_applied;
              h.writes[3].outcome = Outcome::not_applied;
            }),
            "of revision 100 to nobody"));
  CHECK(has(fault([](History& h) { h.writes[7].value = 1; }), "by two additions"));
  CHECK(has(fault([](History& h) { h.writes[5].value = 4; }), "lower addition began"));
  CHECK(has(fault([](History& h) { h.last[1].value = 1; }), "but its sum is 1"));
  CHECK(has(fault([](History& h) { h.last[1].value = 4; }), "but its sum is 4"));
  CHECK(has(fault([](History& h) { h.sights[0].value = 7; }), "nobody wrote"));
  CHECK(has(fault([](History& h) { h.sights[1].value = 5; }), "refused"));
  CHECK(has(fault([](History& h) { h.sights[0].at = 5; }), "before that was written"));
  CHECK(has(fault([](History& h) { h.sights[3].revision = 105; }), "more than once"));
  CHECK(has(fault([](History& h) { h.sights.push_back({1, "r", 2, 103, 81, 0}); }), "went back"));
  CHECK(has(fault([](History& h) { h.sights.push_back({3, "r", 2, 103, 81, 75}); }), "synced"));
  CHECK(has(fault([](History& h) { h.last[0] = {0, "r", 2, 103, 90, 0}; }), "acknowledged"));
  CHECK(has(fault([](History& h) {
              h.last[0] = {0, "r", 1, 100, 90, 0};
              h.writes[3].outcome = Outcome::in_doubt;
            }),
            "gone"));
}
