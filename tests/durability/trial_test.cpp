#include "durability/trial.hpp"

#include "support/catch.hpp"

using namespace bulletin::durability;

TEST_CASE("a broker that is killed again and again under load loses nothing that it acknowledged") {
  TrialOptions options;
  options.length = std::chrono::seconds(8);
  options.round = std::chrono::seconds(4);
  const Verdict verdict = try_it(options);
  INFO(verdict.text());
  CHECK(verdict.violations.empty());
  CHECK(verdict.kills >= 4);
  CHECK(verdict.acknowledged > 100);
}

TEST_CASE("the same holds over keys") {
  TrialOptions options;
  options.length = std::chrono::seconds(6);
  options.round = std::chrono::seconds(6);
  options.keys = true;
  options.seed = 2;
  const Verdict verdict = try_it(options);
  INFO(verdict.text());
  CHECK(verdict.violations.empty());
  CHECK(verdict.kills >= 3);
  CHECK(verdict.acknowledged > 100);
}

TEST_CASE("the same holds over several hosts whose lines break and heal") {
  TrialOptions options;
  options.length = std::chrono::seconds(8);
  options.round = std::chrono::seconds(8);
  options.hosts = 5;
  options.seed = 3;
  const Verdict verdict = try_it(options);
  INFO(verdict.text());
  CHECK(verdict.violations.empty());
  CHECK(verdict.kills >= 2);
  CHECK(verdict.faults >= 10);
  CHECK(verdict.acknowledged > 100);
}
