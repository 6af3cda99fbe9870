// Which names are allowed, in every call; and the names that stay in their process.
#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using bulletin::Errc;
using bulletin::Namespace;
using bulletin::Transaction;

namespace {

const std::vector<std::string> illegal_names{
    "",
    std::string("\0", 1),
    std::string("a\0b", 3),
    "\xFF",
    "a\xC3",
    "\xC0\x80",          // overlong
    "\xED\xA0\x80",      // a surrogate
    "\xF4\x90\x80\x80",  // above U+10FFFF
    std::string(1025, 'n'),
    std::string(1023, 'n') + "\xC3\xA4",
};

using Call = std::function<void(const Namespace&, const std::string&)>;

const std::vector<std::pair<const char*, Call>> shared_only{
    {"read", [](const Namespace& s, const std::string& n) { s.read<int>(n); }},
    {"attribute", [](const Namespace& s, const std::string& n) { s.attribute<int>(n); }},
    {"set ephemeral",
     [](const Namespace& s, const std::string& n) { s.set(n, 1, {.ephemeral = true}); }},
    {"set with ttl", [](const Namespace& s,
                        const std::string& n) { s.set(n, 1, {.ttl = std::chrono::seconds(9)}); }},
    {"set_async", [](const Namespace& s, const std::string& n) { s.set_async(n, 1).get(); }},
    {"compare_and_set",
     [](const Namespace& s, const std::string& n) { s.compare_and_set(n, bulletin::absent, 1); }},
    {"add integer", [](const Namespace& s, const std::string& n) { s.add(n, 1); }},
    {"add real", [](const Namespace& s, const std::string& n) { s.add(n, 1.0); }},
    {"update",
     [](const Namespace& s, const std::string& n) { s.update<int>(n, [](auto) { return 1; }); }},
    {"watch",
     [](const Namespace& s, const std::string& n) {
       const auto subscription = s.watch(n, [](const bulletin::Change&) {});
     }},
    {"wait_until",
     [](const Namespace& s, const std::string& n) {
       s.wait_for(
           n, [](const bulletin::Value&) { return true; }, std::chrono::seconds(9));
     }},
    {"Transaction::set", [](const Namespace&, const std::string& n) { Transaction().set(n, 1); }},
    {"Transaction::erase", [](const Namespace&, const std::string& n) { Transaction().erase(n); }},
    {"Transaction::add", [](const Namespace&, const std::string& n) { Transaction().add(n, 1); }},
    {"Transaction::require",
     [](const Namespace&, const std::string& n) { Transaction().require(n, bulletin::absent); }},
};

const std::vector<std::pair<const char*, Call>> also_private{
    {"get", [](const Namespace& s, const std::string& n) { s.get<int>(n); }},
    {"at", [](const Namespace& s, const std::string& n) { s.at<int>(n); }},
    {"get_or", [](const Namespace& s, const std::string& n) { s.get_or(n, 1); }},
    {"contains", [](const Namespace& s, const std::string& n) { s.contains(n); }},
    {"set", [](const Namespace& s, const std::string& n) { s.set(n, 1); }},
    {"erase", [](const Namespace& s, const std::string& n) { s.erase(n); }},
    {"proxy set", [](const Namespace& s, const std::string& n) { s[n] = 1; }},
    {"proxy get", [](const Namespace& s, const std::string& n) { s[n].as<int>(); }},
};

struct Open {
  Board board;
  bulletin::Client client = board.client();
  Namespace space = client.open("names");
};

}  // namespace

TEST_CASE("a name that is not allowed is rejected by every call, and named") {
  Open open;
  for (const auto* calls : {&shared_only, &also_private}) {
    for (const auto& [what, call] : *calls) {
      for (const std::string& name : illegal_names) {
        CAPTURE(what, name.substr(0, 20));
        const bulletin::Error error = failure_of([&, &call = call] { call(open.space, name); });
        CHECK(error.code() == Errc::rejected);
        CHECK(error.name() == name);
        CHECK_FALSE(error.retryable());
      }
    }
  }
  CHECK(open.space.revision() == bulletin::Revision());
}

TEST_CASE("a private name that is not allowed is rejected as well") {
  Open open;
  for (const std::string& illegal :
       {std::string("_\0", 2), std::string("_\xFF"), "_" + std::string(1024, 'n')}) {
    for (const auto& [what, call] : also_private) {
      CAPTURE(what, illegal.substr(0, 20));
      const bulletin::Error error = failure_of([&, &call = call] { call(open.space, illegal); });
      CHECK(error.code() == Errc::rejected);
      CHECK(error.name() == illegal);
    }
  }
}

TEST_CASE("the longest names, and strange ones, are allowed") {
  Open open;
  for (const std::string& name :
       {std::string(1024, 'n'), std::string(1022, 'n') + "\xC3\xA4", std::string(" "),
        std::string("\n\t\x7F"), std::string("\xF4\x8F\xBF\xBF"), std::string("$sys"),
        std::string("/"), std::string("'\"\\"), "_" + std::string(1023, 'p')}) {
    CAPTURE(name.substr(0, 20));
    open.space.set(name, 7);
    CHECK(open.space.at<int>(name) == 7);
    CHECK(open.space.contains(name));
    CHECK(open.space.erase(name));
  }
}

