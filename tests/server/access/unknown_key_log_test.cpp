#include "server/access/unknown_key_log.hpp"

#include "support/catch.hpp"

using bulletin::server::UnknownKeyLog;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const UnknownKeyLog::Time first_time{std::chrono::hours(1)};

}  // namespace

TEST_CASE("A key that is refused again and again is told of once in a while") {
  UnknownKeyLog log;
  CHECK(log.should_log("key", first_time));
  for (int i = 0; i != 1000; ++i) CHECK_FALSE(log.should_log("key", first_time + seconds(i % 500)));
  CHECK(log.should_log("another", first_time + seconds(500)));
  CHECK(log.should_log("key", first_time + minutes(10)));
}

TEST_CASE("A flood of strange keys does not fill the log and hides no later one for long") {
  UnknownKeyLog log;
  std::size_t told = 0;
  for (int i = 0; i != 100'000; ++i) {
    const auto now = first_time + std::chrono::milliseconds(i);  // 100 seconds
    if (log.should_log(std::to_string(i), now)) ++told;
  }
  CHECK(told == 10 * UnknownKeyLog::most_in_interval);
  CHECK(log.should_log("mine", first_time + seconds(111)));
}
