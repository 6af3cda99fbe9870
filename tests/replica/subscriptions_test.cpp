#include "replica/subscriptions.hpp"

#include "support/catch.hpp"
#include "wire/update.hpp"

using namespace bulletin;
using bulletin::replica::SubscriptionChange;
using bulletin::replica::Subscriptions;

namespace {

struct SubscriptionWorld {
  std::uint8_t nonces = 0;
  Subscriptions subscriptions{[this] {
                                std::array<std::uint8_t, 16> nonce{};
                                nonce[0] = ++nonces;
                                return nonce;
                              },
                              1000};

  /// "+a" for a namespace, "+#1" for a nonce.
  std::vector<std::string> changes() {
    std::vector<std::string> all;
    for (const SubscriptionChange& change : subscriptions.take_changes()) {
      const std::string what = wire::is_nonce(change.topic)
                                   ? "#" + std::to_string(static_cast<int>(change.topic[1]))
                                   : std::string(wire::namespace_of(change.topic));
      all.push_back((change.subscribe ? "+" : "-") + what);
    }
    return all;
  }
  std::vector<std::string> prove(char nonce) {
    std::string topic(17, '\0');
    topic[0] = static_cast<char>(0xFF);
    topic[1] = nonce;
    return subscriptions.prove(topic);
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("nothing is proven without a connection") {
  SubscriptionWorld world;
  world.subscriptions.add("a");
  world.subscriptions.advance(0);
  CHECK(world.changes() == Names{"+a"});
  CHECK_FALSE(world.subscriptions.next_event_ms());
}

TEST_CASE("a nonce follows what it proves and is taken back when it has") {
  SubscriptionWorld world;
  world.subscriptions.add("a");
  world.subscriptions.add("b");
  world.subscriptions.connected(0);
  CHECK(world.changes() == Names{"+a", "+b", "+#1"});
  CHECK(world.prove(1) == Names{"a", "b"});
  CHECK(world.changes() == Names{"-#1"});
  world.subscriptions.advance(10'000);
  CHECK(world.changes().empty());
}

TEST_CASE("what is added during a proof waits for the next") {
  SubscriptionWorld world;
  world.subscriptions.add("a");
  world.subscriptions.connected(0);
  world.subscriptions.add("b");
  world.subscriptions.advance(1);
  CHECK(world.changes() == Names{"+a", "+#1", "+b"});
  CHECK(world.prove(1) == Names{"a"});
  world.subscriptions.advance(2);
  CHECK(world.changes() == Names{"-#1", "+#2"});
  CHECK(world.prove(1).empty());
  CHECK(world.prove(2) == Names{"b"});
}

TEST_CASE("a new connection proves everything again, with a new nonce") {
  SubscriptionWorld world;
  world.subscriptions.add("a");
  world.subscriptions.connected(0);
  world.prove(1);
  world.changes();
  world.subscriptions.disconnected();
  world.subscriptions.connected(5);
  CHECK(world.changes() == Names{"+#2"});
  world.subscriptions.connected(6);
  CHECK(world.changes() == Names{"-#2", "+#3"});
  CHECK(world.prove(2).empty());
  CHECK(world.prove(3) == Names{"a"});
}

TEST_CASE("a nonce that stays unanswered is replaced, and covers what came meanwhile") {
  SubscriptionWorld world;
  world.subscriptions.add("a");
  world.subscriptions.connected(0);
  CHECK(world.subscriptions.next_event_ms() == 1000U);
  world.subscriptions.add("b");
  world.subscriptions.advance(999);
  CHECK(world.changes() == Names{"+a", "+#1", "+b"});
  world.subscriptions.advance(1000);
  CHECK(world.changes() == Names{"-#1", "+#2"});
  CHECK(world.prove(2) == Names{"a", "b"});
}

TEST_CASE("what is removed is unsubscribed and is not proven any more") {
  SubscriptionWorld world;
  const auto a = world.subscriptions.add("a");
  const auto b = world.subscriptions.add("b");
  world.subscriptions.connected(0);
  CHECK(world.changes() == Names{"+a", "+b", "+#1"});
  world.subscriptions.remove(a);
  world.subscriptions.remove(a);
  CHECK(world.changes() == Names{"-a"});
  CHECK(world.prove(1) == Names{"b"});
  world.subscriptions.add("a");
  world.subscriptions.advance(1);
  CHECK(world.changes() == Names{"-#1", "+a", "+#2"});
  CHECK(world.prove(2) == Names{"a"});
  world.subscriptions.remove(b);
  world.changes();
  world.subscriptions.connected(2);
  CHECK(world.prove(3) == Names{"a"});
}

TEST_CASE("without a name nothing is proven") {
  SubscriptionWorld world;
  const auto a = world.subscriptions.add("a");
  world.subscriptions.connected(0);
  world.prove(1);
  world.subscriptions.remove(a);
  world.changes();
  world.subscriptions.connected(1);
  CHECK(world.changes().empty());
}
