#include "server/subscriptions.hpp"

#include "support/catch.hpp"
#include "wire/limits.hpp"
#include "wire/update.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

SubscriptionNews taken(const std::string& message) {
  SubscriptionNews news;
  take_subscription(message, news);
  return news;
}

}  // namespace

TEST_CASE("A namespace's topic tells who comes and goes") {
  const SubscriptionNews came = taken("\1" + wire::topic_of("plant/robot"));
  REQUIRE(came.events.size() == 1);
  CHECK(came.events[0].space == "plant/robot");
  CHECK(came.events[0].subscribed);
  const SubscriptionNews went = taken(std::string(1, '\0') + wire::topic_of("plant/robot"));
  REQUIRE(went.events.size() == 1);
  CHECK_FALSE(went.events[0].subscribed);
}

TEST_CASE("A nonce is answered when it comes, not when it goes") {
  const std::string nonce = "\xFF" + std::string(wire::nonce_bytes - 1, 'n');
  CHECK(taken("\1" + nonce).nonces == std::vector<std::string>{nonce});
  CHECK(taken(std::string(1, '\0') + nonce).nonces.empty());
}

TEST_CASE("Other topics, and messages that are no subscription, are passed over") {
  for (const std::string& message :
       {std::string(), std::string("\1"), std::string("\1name"), std::string("\2name\0", 6),
        std::string("\1a//b\0", 6), std::string("\1\xC0\xAF\0", 4), std::string("\1\xFF"),
        std::string("hello")}) {
    const SubscriptionNews news = taken(message);
    CHECK(news.events.empty());
    CHECK(news.nonces.empty());
  }
}
