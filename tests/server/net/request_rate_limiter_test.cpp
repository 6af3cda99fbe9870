#include "server/net/request_rate_limiter.hpp"

#include "support/catch.hpp"

using namespace bulletin;
using namespace std::chrono_literals;
using authority::Account;
using server::RequestRateLimiter;

namespace {

int taken(RequestRateLimiter& rates, const Account& user) {
  int requests = 0;
  for (; requests != 1000 && rates.allows(user); ++requests) rates.count(user);
  return requests;
}

}  // namespace

TEST_CASE("A user sends as many requests in a second as it may and others are not concerned") {
  Account limited;
  limited.quota[authority::Resource::requests_per_second] = 10;
  const Account unlimited;
  RequestRateLimiter rates;
  const RequestRateLimiter::Time start{};
  rates.set_time(start);
  CHECK(taken(rates, limited) == 10);
  CHECK(taken(rates, unlimited) == 1000);
  rates.set_time(start + 500ms);
  CHECK(taken(rates, limited) == 5);
  rates.set_time(start + 550ms);
  CHECK(taken(rates, limited) == 0);
  rates.set_time(start + 1h);
  CHECK(taken(rates, limited) == 10);
}

TEST_CASE("A quota of requests that changes holds from then on") {
  Account user;
  std::uint64_t& quota = user.quota[authority::Resource::requests_per_second];
  quota = 1;
  RequestRateLimiter rates;
  const RequestRateLimiter::Time start{};
  rates.set_time(start);
  CHECK(taken(rates, user) == 1);
  quota = authority::no_quota;
  CHECK(taken(rates, user) == 1000);
  quota = 100;
  rates.set_time(start + 100ms);
  CHECK(taken(rates, user) == 10);
}
