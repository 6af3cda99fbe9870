#include "server/net/subscription_table.hpp"

#include <malloc.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "authority/desk.hpp"
#include "server/net/connection.hpp"
#include "server/net/readers.hpp"
#include "service/beat_schedule.hpp"
#include "support/catch.hpp"
#include "wire/update.hpp"

using namespace bulletin;
using namespace bulletin::server;
using namespace bulletin::service;
using test::all_rights;
using test::connection;

namespace {

/// What a subscription has around its topic, without keys.
constexpr std::size_t frame_bytes = 3;

std::size_t heap_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

TEST_CASE("The first that hears a namespace is charged for it, and after that the next") {
  SubscriptionTable table(1);
  const auto first = connection(1);
  const auto second = connection(2);
  const std::string topic = wire::topic_of("plant");
  table.subscribe(*first, topic, all_rights());
  table.subscribe(*second, topic, all_rights());
  const std::size_t of_first = first->topic_bytes;
  const std::size_t of_next = second->topic_bytes;
  CHECK(of_first > of_next + 500);
  table.subscribe(*first, topic, all_rights());
  CHECK(first->topic_bytes == of_first);
  table.unsubscribe(*first, topic);
  CHECK(first->topic_bytes == 0);
  CHECK(second->topic_bytes == of_first);
  table.subscribe(*first, topic, all_rights());
  CHECK(first->topic_bytes == of_next);
  std::size_t most = 10;
  CHECK(table.forget(*second, most));
  CHECK(most == 9);
  CHECK(second->topic_bytes == 0);
  CHECK(first->topic_bytes == of_first);
  CHECK(table.forget(*first, most));
  CHECK(first->topic_bytes == 0);
  CHECK_FALSE(table.has(topic));
}

TEST_CASE("Beginnings are charged to each that subscribes to them") {
  SubscriptionTable table(1);
  const auto one = connection(1);
  const auto other = connection(2);
  for (const auto& subscriber : {one.get(), other.get()})
    CHECK(table.subscribe(*subscriber, "hid", all_rights()) ==
          SubscriptionTable::Outcome::subscribed);
  CHECK(one->topic_bytes > 100);
  CHECK(table.in_beginnings_of(wire::topic_of("hidden")).size() == 2);
  CHECK(table.events() == 0);
  for (const auto& subscriber : {one.get(), other.get()}) {
    table.unsubscribe(*subscriber, "hid");
    table.unsubscribe(*subscriber, "hid");
    CHECK(subscriber->topic_bytes == 0);
  }
  CHECK(table.in_beginnings_of(wire::topic_of("hidden")).empty());
}

TEST_CASE("Of what can never be heard nothing is kept") {
  const auto one = connection(1);
  SubscriptionTable table(1);
  const std::size_t before = heap_bytes();
  const auto refused = [&](const std::string& topic, const Rights& rights) {
    return table.subscribe(*one, topic, rights) == SubscriptionTable::Outcome::refused;
  };
  for (int i = 0; i != 10'000; ++i) {
    const std::string number = std::to_string(i);
    REQUIRE(refused(wire::topic_of("hidden" + number), Rights()));
    REQUIRE(refused(wire::topic_of("no//name" + number), all_rights()));
    REQUIRE(refused("a" + std::string(1, '\0') + number, all_rights()));
    REQUIRE(refused(std::string(256, 'b') + number, all_rights()));
  }
  CHECK(one->topics.empty());
  CHECK(one->topic_bytes == 0);
  CHECK(table.events() == 0);
  CHECK(heap_bytes() < before + (64u << 10));
  CHECK_FALSE(table.has(wire::topic_of("hidden0")));
}

TEST_CASE("The beginnings that one connection subscribes to have a bound") {
  SubscriptionTable table(1);
  const auto one = connection(1);
  const auto other = connection(2);
  const auto beginning = [](std::size_t i) { return "a/" + std::to_string(i) + "/"; };
  for (std::size_t i = 0; i != SubscriptionTable::most_beginnings; ++i)
    REQUIRE(table.subscribe(*one, beginning(i), all_rights()) ==
            SubscriptionTable::Outcome::subscribed);
  CHECK(table.subscribe(*one, "b", all_rights()) == SubscriptionTable::Outcome::too_many);
  CHECK(table.subscribe(*one, beginning(0), all_rights()) ==
        SubscriptionTable::Outcome::subscribed);
  CHECK(table.subscribe(*one, wire::topic_of("b"), all_rights()) ==
        SubscriptionTable::Outcome::subscribed);
  CHECK(table.subscribe(*other, "b", all_rights()) == SubscriptionTable::Outcome::subscribed);
  CHECK(table.in_beginnings_of(wire::topic_of("b")) == std::vector<Connection*>{other.get()});
  table.unsubscribe(*one, beginning(7));
  CHECK(table.subscribe(*one, "c", all_rights()) == SubscriptionTable::Outcome::subscribed);
  std::size_t most = 1'000;
  CHECK(table.forget(*one, most));
  CHECK(one->beginnings == 0);
}

TEST_CASE("Subscriptions are charged with the memory that they take, whatever takes it") {
  struct Kind {
    const char* what;
    std::string name;
    std::size_t connections;
    std::size_t count;
    bool whole;
  };
  const Kind kinds[] = {
      {"short namespaces", "", 1, 20'000, true},
      {"long namespaces", std::string(200, 'n'), 1, 20'000, true},
      {"namespaces of many", "", 20, 20'000, true},
      {"beginnings", "", 20, SubscriptionTable::most_beginnings, false},
      {"long beginnings", std::string(250, 'b'), 20, SubscriptionTable::most_beginnings, false}};
  for (const Kind& kind : kinds) {
    std::vector<std::unique_ptr<Connection>> connections;
    for (std::size_t i = 0; i != kind.connections; ++i) connections.push_back(connection(i));
    const std::size_t before = heap_bytes();
    SubscriptionTable table(1);
    BeatSchedule beats(std::chrono::milliseconds(1000), 1);
    test::Desk desk;
    std::size_t sent = 0;
    for (std::size_t i = 0; i != kind.count; ++i) {
      for (const auto& subscriber : connections) {
        // Those that are not whole are others for each.
        const std::string space =
            kind.name + std::to_string(kind.whole ? i : i * kind.connections + subscriber->id);
        const std::string topic = kind.whole ? wire::topic_of(space) : space;
        sent += topic.size() + frame_bytes;
        REQUIRE(table.subscribe(*subscriber, topic, all_rights()) ==
                SubscriptionTable::Outcome::subscribed);
      }
      for (const SubscriptionTable::Event& event : table.take_events()) {
        if (!beats.add(event.space, BeatSchedule::Time())) continue;
        desk.authority.apply({{}, authority::PinNamespace{event.space}});
        desk.authority.commit();
      }
    }
    std::size_t charged = 0;
    for (const auto& subscriber : connections) charged += subscriber->topic_bytes;
    const std::size_t heap = heap_bytes() - std::min(before, heap_bytes());
    std::cout << kind.what << ": " << sent << " bytes sent, " << heap
              << " bytes of memory, charged with " << charged << ": factor "
              << static_cast<double>(heap) / static_cast<double>(charged) << ", "
              << static_cast<double>(heap) / static_cast<double>(sent) << " for a byte sent\n";
    INFO(kind.what);
    CHECK(static_cast<double>(heap) <= 1.2 * static_cast<double>(charged));
  }
}

TEST_CASE("Namespaces that come and go between two beats do not pile up") {
  const BeatSchedule::Time now(std::chrono::hours(1));
  BeatSchedule beats(std::chrono::milliseconds(1000), 1);
  beats.add("stays", now);
  const std::size_t before = heap_bytes();
  for (int i = 0; i != 100'000; ++i) {
    const std::string space = "n" + std::to_string(i);
    REQUIRE(beats.add(space, now));
    REQUIRE(beats.remove(space));
  }
  CHECK(heap_bytes() < before + (64u << 10));
  std::string beaten;
  beats.pass(now + std::chrono::milliseconds(1000), [&](std::string_view name) { beaten += name; });
  CHECK(beaten == "stays");
}
