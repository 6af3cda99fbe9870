#include "server/net/interest.hpp"

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
using test::all_rights;
using test::connection;

TEST_CASE("The end of a subscription moves one other hearer at most, however many there are") {
  Interest interest;
  const std::string topic = wire::topic_of("plant");
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i != 1000; ++i) {
    connections.push_back(connection(i));
    interest.subscribe(*connections.back(), topic, all_rights());
    interest.subscribe(*connections.back(), "pla", all_rights());
  }
  for (const std::size_t place : {std::size_t{0}, std::size_t{17}, std::size_t{500}}) {
    const std::vector<Connection*> before(interest.in(topic).begin(), interest.in(topic).end());
    interest.unsubscribe(*before[place], topic);
    const auto after = interest.in(topic);
    REQUIRE(after.size() == before.size() - 1);
    int moved = 0;
    for (std::size_t i = 0; i != after.size(); ++i) moved += after[i] == before[i] ? 0 : 1;
    CHECK(moved == 1);
    CHECK(std::find(after.begin(), after.end(), before[place]) == after.end());
    CHECK(interest.in_beginnings_of(topic) == std::vector<Connection*>{before[place]});
    interest.unsubscribe(*before[place], "pla");
  }
  // All can still leave, in any order.
  for (std::size_t i = 0; i != connections.size(); ++i) {
    Connection& each = *connections[(i * 7) % connections.size()];
    std::size_t most = 10;
    CHECK(interest.forget(each, most));
    CHECK(each.topic_bytes == 0);
  }
  CHECK_FALSE(interest.has(topic));
  CHECK(interest.in_beginnings_of(topic).empty());
}

TEST_CASE("Of a connection with many subscriptions so many end in a turn as are asked for") {
  Interest interest;
  const auto stays = connection(1);
  const auto leaves = connection(2);
  for (int i = 0; i != 1000; ++i) {
    const std::string topic = wire::topic_of("n" + std::to_string(i));
    interest.subscribe(*leaves, topic, all_rights());
    if (i % 2 == 0) interest.subscribe(*stays, topic, all_rights());
  }
  interest.take_events();
  std::size_t most = 300;
  CHECK_FALSE(interest.forget(*leaves, most));
  CHECK(most == 0);
  CHECK_FALSE(interest.forget(*leaves, most));
  CHECK(leaves->topics.size() == 700);
  most = 1000;
  CHECK(interest.forget(*leaves, most));
  CHECK(most == 300);
  CHECK(leaves->topic_bytes == 0);
  CHECK(stays->topics.size() == 500);
  CHECK(interest.take_events().size() == 500);
}

TEST_CASE("Subscriptions that have ended give their memory back") {
  Interest interest;
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i != 500; ++i) {
    connections.push_back(connection(i));
    for (int n = 0; n != 500; ++n)
      interest.subscribe(*connections.back(), wire::topic_of(std::to_string(n)), all_rights());
  }
  const std::string first = wire::topic_of("0");
  for (const auto& each : connections) {
    for (int n = 0; n != 500; ++n) {
      const std::string topic = wire::topic_of(std::to_string(n));
      if (topic != first) interest.unsubscribe(*each, topic);
    }
    CHECK(each->topics.size() == 1);
    CHECK(each->topics.capacity() < 64);
  }
  for (std::size_t i = 1; i != connections.size(); ++i) {
    std::size_t most = 1;
    interest.forget(*connections[i], most);
  }
  CHECK(interest.in(first).size() == 1);
}
