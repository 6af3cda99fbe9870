#include "server/stranger_log.hpp"

#include "support/catch.hpp"

using bulletin::server::StrangerLog;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const StrangerLog::Time beginning{std::chrono::hours(1)};

}  // namespace

TEST_CASE("A key that is refused again and again is told of once in a while") {
  StrangerLog log;
  CHECK(log.is_news("key", beginning));
  for (int i = 0; i != 1000; ++i) CHECK_FALSE(log.is_news("key", beginning + seconds(i % 500)));
  CHECK(log.is_news("another", beginning + seconds(500)));
  CHECK(log.is_news("key", beginning + minutes(10)));
}

TEST_CASE("A flood of strange keys does not fill the log and hides no later one for long") {
  StrangerLog log;
  std::size_t told = 0;
  for (int i = 0; i != 100'000; ++i) {
    const auto now = beginning + std::chrono::milliseconds(i);  // 100 seconds
    if (log.is_news(std::to_string(i), now)) ++told;
  }
  CHECK(told == 10 * StrangerLog::most_in_interval);
  CHECK(log.is_news("mine", beginning + seconds(111)));
}
