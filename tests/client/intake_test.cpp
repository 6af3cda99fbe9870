#include "client/intake.hpp"

#include <string>
#include <thread>

#include "support/catch.hpp"

using bulletin::Revision;
using bulletin::client::Intake;
using bulletin::client::SteadyTime;

namespace {

Intake::Added add(Intake& intake, std::string_view transaction, SteadyTime deadline) {
  return intake.add({nullptr, bulletin::replica::CrossThreadString(transaction)}, {}, deadline);
}

SteadyTime now() { return std::chrono::steady_clock::now(); }
SteadyTime in_a_minute() { return now() + std::chrono::minutes(1); }

std::string taken(Intake& intake) {
  std::string all;
  for (const auto& chunk : intake.take()) {
    for (const Intake::Entry& each : chunk) all += each.write.transaction;
  }
  return all;
}

}  // namespace

TEST_CASE("What was added is taken in its order, and only the first has to be told of") {
  Intake intake(1 << 20);
  CHECK(add(intake, "a", now()) == Intake::Added::first);
  CHECK(add(intake, "b", now()) == Intake::Added::more);
  CHECK(add(intake, "c", now()) == Intake::Added::more);
  CHECK(taken(intake) == "abc");
  CHECK(taken(intake).empty());
  CHECK(add(intake, "d", now()) == Intake::Added::first);
  CHECK(taken(intake) == "d");
}

TEST_CASE("Any number is taken in its order") {
  Intake intake(1 << 20);
  std::string all;
  for (int i = 0; i != 1000; ++i) {
    const std::string transaction = std::to_string(i) + ' ';
    all += transaction;
    add(intake, transaction, in_a_minute());
  }
  CHECK(taken(intake) == all);
  CHECK(taken(intake).empty());
}

TEST_CASE("Past its bound an intake takes nothing until its deadline, or until there is room") {
  Intake intake(1);
  CHECK(add(intake, "a", now()) == Intake::Added::first);
  CHECK(add(intake, "b", now()) == Intake::Added::full);
  auto added = Intake::Added::full;
  std::thread waiting([&] { added = add(intake, "c", in_a_minute()); });
  CHECK(taken(intake) == "a");
  waiting.join();
  CHECK(added == Intake::Added::first);
  CHECK(taken(intake) == "c");
}

TEST_CASE("A closed intake accepts nothing, and gives out what it has") {
  Intake intake(1);
  CHECK(add(intake, "a", now()) == Intake::Added::first);
  auto added = Intake::Added::full;
  std::thread waiting([&] { added = add(intake, "b", in_a_minute()); });
  intake.close();
  waiting.join();
  CHECK(added == Intake::Added::closed);
  CHECK(add(intake, "c", in_a_minute()) == Intake::Added::closed);
  CHECK(taken(intake) == "a");
}