TEST_CASE("a namespace that cannot be is rejected, and named") {
  Open open;
  for (const std::string& name :
       {std::string(), std::string("/"), std::string("a/"), std::string("/a"), std::string("a//b"),
        std::string("a\0b", 3), std::string("\xFF"), std::string("a/\xC3"), std::string(256, 'n'),
        std::string("a/") + std::string(254, 'n')}) {
    CAPTURE(name.substr(0, 20));
    const bulletin::Error error = failure_of([&] { open.client.open(name); });
    CHECK(error.code() == Errc::rejected);
    CHECK(error.name() == name);
  }
  for (const std::string& name : {std::string(255, 'n'), std::string("a/b c/\xC3\xA4"),
                                  std::string("_private"), std::string("a/_b")}) {
    CAPTURE(name.substr(0, 20));
    bulletin::Namespace space = open.client.open(name);
    space.set("x", 1);
    CHECK(space.name() == name);
    CHECK(space.at<int>("x") == 1);
  }
}

TEST_CASE("namespaces whose names begin alike are different") {
  Open open;
  bulletin::Client second = open.board.client();
  const Namespace ab = open.client.open("a/b");
  const Namespace abc = second.open("a/bc");
  const Namespace a = second.open("a");
  ab.set("x", 1);
  abc.sync();
  a.sync();
  CHECK(abc.empty());
  CHECK(a.empty());
  abc.set("x", 2);
  ab.sync();
  CHECK(ab.at<int>("x") == 1);
}

TEST_CASE("the broker's own namespaces can be opened and not written") {
  Open open;
  const Namespace broker = open.client.open("$sys/broker");
  CHECK(broker.wait_for(
      "version", [](const bulletin::Value&) { return true; }, patience));
  const bulletin::Error error = failure_of([&] { broker.set("version", "mine"); });
  CHECK((error.code() == Errc::rejected || error.code() == Errc::denied));
  CHECK(code_of([&] { broker.commit(Transaction().clear()); }) == error.code());
}

TEST_CASE("a client is shown by its name to operators") {
  Open open;
  bulletin::Client named = open.board.client({.name = "arm/7"});
  const Namespace space = named.open("names");
  const Namespace sessions = open.client.open("$sys/sessions");
  CHECK(await([&] {
    bool own = false;
    bool given = false;
    for (const auto& session : sessions.snapshot()) {
      const std::string name = session.value.as<bulletin::Map>().at("name").as<std::string>();
      if (name == "arm/7") given = true;
      if (name.starts_with("test_api/")) own = true;
    }
    return own && given;
  }));
}

TEST_CASE("a private name takes part in get, at, get_or, contains, set and erase") {
  Open open;
  CHECK_FALSE(open.space.get<int>("_x"));
  CHECK(open.space.get_or("_x", 5) == 5);
  const bulletin::Error missing = failure_of([&] { open.space.at<int>("_x"); });
  CHECK(missing.code() == Errc::missing);
  CHECK(missing.name() == "_x");
  CHECK(open.space.set("_x", 1) == bulletin::Revision());
  CHECK(open.space.get<int>("_x") == 1);
  CHECK(open.space.at<int>("_x") == 1);
  CHECK(open.space.get_or("_x", 5) == 1);
  CHECK(open.space.contains("_x"));
  CHECK(code_of([&] { open.space.get<std::string>("_x"); }) == Errc::wrong_type);
  open.space.set("_x", std::string(10'000, 'l'));
  CHECK(open.space.at<std::string>("_x").size() == 10'000);
  CHECK(open.space.erase("_x"));
  CHECK_FALSE(open.space.erase("_x"));
  CHECK_FALSE(open.space.contains("_x"));
}

TEST_CASE("a private name is rejected by every other call, and named") {
  Open open;
  open.space.set("_x", 1);
  for (const auto& [what, call] : shared_only) {
    CAPTURE(what);
    const bulletin::Error error = failure_of([&, &call = call] { call(open.space, "_x"); });
    CHECK(error.code() == Errc::rejected);
    CHECK(error.name() == "_x");
    CHECK(mentions(error, "_x"));
  }
}

TEST_CASE("a private name is not listed, not in snapshots, not told and not at other clients") {
  Open open;
  bulletin::Client second = open.board.client();
  const Namespace other = second.open("names");
  std::atomic<int> told{0};
  const auto subscription = open.space.watch([&](const bulletin::Change&) { ++told; });
  open.space.set("_x", 1);
  open.space.set("x", 2);
  CHECK(open.space.names() == std::vector<std::string>{"x"});
  CHECK(open.space.size() == 1);
  CHECK(open.space.snapshot().names() == std::vector<std::string>{"x"});
  CHECK_FALSE(open.space.snapshot().contains("_x"));
  other.sync();
  CHECK_FALSE(other.contains("_x"));
  other.set("_x", "other");
  CHECK(open.space.at<int>("_x") == 1);
  CHECK(await([&] { return told == 1; }));
  open.space.commit(Transaction().clear());
  CHECK(open.space.at<int>("_x") == 1);
  // Another client of this process has its own.
  CHECK(other.at<std::string>("_x") == "other");
  // Another namespace of this client as well.
  CHECK_FALSE(open.client.open("names2").contains("_x"));
  CHECK(await([&] { return told == 2; }));
}
