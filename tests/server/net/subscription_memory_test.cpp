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

TEST_CASE("What may not be read, and beginnings, are charged to each that subscribes to them") {
  SubscriptionTable table(1);
  const auto one = connection(1);
  const auto other = connection(2);
  for (const auto& subscriber : {one.get(), other.get()}) {
    CHECK(table.subscribe(*subscriber, wire::topic_of("hidden"), Rights()) ==
          SubscriptionTable::Outcome::refused);
    CHECK(table.subscribe(*subscriber, "hid", all_rights()) ==
          SubscriptionTable::Outcome::subscribed);
  }
  CHECK(one->topic_bytes > 100);
  CHECK_FALSE(table.has(wire::topic_of("hidden")));
  CHECK(table.in_beginnings_of(wire::topic_of("hidden")).size() == 2);
  CHECK(table.events() == 0);
  for (const auto& subscriber : {one.get(), other.get()}) {
    table.unsubscribe(*subscriber, wire::topic_of("hidden"));
    table.unsubscribe(*subscriber, "hid");
    table.unsubscribe(*subscriber, "hid");
    CHECK(subscriber->topic_bytes == 0);
  }
  CHECK(table.in_beginnings_of(wire::topic_of("hidden")).empty());
}

TEST_CASE("Subscriptions are charged with the memory that they take, whatever takes it") {
  struct Kind {
    const char* what;
    std::string name;
    std::size_t connections;
    bool heard;
    bool whole;
  };
  const Kind kinds[] = {{"short namespaces", "", 1, true, true},
                        {"long namespaces", std::string(200, 'n'), 1, true, true},
                        {"namespaces of many", "", 20, true, true},
                        {"namespaces that may not be read", "", 1, false, true},
                        {"beginnings", "", 1, true, false},
                        {"long beginnings", std::string(1000, 'b'), 1, true, false}};
  for (const Kind& kind : kinds) {
    const std::size_t before = heap_bytes();
    SubscriptionTable table(1);
    BeatSchedule beats(std::chrono::milliseconds(1000), 1);
    test::Desk desk;
    std::vector<std::unique_ptr<Connection>> connections;
    for (std::size_t i = 0; i != kind.connections; ++i) connections.push_back(connection(i));
    for (int i = 0; i != 20'000; ++i) {
      const std::string space = kind.name + std::to_string(i);
      for (const auto& subscriber : connections)
        table.subscribe(*subscriber, kind.whole ? wire::topic_of(space) : space,
                        kind.heard ? all_rights() : Rights());
      for (const SubscriptionTable::Event& event : table.take_events()) {
        if (!beats.add(event.space, BeatSchedule::Time())) continue;
        desk.authority.apply({{}, authority::PinNamespace{event.space}});
        desk.authority.commit();
      }
    }
    std::size_t charged = 0;
    for (const auto& subscriber : connections) charged += subscriber->topic_bytes;
    const std::size_t heap = heap_bytes() - std::min(before, heap_bytes());
    std::cout << kind.what << ": " << heap << " bytes of memory, charged with " << charged
              << ": factor " << static_cast<double>(heap) / static_cast<double>(charged) << "\n";
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
