#include "client/intake.hpp"

#include <string>
#include <thread>

#include "support/catch.hpp"

using bulletin::Revision;
using bulletin::client::Intake;
using bulletin::client::SteadyTime;

namespace {

Intake::Entry entry(std::string_view transaction) {
  return {{nullptr, bulletin::replica::CrossThreadString(transaction)}, {}};
}

SteadyTime now() { return std::chrono::steady_clock::now(); }
SteadyTime in_a_minute() { return now() + std::chrono::minutes(1); }

std::string taken(Intake& intake) {
  std::vector<Intake::Entry> entries;
  intake.take(entries);
  std::string all;
  for (const Intake::Entry& each : entries) all += each.write.transaction;
  return all;
}

}  // namespace

TEST_CASE("What was added is taken in its order, and only the first has to be told of") {
  Intake intake(1 << 20);
  CHECK(intake.add(entry("a"), now()) == Intake::Added::first);
  CHECK(intake.add(entry("b"), now()) == Intake::Added::more);
  CHECK(intake.add(entry("c"), now()) == Intake::Added::more);
  CHECK(taken(intake) == "abc");
  CHECK(taken(intake).empty());
  CHECK(intake.add(entry("d"), now()) == Intake::Added::first);
  CHECK(taken(intake) == "d");
}

TEST_CASE("Past its bound an intake takes nothing until its deadline, or until there is room") {
  Intake intake(1);
  CHECK(intake.add(entry("a"), now()) == Intake::Added::first);
  CHECK(intake.add(entry("b"), now()) == Intake::Added::full);
  auto added = Intake::Added::full;
  std::thread waiting([&] { added = intake.add(entry("c"), in_a_minute()); });
  CHECK(taken(intake) == "a");
  waiting.join();
  CHECK(added == Intake::Added::first);
  CHECK(taken(intake) == "c");
}

TEST_CASE("A closed intake accepts nothing, and gives out what it has") {
  Intake intake(1);
  CHECK(intake.add(entry("a"), now()) == Intake::Added::first);
  auto added = Intake::Added::full;
  std::thread waiting([&] { added = intake.add(entry("b"), in_a_minute()); });
  intake.close();
  waiting.join();
  CHECK(added == Intake::Added::closed);
  CHECK(intake.add(entry("c"), in_a_minute()) == Intake::Added::closed);
  CHECK(taken(intake) == "a");
}
