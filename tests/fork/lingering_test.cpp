// Namespaces that close when nobody has a handle, on both sides of a fork.
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "client/opened_client.hpp"
#include "fork/child.hpp"
#include "fork/outside_broker.hpp"
#include "support/catch.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Namespace;

namespace {

bulletin::ClientOptions lingering(const OutsideBroker& broker, std::chrono::milliseconds linger) {
  bulletin::ClientOptions options = impatient(patience);
  options.endpoint = broker.endpoint();
  options.namespace_linger = linger;
  return options;
}

}  // namespace

TEST_CASE("a child opens at once what its parent had open without a handle") {
  OutsideBroker broker;
  bulletin::Client client(lingering(broker, std::chrono::hours(1)));
  client.open("family").set("x", 1);
  client.open("family").set("_own", 2);
  broker.stop();
  Child child([&](const Parent& parent) {
    parent.tell(std::to_string(client.open("family").at<int>("x")));
    parent.tell(std::to_string(client.open("family").at<int>("_own")));
  });
  CHECK(child.line() == "1");
  CHECK(child.line() == "2");
  CHECK(child.wait() == 0);
}

TEST_CASE("a namespace closes in the child when its handles there have gone, also a watched one") {
  OutsideBroker broker;
  OpenedClient opened(lingering(broker, 0ms));
  std::optional<Namespace> space = opened.client.open("family");
  std::optional<Namespace> watched = opened.client.open("watched");
  space->set("x", 1);
  std::optional<bulletin::Subscription> subscription = watched->watch([](const auto&) {});
  Child child([&](const Parent& parent) {
    parent.tell(std::to_string(space->at<int>("x")));
    space.reset();
    watched.reset();
    subscription.reset();
    parent.tell(opened.closes("family") ? "closed" : "open");
    parent.tell(opened.closes("watched") ? "closed" : "open");
    parent.tell(std::to_string(opened.client.open("family").add("x", 1)));
  });
  for (const char* expected : {"1", "closed", "closed", "2"}) CHECK(child.line() == expected);
  CHECK(child.wait() == 0);
  CHECK(opened.has_open("family"));
  CHECK(opened.has_open("watched"));
  space->sync();
  CHECK(space->at<int>("x") == 2);
}

TEST_CASE("forks come while namespaces are opened and closed") {
  OutsideBroker broker;
  OpenedClient opened(lingering(broker, 0ms));
  std::atomic<bool> enough = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; !enough; ++round) {
        const std::string name = "busy" + std::to_string((round + i) % 5);
        opened.client.open(name).set("x", round);
        opened.client.publisher(name).post("y", round);
      }
    });
  }
  for (int i = 0; i < 15; ++i) {
    Child child([&](const Parent& parent) {
      const std::string name = "busy" + std::to_string(i % 5);
      parent.tell(std::to_string(opened.client.open(name).add("children", 1) > 0));
      // Of those above a thread of the parent's may have a handle, which nobody lets go here.
      opened.client.open("own").set("x", i);
      parent.tell(opened.closes("own") ? "closed" : "open");
    });
    CHECK(child.line() == "1");
    CHECK(child.line() == "closed");
    CHECK(child.wait() == 0);
  }
  enough = true;
  for (std::thread& thread : threads) thread.join();
  int children = 0;
  for (int i = 0; i < 5; ++i) {
    const Namespace space = opened.client.open("busy" + std::to_string(i));
    space.sync();
    children += space.get_or("children", 0);
  }
  CHECK(children == 15);
}
