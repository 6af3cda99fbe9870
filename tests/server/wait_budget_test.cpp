#include "server/wait_budget.hpp"

#include "support/catch.hpp"

using bulletin::server::WaitBudget;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("A reader is waited for a little at once, and a hundredth of the time overall") {
  WaitBudget::Time now{};
  WaitBudget budget(now);
  for (int i = 0; i < 5; ++i) {
    CHECK(budget.allowance(now) == WaitBudget::most_at_once);
    budget.spend(WaitBudget::most_at_once);
  }
  CHECK(budget.allowance(now) == WaitBudget::Duration::zero());
  now += milliseconds(100);
  CHECK(budget.allowance(now) == milliseconds(1));
  budget.spend(milliseconds(1));
  CHECK(budget.allowance(now) == WaitBudget::Duration::zero());
}

TEST_CASE("Quiet times save up a few waits, not many") {
  WaitBudget::Time now{};
  WaitBudget budget(now);
  now += seconds(3600);
  WaitBudget::Duration waited{};
  while (budget.allowance(now) > WaitBudget::Duration::zero()) {
    waited += budget.allowance(now);
    budget.spend(budget.allowance(now));
  }
  CHECK(waited == WaitBudget::most_saved);
}

TEST_CASE("A wait that took longer than allowed leaves no debt") {
  WaitBudget::Time now{};
  WaitBudget budget(now);
  budget.spend(seconds(1));
  now += milliseconds(200);
  CHECK(budget.allowance(now) == milliseconds(2));
}
