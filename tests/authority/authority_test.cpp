#include "authority/authority.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include "authority/desk.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using wire::Status;

namespace {

std::string everything(const Desk& desk) {
  return desk.authority.describe() + desk.authority.describe_kept();
}

/// A board with something of each kind.
void furnish(Desk& desk) {
  desk.write("a", Raw().set("x", 1).set("large", std::string(2'000, 'l')).set("n", 5));
  desk.write("a", Raw().set("ttl", 1, 5'000, false).set("mine", 2, 0, true));
  desk.write("b", Raw().set("both", 3, 50, true));
  desk.apply(PinNamespace{"empty"});
  desk.open("bob", "other");
  desk.advance(40);
  desk.send({{"a", Raw().set("lane", 2).bytes(), 0}}, 2);
  desk.authority.commit();
}

}  // namespace

TEST_CASE("an abandoned turn leaves no trace, whatever was done in it") {
  Desk desk;
  furnish(desk);
  const std::string before = everything(desk);
  desk.send({{"a", Raw().set("x", 2).set("large", "small").add("n", 1).bytes(), 0},
             {"a", Raw().set("x", std::string(3'000, 'x')).erase("n").bytes(), 0},
             {"a", Raw().set("x", 3).set("n", 7).set("ttl", 1).set("mine", 1, 9, true).bytes(), 0},
             {"new", Raw().set("x", 1, 7, true).bytes(), 0}},
            3);
  desk.apply(UnpinNamespace{"empty"});
  desk.apply(Advance{1});
  desk.send({{"empty", Raw().set("again", 1).bytes(), 0}, {"a", Raw().clear().bytes(), 0}}, 2);
  desk.apply(UnpinNamespace{"a"});
  desk.send({{"a", Raw().set("reborn", 1).bytes(), 0}});
  const std::uint64_t extra = desk.open("carol", "short");
  desk.apply(Advance{10});
  desk.apply(CloseSession{desk.id(extra)}, "carol");
  desk.apply(Advance{100'000});
  CHECK(desk.authority.in_turn());
  desk.authority.abandon();
  CHECK_FALSE(desk.authority.in_turn());
  CHECK(everything(desk) == before);
}

TEST_CASE("after an abandoned turn things go on as if it had never been") {
  Desk desk;
  Desk other;
  furnish(desk);
  furnish(other);
  desk.apply(wire::Write{desk.id(desk.session), 1, 50, {{"a", 0, Raw().clear().bytes()}}});
  desk.apply(Advance{100'000});
  desk.authority.abandon();
  for (Desk* each : {&desk, &other}) {
    each->write("a", Raw().add("n", 1).set("mine", 4, 0, true));
    each->advance(20);
    each->open("dave");
    each->authority.commit();
  }
  CHECK(everything(desk) == everything(other));
  CHECK(desk.authority.fingerprint() == other.authority.fingerprint());
}

TEST_CASE("committing or abandoning without a turn does nothing") {
  Desk desk;
  furnish(desk);
  const std::string before = everything(desk);
  CHECK(desk.authority.commit().empty());
  desk.authority.abandon();
  CHECK(everything(desk) == before);
}

TEST_CASE("the same sequence leads to the same state, however it is cut into turns") {
  Desk whole;
  Desk cut;
  for (Desk* desk : {&whole, &cut}) {
    const auto end = [&] {
      if (desk == &cut) desk->authority.commit();
    };
    desk->send({{"a", Raw().set("x", 1, 0, true).set("y", 2, 30, false).bytes(), 0}});
    end();
    desk->send({{"b", Raw().set("x", 1).bytes(), 0}});
    end();
    desk->send({{"b", Raw().erase("x").bytes(), 0}});
    end();
    desk->apply(PinNamespace{"b"});
    end();
    desk->apply(UnpinNamespace{"b"});
    end();
    desk->apply(PinNamespace{"c"});
    desk->apply(UnpinNamespace{"c"});
    end();
    desk->apply(Advance{30});
    end();
    desk->open("bob");
    end();
    desk->apply(Advance{desk->authority.options().session_ms - 1});
    end();
    desk->apply(Renew{desk->id(desk->session)});
    desk->apply(Advance{1});
    end();
    desk->send({{"b", Raw().set("z", 1).bytes(), 0}});
    desk->authority.commit();
  }
  CHECK(whole.authority.describe() == cut.authority.describe());
}

TEST_CASE("nothing of a turn is published before it is committed") {
  Desk desk;
  desk.set("a", "x", 1);
  desk.send({{"a", Raw().set("x", 2).bytes(), 0}});
  desk.authority.abandon();
  CHECK(desk.value("a", "x") == 1);
  CHECK(desk.authority.commit().empty());
  CHECK(desk.set("a", "x", 3).revision == test::first_revision + 1);
}

TEST_CASE("an authority can be moved") {
  Desk desk;
  furnish(desk);
  const std::string before = everything(desk);
  Authority moved = std::move(desk.authority);
  desk.authority = std::move(moved);
  CHECK(everything(desk) == before);
}

TEST_CASE(
    "items that are not the user's to write are denied in their place, told again, and no tail") {
  Desk desk;
  desk.set("mine", "x", 1);
  const std::uint64_t known = desk.revision("mine", "x") - 1;
  const std::string bytes = Raw().add("n", 1).bytes();
  const std::vector<std::uint32_t> denied{0, 2};
  const auto send = [&] {
    wire::Write write{desk.id(desk.session),
                      1,
                      1,
                      {{"theirs", known, bytes}, {"mine", known, bytes}, {"theirs", 0, bytes}}};
    const Answer answer = desk.authority.apply({"alice", std::move(write), denied});
    desk.authority.commit();
    return answer;
  };
  for (const Answer& answer : {send(), send()}) {
    REQUIRE(answer.outcomes->size() == 3);
    CHECK(answer.outcomes->at(0).status == Status::denied);
    CHECK(answer.outcomes->at(0).name() == "theirs");
    CHECK(answer.outcomes->at(1).status == Status::ok);
    CHECK(answer.outcomes->at(2).status == Status::denied);
    REQUIRE(answer.tails.size() == 1);
    CHECK(answer.tails.front().space == "mine");
  }
  CHECK(desk.value("mine", "n") == Value(1));
  CHECK(desk.authority.namespaces() == 1);
}

TEST_CASE("what an authority is and answers does not depend on the seed of its tables") {
  const auto told = [](std::uint64_t seed) {
    AuthorityOptions options = test::options();
    options.hash_seed = seed;
    Desk desk(options);
    furnish(desk);
    for (int i = 0; i != 100; ++i) desk.set("space" + std::to_string(i % 10), std::to_string(i), i);
    desk.write("space3", Raw().clear().set("last", 1));
    desk.erase("space4", "14");
    std::string all = everything(desk) + desk.authority.answer(wire::SnapshotRequest{"space5", ""});
    for (const std::string_view name : desk.list("", "").names) all += name;
    return all;
  };
  CHECK(told(1) == told(0));
  CHECK(told(2) == told(0));
}
