// What a forked child can do with its parent's clients.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "fork/child.hpp"
#include "fork/outside_broker.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Freshness;
using bulletin::Transaction;
using bulletin::Value;

namespace {

struct Family {
  OutsideBroker broker;
  bulletin::Client client = broker.client();
  bulletin::Namespace space = client.open("family");
};

std::string text(bool value) { return value ? "yes" : "no"; }

std::string state(const bulletin::Namespace& space) {
  switch (space.freshness().state) {
    case Freshness::State::connected: return "connected";
    case Freshness::State::syncing: return "syncing";
    case Freshness::State::stale: return "stale";
  }
  return "?";
}

bool connected(const bulletin::Namespace& space) {
  return await([&] { return space.freshness().state == Freshness::State::connected; });
}

}  // namespace

TEST_CASE("a child reads at once what its parent had, in every way") {
  Family family;
  const auto handle = family.space.attribute<int>("x");
  const auto words = family.space.attribute<std::string>("text");
  family.space.commit(Transaction().set("x", 1).set("text", std::string(50'000, 't')));
  const bulletin::Revision revision = family.space.revision();
  family.broker.stop();  // nothing can come over the network
  Child child([&](const Parent& parent) {
    parent.tell(std::to_string(*family.space.get<int>("x")));
    parent.tell(std::to_string(family.space.at<std::string>("text").size()));
    parent.tell(text(family.space.read<int>("x")->revision == revision));
    parent.tell(std::to_string(*handle.get()) + std::to_string(words.at().size()));
    parent.tell(text(family.space.contains("x") && !family.space.contains("y")));
    parent.tell(std::to_string(family.space.size()) + family.space.names().at(1));
    parent.tell(text(family.space.snapshot().revision() == revision));
    parent.tell(std::to_string(family.client.open("family").at<int>("x")));
    parent.tell(state(family.space));
    parent.tell(text(family.space.revision() == revision));
  });
  for (const char* expected :
       {"1", "50000", "yes", "150000", "yes", "2x", "yes", "1", "stale", "yes"}) {
    CHECK(child.line() == expected);
  }
  CHECK(child.wait() == 0);
}

TEST_CASE("every first call of a child brings it back: it is stale, joins, and follows") {
  using First = std::function<void(const bulletin::Namespace&, const bulletin::Attribute<int>&)>;
  const std::vector<std::pair<const char*, First>> calls{
      {"get", [](const auto& space, const auto&) { space.template get<int>("x"); }},
      {"read", [](const auto& space, const auto&) { space.template read<int>("x"); }},
      {"contains", [](const auto& space, const auto&) { space.contains("x"); }},
      {"handle get", [](const auto&, const auto& handle) { handle.get(); }},
      {"handle read", [](const auto&, const auto& handle) { handle.read(); }},
      {"size", [](const auto& space, const auto&) { (void)space.size(); }},
      {"revision", [](const auto& space, const auto&) { (void)space.revision(); }},
      {"names", [](const auto& space, const auto&) { space.names(); }},
      {"snapshot", [](const auto& space, const auto&) { space.snapshot(); }},
      {"attribute", [](const auto& space, const auto&) { space.template attribute<int>("y"); }},
      {"private set", [](const auto& space, const auto&) { space.set("_p", 1); }},
      {"private erase", [](const auto& space, const auto&) { space.erase("_p"); }},
      {"wait_until",
       [](const auto& space, const auto&) {
         space.wait_for(
             "x", [](const Value&) { return true; }, 0ms);
       }},
      {"freshness", [](const auto& space, const auto&) { (void)space.freshness(); }},
      {"watch", [](const auto& space, const auto&) { (void)space.watch([](const auto&) {}); }},
  };
  Family family;
  const auto handle = family.space.attribute<int>("x");
  family.space.set("x", 0);
  int round = 0;
  for (const auto& [what, call] : calls) {
    CAPTURE(what);
    Child child([&, call = call](const Parent& parent) {
      call(family.space, handle);
      parent.tell("called");
      if (!parent.hear()) parent.tell("hears nothing");
      // Without any other call: what another thread does in the background is seen in the sessions
      // of the broker, so the parent looks there; a handle does not wait for it.
      const bool followed = await([&] { return handle.get() == 1'000; });
      parent.tell(text(followed));
    });
    CHECK(child.line() == "called");
    ++round;
    family.space.set("x", 1'000);
    child.tell();
    CHECK(child.line() == "yes");
    CHECK(child.wait() == 0);
    family.space.set("x", round);
  }
}

TEST_CASE("a child is stale until it has joined, then follows updates") {
  Family family;
  family.space.set("x", 1);
  REQUIRE(connected(family.space));
  Child child([&](const Parent& parent) {
    parent.tell(state(family.space));
    parent.tell(text(connected(family.space)));
    parent.tell(text(family.space.wait_for(
        "x", [](const Value& x) { return x == 2; }, patience)));
    family.space.sync();
    parent.tell(std::to_string(family.space.at<int>("x")));
  });
  CHECK(child.line() != "connected");
  CHECK(child.line() == "yes");
  family.space.set("x", 2);
  CHECK(child.line() == "yes");
  CHECK(child.line() == "2");
  CHECK(child.wait() == 0);
}

TEST_CASE("a child learns what was committed and erased between fork and its first call") {
  Family family;
  family.space.commit(Transaction().set("kept", 1).set("changed", 1).set("erased", 1));
  Child child([&](const Parent& parent) {
    parent.hear();
    parent.tell(std::to_string(family.space.at<int>("changed")));  // as it was at the fork
    family.space.sync();
    for (const std::string& name : family.space.names()) parent.tell(name);
    parent.tell(std::to_string(family.space.at<int>("changed")));
  });
  family.space.commit(Transaction().set("changed", 2).erase("erased").set("new", 1));
  child.tell();
  for (const char* expected : {"1", "changed", "kept", "new", "2"}) CHECK(child.line() == expected);
  CHECK(child.wait() == 0);
}

TEST_CASE("a child writes in every way, and reads its writes") {
  Family family;
  family.space.set("old", 1);
  const auto handle = family.space.attribute<double>("speed");
  Child child([&](const Parent& parent) {
    const bulletin::Namespace& space = family.space;
    const bulletin::Revision revision = space.set("set", 1);
    parent.tell(text(space.read<int>("set")->revision == revision));
    parent.tell(text(space.set_async("async", 2).get() > revision));
    parent.tell(std::to_string(space.add("n", 5)));
    parent.tell(text(space.compare_and_set("once", bulletin::absent, 1).has_value()));
    parent.tell(text(space.compare_and_set("once", bulletin::absent, 1).has_value()));
    parent.tell(text(space.erase("old")));
    parent.tell(text(space.commit(Transaction().set("a", 1).set("b", 2)).has_value()));
    handle.set(2.5);
    parent.tell(text(handle.get() == 2.5));
    family.client.open("another").set("x", 1);
    parent.tell(std::to_string(family.client.namespaces("").size()));
  });
  for (const char* expected : {"yes", "yes", "5", "yes", "no", "yes", "yes", "yes"})
    CHECK(child.line() == expected);
  CHECK(child.line() != "0");
  CHECK(child.wait() == 0);
  family.space.sync();
  CHECK(family.space.names() ==
        std::vector<std::string>{"a", "async", "b", "n", "once", "set", "speed"});
  CHECK(family.client.open("another").at<int>("x") == 1);
}

TEST_CASE("a child writes through its parent's publisher, and both go on") {
  Family family;
  const bulletin::Publisher publisher = family.client.publisher("family");
  const bulletin::Publisher elsewhere = family.client.publisher("another");
  publisher.set("n", 1);
  Child child([&](const Parent& parent) {
    parent.tell(std::to_string(publisher.add("n", 1)));
    parent.tell(text(elsewhere.set_async("x", 1).get() > bulletin::Revision()));
  });
  CHECK(child.line() == "2");
  CHECK(child.line() == "yes");
  CHECK(child.wait() == 0);
  CHECK(publisher.add("n", 1) == 3);
  CHECK(family.client.open("another").at<int>("x") == 1);
}

TEST_CASE("a child watches on its own, and its parent's subscriptions are not its") {
  Family family;
  family.space.set("x", 1);
  std::atomic<int> parents{0};
  const auto subscription = family.space.watch([&](const bulletin::Change&) { ++parents; });
  REQUIRE(await([&] { return parents == 1; }));
  Child child([&](const Parent& parent) {
    std::atomic<int> told{0};
    std::atomic<int> last{0};
    const auto own = family.space.watch("x", [&](const bulletin::Change& change) {
      ++told;
      last = change.value->as<int>();
    });
    parent.tell(text(await([&] { return told == 1 && last == 1; })));
    parent.tell(text(await([&] { return last == 3; })));
    parent.tell(std::to_string(parents));
  });
  CHECK(child.line() == "yes");
  family.space.set("x", 2);
  family.space.set("x", 3);
  CHECK(child.line() == "yes");
  CHECK(child.line() == "1");
  CHECK(child.wait() == 0);
  CHECK(await([&] { return parents == 3; }));
}

TEST_CASE("a child watch misses nothing from its beginning on, rejoining included") {
  Family family;
  family.space.set("x", 0);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 1; !stop; ++i) family.space.set("x", i);
  });
  for (int round = 0; round < 5; ++round) {
    Child child([&](const Parent& parent) {
      std::atomic<std::uint64_t> changes{0};
      std::atomic<int> first{-1};
      std::atomic<int> last{-1};
      const auto own = family.space.watch("x", [&](const bulletin::Change& change) {
        if (first < 0) {
          first = change.value->as<int>();
        } else {
          changes += 1 + change.skipped;
        }
        last = change.value->as<int>();
      });
      const bool enough = await([&] { return last - first > 50; });
      // Counts and numbers are taken at one moment only when nothing comes between.
      const bool right = await([&] {
        const int before = last;
        return static_cast<int>(changes) == last - first && before == last;
      });
      parent.tell(text(enough) + text(right));
    });
    CHECK(child.line() == "yesyes");
    CHECK(child.wait() == 0);
  }
  stop = true;
  writer.join();
}

TEST_CASE("a child forked before its client was ever connected joins on its own") {
  OutsideBroker broker;
  broker.stop();
  bulletin::Client client = broker.client();
  Child child([&](const Parent& parent) {
    parent.tell("there");
    parent.tell(std::to_string(client.open("family").set("child", 1).value() > 0));
  });
  CHECK(child.line() == "there");
  broker.start();
  CHECK(child.line() == "1");
  CHECK(child.wait() == 0);
  const bulletin::Namespace space = client.open("family");
  CHECK(space.at<int>("child") == 1);
}

TEST_CASE(
    "a child forked while the broker is away reads, cannot write, and joins when it is back") {
  Family family;
  bulletin::Client impatient_client = family.broker.client(impatient(std::chrono::seconds(3)));
  const bulletin::Namespace space = impatient_client.open("family");
  space.set("x", 1);
  family.broker.stop();
  Child child([&](const Parent& parent) {
    parent.tell(std::to_string(space.at<int>("x")) + state(space));
    try {
      space.set("x", 2);
      parent.tell("written");
    } catch (const bulletin::Error& error) {
      parent.tell(std::string(to_string(error.code())));
    }
    parent.hear();
    parent.tell(text(connected(space)));
    parent.tell(text(space.empty()));  // the broker that is back knows of nothing
    space.set("x", 3);
    parent.tell(std::to_string(space.at<int>("x")));
  });
  CHECK(child.line() == "1stale");
  CHECK(child.line() == "disconnected");
  family.broker.start();
  child.tell();
  CHECK(child.line() == "yes");
  CHECK(child.line() == "yes");
  CHECK(child.line() == "3");
  CHECK(child.wait() == 0);
}

TEST_CASE("a child forked while a namespace is being opened opens it itself") {
  OutsideBroker broker;
  bulletin::Client client = broker.client();
  broker.stop();
  std::thread opener([&] { client.open("family").set("parent", 1); });
  // Nothing tells when the other thread is in its call: fork early and late.
  for (int round = 0; round < 3; ++round) {
    Child child([&](const Parent& parent) {
      parent.tell("there");
      parent.tell(std::to_string(client.open("family").add("n", 1)));
    });
    CHECK(child.line() == "there");
    if (round == 0) broker.start();
    CHECK(child.line() == std::to_string(round + 1));
    CHECK(child.wait() == 0);
  }
  opener.join();
}

TEST_CASE("private attributes are copied to the child, and then each has its own") {
  Family family;
  family.space.set("_count", 1);
  family.space.set("_text", std::string(5'000, 'p'));
  Child child([&](const Parent& parent) {
    parent.tell(std::to_string(family.space.at<int>("_count")));
    parent.tell(std::to_string(family.space.at<std::string>("_text").size()));
    family.space.set("_count", 2);
    family.space.erase("_text");
    family.space.set("_childs", 1);
    parent.tell("changed");
    parent.hear();
    parent.tell(std::to_string(family.space.at<int>("_count")));
  });
  CHECK(child.line() == "1");
  CHECK(child.line() == "5000");
  CHECK(child.line() == "changed");
  CHECK(family.space.at<int>("_count") == 1);
  CHECK(family.space.contains("_text"));
  CHECK_FALSE(family.space.contains("_childs"));
  family.space.set("_count", 3);
  child.tell();
  CHECK(child.line() == "2");
  CHECK(child.wait() == 0);
}

TEST_CASE("grandchildren work, of a child that was used and of one that was not") {
  Family family;
  family.space.set("x", 1);
  const auto handle = family.space.attribute<int>("x");
  for (const bool used : {false, true}) {
    CAPTURE(used);
    Child child([&](const Parent& parent) {
      if (used) family.space.set("child", 1);
      Child grandchild([&](const Parent& middle) {
        middle.tell(std::to_string(*handle.get()));
        Child last([&](const Parent& before) {
          before.tell(std::to_string(*handle.get()));
          before.tell(std::to_string(family.space.add("n", 1)));
        });
        middle.tell(last.line());
        middle.tell(last.line());
        middle.tell(std::to_string(last.wait()));
        middle.tell(std::to_string(family.space.add("n", 1)));
        family.space.sync();
        middle.tell(std::to_string(*handle.get()));
      });
      for (int i = 0; i < 6; ++i) parent.tell(grandchild.line());
      parent.tell(std::to_string(grandchild.wait()));
      parent.tell(std::to_string(family.space.add("n", 1)));
    });
    const int n = used ? 3 : 0;
    CHECK(child.line() == "1");
    CHECK(child.line() == "1");
    CHECK(child.line() == std::to_string(n + 1));
    CHECK(child.line() == "0");
    CHECK(child.line() == std::to_string(n + 2));
    CHECK(child.line() == "1");
    CHECK(child.line() == "0");
    CHECK(child.line() == std::to_string(n + 3));
    CHECK(child.wait() == 0);
  }
  CHECK(family.space.add("n", 0) == 6);
}

TEST_CASE("several clients of one process all live on in the child") {
  OutsideBroker first;
  OutsideBroker second;
  std::vector<bulletin::Client> clients;
  std::vector<bulletin::Namespace> spaces;
  for (int i = 0; i < 4; ++i) {
    clients.push_back((i % 2 == 0 ? first : second).client());
    spaces.push_back(clients.back().open("c" + std::to_string(i)));
    spaces.back().set("x", i);
  }
  Child child([&](const Parent& parent) {
    for (int i = 0; i < 4; ++i) {
      const auto& space = spaces[static_cast<std::size_t>(i)];
      parent.tell(std::to_string(space.at<int>("x")));
      parent.tell(std::to_string(space.add("x", 10)));
    }
    bulletin::Client own = first.client();
    parent.tell(std::to_string(own.open("c0").at<int>("x")));
  });
  for (const char* expected : {"0", "10", "1", "11", "2", "12", "3", "13", "10"})
    CHECK(child.line() == expected);
  CHECK(child.wait() == 0);
  for (int i = 0; i < 4; ++i) {
    spaces[static_cast<std::size_t>(i)].sync();
    CHECK(spaces[static_cast<std::size_t>(i)].at<int>("x") == i + 10);
  }
}

TEST_CASE("what is opened by URI lives on in the child, too") {
  OutsideBroker broker;
  const std::string uri = broker.endpoint() + "#family";
  bulletin::open(uri).set("x", 1);
  Child child([&](const Parent& parent) {
    parent.tell(std::to_string(bulletin::open(uri).at<int>("x")));
    parent.tell(std::to_string(bulletin::open(uri).add("x", 1)));
  });
  CHECK(child.line() == "1");
  CHECK(child.line() == "2");
  CHECK(child.wait() == 0);
  bulletin::open(uri).sync();
  CHECK(bulletin::open(uri).at<int>("x") == 2);
}

TEST_CASE("a child of a process with an embedded broker is that broker's client") {
  const Board board;
  bulletin::Client client = board.client();
  const bulletin::Namespace space = client.open("family");
  space.set("x", 1);
  Child child([&](const Parent& parent) {
    parent.tell(std::to_string(space.at<int>("x")));
    parent.tell(std::to_string(space.add("x", 1)));
    parent.tell(text(space.wait_for(
        "x", [](const Value& x) { return x == 5; }, patience)));
  });
  CHECK(child.line() == "1");
  CHECK(child.line() == "2");
  space.set("x", 5);
  CHECK(child.line() == "yes");
  CHECK(child.wait() == 0);
}
