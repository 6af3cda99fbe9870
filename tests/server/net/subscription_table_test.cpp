#include "server/net/subscription_table.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/net/connection.hpp"
#include "server/net/readers.hpp"
#include "support/catch.hpp"
#include "wire/update.hpp"

using namespace bulletin;
using namespace bulletin::server;
using namespace bulletin::service;
using test::all_rights;
using test::connection;

TEST_CASE("The end of a subscription moves one other hearer at most, however many there are") {
  SubscriptionTable table(1);
  const std::string topic = wire::topic_of("plant");
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i != 1000; ++i) {
    connections.push_back(connection(i));
    table.subscribe(*connections.back(), topic, all_rights());
    table.subscribe(*connections.back(), "pla", all_rights());
  }
  for (const std::size_t place : {std::size_t{0}, std::size_t{17}, std::size_t{500}}) {
    const std::vector<Connection*> before(table.in(topic).begin(), table.in(topic).end());
    table.unsubscribe(*before[place], topic);
    const auto after = table.in(topic);
    REQUIRE(after.size() == before.size() - 1);
    int moved = 0;
    for (std::size_t i = 0; i != after.size(); ++i) moved += after[i] == before[i] ? 0 : 1;
    CHECK(moved == 1);
    CHECK(std::find(after.begin(), after.end(), before[place]) == after.end());
    CHECK(table.in_beginnings_of(topic) == std::vector<Connection*>{before[place]});
    table.unsubscribe(*before[place], "pla");
  }
  // All can still leave, in any order.
  for (std::size_t i = 0; i != connections.size(); ++i) {
    Connection& each = *connections[(i * 7) % connections.size()];
    std::size_t most = 10;
    CHECK(table.forget(each, most));
    CHECK(each.topic_bytes == 0);
  }
  CHECK_FALSE(table.has(topic));
  CHECK(table.in_beginnings_of(topic).empty());
}

TEST_CASE("Of a connection with many subscriptions so many end in a turn as are asked for") {
  SubscriptionTable table(1);
  const auto stays = connection(1);
  const auto leaves = connection(2);
  for (int i = 0; i != 1000; ++i) {
    const std::string topic = wire::topic_of("n" + std::to_string(i));
    table.subscribe(*leaves, topic, all_rights());
    if (i % 2 == 0) table.subscribe(*stays, topic, all_rights());
  }
  table.take_events();
  std::size_t most = 300;
  CHECK_FALSE(table.forget(*leaves, most));
  CHECK(most == 0);
  CHECK_FALSE(table.forget(*leaves, most));
  CHECK(leaves->topics.size() == 700);
  most = 1000;
  CHECK(table.forget(*leaves, most));
  CHECK(most == 300);
  CHECK(leaves->topic_bytes == 0);
  CHECK(stays->topics.size() == 500);
  CHECK(table.take_events().size() == 500);
}

TEST_CASE("Subscriptions that have ended give their memory back") {
  SubscriptionTable table(1);
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i != 500; ++i) {
    connections.push_back(connection(i));
    for (int n = 0; n != 500; ++n)
      table.subscribe(*connections.back(), wire::topic_of(std::to_string(n)), all_rights());
  }
  const std::string first = wire::topic_of("0");
  for (const auto& each : connections) {
    for (int n = 0; n != 500; ++n) {
      const std::string topic = wire::topic_of(std::to_string(n));
      if (topic != first) table.unsubscribe(*each, topic);
    }
    CHECK(each->topics.size() == 1);
    CHECK(each->topics.capacity() < 64);
  }
  for (std::size_t i = 1; i != connections.size(); ++i) {
    std::size_t most = 1;
    table.forget(*connections[i], most);
  }
  CHECK(table.in(first).size() == 1);
}
