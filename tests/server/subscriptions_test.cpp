#include "server/subscriptions.hpp"

#include "support/catch.hpp"
#include "wire/limits.hpp"
#include "wire/update.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

SubscriptionNews taken(const std::string& message) {
  SubscriptionBook book;
  SubscriptionNews news;
  take_subscription(message, book, news);
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

TEST_CASE("What is subscribed to is counted until the last of its subscribers leaves") {
  SubscriptionBook book;
  SubscriptionNews news;
  const auto say = [&](char what, const std::string& topic) {
    take_subscription(std::string(1, what) + topic, book, news);
  };
  say(1, wire::topic_of("a"));
  const std::size_t one = book.bytes();
  CHECK(one >= 2);
  CHECK(book.has_namespace("a"));
  say(1, wire::topic_of("a"));
  say(1, std::string(500, 'x'));
  CHECK(book.bytes() >= 2 * one + 500);
  CHECK_FALSE(book.has_namespace("x"));
  say(0, wire::topic_of("a"));
  CHECK_FALSE(book.has_namespace("a"));
  say(0, std::string(500, 'x'));
  CHECK(book.bytes() == 0);
  say(0, "never subscribed to");
  CHECK(book.bytes() == 0);
  say(1, "any");
  book.clear();
  CHECK(book.bytes() == 0);
}
