#include "replica/ephemerals.hpp"

#include "replica/lane_world.hpp"
#include "replica/replica_world.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

Transaction ephemeral(std::string_view name, int value = 1) {
  return Transaction().set(name, value, {.ephemeral = true, .ttl = std::chrono::seconds(9)});
}

/// Writes, and has it committed.
void commit(Lane& lane, const Transaction& transaction, bool renewable,
            const NamespaceReplica* replica = nullptr) {
  lane.add(transaction, no_deadline, renewable, replica);
  lane.transmit();
  lane.all_ok(1);
}

/// The first request after the session was lost.
wire::Write renewed(Lane& lane) {
  lane.lane.session_ended();
  lane.lane.session_started(next_session, true, 0);
  lane.set("marker");
  return lane.transmit();
}

}  // namespace

TEST_CASE("ephemerals made by a plain set are set again, if absent, before everything else") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  commit(lane, ephemeral("e", 5), true);
  const wire::Write write = renewed(lane);
  REQUIRE(names_in(write) == Names{"e", "marker"});
  wire::Transaction transaction;
  wire::decode_transaction(write.items[0].transaction, transaction);
  REQUIRE(transaction.conditions.size() == 1);
  CHECK(transaction.conditions[0].name == "e");
  CHECK(transaction.conditions[0].revision == 0);
  REQUIRE(transaction.operations.size() == 1);
  CHECK(transaction.operations[0].ephemeral);
  CHECK(transaction.operations[0].ttl_ms == 9000);
  CHECK(transaction.operations[0].value == "\x05");

  SECTION("nobody is told of their outcome") {
    const auto progress = lane.outcomes({wire::Outcome::lost(5, "e"), {wire::Status::ok, 6, {}}});
    CHECK(tickets(progress.finished, Fate::answered) == Tickets{2});
  }
  SECTION("they are made anew for every session, once") {
    CHECK(tickets(lane.lane.session_ended(), Fate::in_doubt) == Tickets{2});
    CHECK(names_in(renewed(lane)) == Names{"e", "marker"});
  }
}

TEST_CASE("an ephemeral that the broker had no room for is set again while the session lives") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  commit(lane, ephemeral("e"), true);
  REQUIRE(names_in(renewed(lane)) == Names{"e", "marker"});
  SECTION("by itself") {
    lane.outcomes({wire::Outcome::refused({wire::Status::overloaded, "full", "e"}),
                   {wire::Status::ok, 6, {}}});
  }
  SECTION("with all of its request") { lane.refuse(wire::Status::overloaded); }
  CHECK_FALSE(lane.lane.to_transmit(0));
  lane.set("under way");
  lane.transmit();
  lane.set("waits");
  lane.lane.session_lives(1000, 1000);
  lane.all_ok(1);
  CHECK(names_in(lane.transmit()) == Names{"e", "waits"});
  lane.all_ok(2);
  lane.lane.session_lives(2000, 2000);
  CHECK_FALSE(lane.lane.to_transmit(2000));
}

TEST_CASE("an ephemeral that may not be set again is not tried at every beat") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  commit(lane, ephemeral("e"), true);
  renewed(lane);
  lane.outcomes(
      {wire::Outcome::refused({wire::Status::denied, "no", "e"}), {wire::Status::ok, 6, {}}});
  lane.lane.session_lives(1000, 1000);
  CHECK_FALSE(lane.lane.to_transmit(1000));
}

TEST_CASE("whose time to live has passed is forgotten though its end was never seen") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  commit(lane, ephemeral("e"), true);
  replica::ReplicaSet used;
  lane.lane.session_lives(8'000, 8'000);
  lane.lane.add_used(used);
  CHECK(used.size() == 1);
  used.clear();
  lane.lane.session_lives(20'000, 20'000);
  lane.lane.add_used(used);
  CHECK(used.empty());
}

TEST_CASE("a session that follows none sets nothing again") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  commit(lane, ephemeral("e"), true);
  lane.lane.session_ended();
  lane.lane.session_started(next_session, false, 0);
  CHECK_FALSE(lane.lane.to_transmit(0));
}

TEST_CASE("only ephemerals of plain sets that were committed are remembered") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  commit(lane, ephemeral("by-transaction"), false);
  commit(lane, Transaction().set("plain", 1), true);
  commit(lane, Transaction().set("living", 1, {.ttl = std::chrono::seconds(1)}), true);
  lane.add(ephemeral("refused"), no_deadline, true);
  lane.transmit();
  lane.outcomes({wire::Outcome::refused({wire::Status::denied, "no", "refused"})});
  CHECK(names_in(renewed(lane)) == Names{"marker"});
}

TEST_CASE("a later own write that ends an ephemeral is not undone by the next session") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  commit(lane, ephemeral("e"), true);
  commit(lane, ephemeral("kept"), true);
  SECTION("a set") { commit(lane, Transaction().set("e", 2), true); }
  SECTION("an erase") { commit(lane, Transaction().erase("e"), false); }
  SECTION("a transaction") { commit(lane, ephemeral("e"), false); }
  SECTION("only in its own namespace") {
    commit(lane, Transaction().clear(), false, &lane.other);
    commit(lane, Transaction().erase("e"), false);
  }
  CHECK(names_in(renewed(lane)) == Names{"kept", "marker"});
}

TEST_CASE("an add keeps an ephemeral and a clear ends all") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  commit(lane, ephemeral("e"), true);
  commit(lane, Transaction().add("e", 1), false);
  SECTION("add") { CHECK(names_in(renewed(lane)) == Names{"e", "marker"}); }
  SECTION("clear") {
    commit(lane, Transaction().clear(), false);
    CHECK(names_in(renewed(lane)) == Names{"marker"});
  }
}

namespace {

/// An ephemeral "e" of a client whose replica follows a broker.
struct Owner {
  explicit Owner(const Transaction& transaction = Transaction().set("e", 1, {.ephemeral = true})) {
    lane.lane.session_started(first_session, false, 0);
    world.join();
    world.deliver(world.broker.set("e", "mine"));
    lane.add(transaction, no_deadline, true, &world.replica);
    lane.transmit(20);
    lane.all_ok(1, world.broker.revision(), 100);
  }
  void others(const std::string& update) { world.deliver(update); }
  Names set_again(std::uint64_t now_ms) {
    lane.lane.session_ended();
    lane.lane.session_started(next_session, true, now_ms);
    lane.set("marker");
    return names_in(lane.transmit(now_ms));
  }

  ReplicaWorld world;
  Lane lane;
};

const Names all{"e", "marker"};
const Names none{"marker"};

}  // namespace

TEST_CASE("an ephemeral that another client ended while the session lived is not set again") {
  Owner owner;
  owner.others(owner.world.broker.erase("e"));
  owner.lane.lane.session_lives(1000, 1010);  // first seen to be gone
  owner.lane.lane.session_lives(2000, 2010);
  CHECK(owner.set_again(3000) == none);
}

TEST_CASE("an ephemeral that may have gone with the session is set again") {
  Owner owner;
  SECTION("nothing was heard since") { owner.others(owner.world.broker.erase("e")); }
  SECTION("the broker was asked before it had gone") {
    owner.others(owner.world.broker.erase("e"));
    owner.lane.lane.session_lives(1000, 1010);
    owner.lane.lane.session_lives(1005, 2010);
  }
  SECTION("it came back meanwhile") {
    owner.others(owner.world.broker.erase("e"));
    owner.lane.lane.session_lives(1000, 1010);
    owner.others(owner.world.broker.set("e", "again"));
    owner.lane.lane.session_lives(2000, 2010);
    owner.others(owner.world.broker.erase("e"));
    owner.lane.lane.session_lives(3000, 3010);
  }
  CHECK(owner.set_again(4000) == all);
}

TEST_CASE("an ephemeral that the replica does not have yet is not taken for gone") {
  Owner owner;
  const std::string erased = owner.world.broker.erase("e");
  const std::string set = owner.world.broker.set("e", "mine again");
  owner.others(erased);
  owner.lane.add(Transaction().set("e", 2, {.ephemeral = true}), no_deadline, true,
                 &owner.world.replica);
  owner.lane.transmit(200);
  owner.lane.all_ok(1, owner.world.broker.revision());
  owner.lane.lane.session_lives(1000, 1010);
  owner.lane.lane.session_lives(2000, 2010);
  CHECK(owner.set_again(3000) == all);
}

TEST_CASE("an ephemeral being set again is not taken for gone either, until that is decided") {
  Owner owner;
  owner.others(owner.world.broker.erase("e"));
  REQUIRE(owner.set_again(1000) == all);
  owner.lane.lane.session_lives(2000, 2010);
  owner.lane.lane.session_lives(3000, 3010);
  SECTION("set") {
    owner.lane.all_ok(2, owner.world.broker.revision() + 1);
    CHECK(owner.set_again(4000) == all);
  }
  SECTION("not decided") { CHECK(owner.set_again(4000) == all); }
  SECTION("the name was another's by then") {
    owner.lane.outcomes({wire::Outcome::lost(5, "e"), {wire::Status::ok, 6, {}}});
    CHECK(owner.set_again(4000) == none);
  }
}

TEST_CASE("an ephemeral with a time to live is set again for what is left of it") {
  Owner owner(Transaction().set("e", 1, {.ephemeral = true, .ttl = std::chrono::seconds(9)}));
  SECTION("some") {
    REQUIRE(owner.set_again(4100) == all);
    const auto request = std::get<wire::Write>(wire::decode_request(owner.lane.bytes));
    wire::Transaction transaction;
    wire::decode_transaction(request.items[0].transaction, transaction);
    CHECK(transaction.operations[0].ttl_ms == 5000);
  }
  SECTION("none") { CHECK(owner.set_again(9100) == none); }
}

TEST_CASE("the newest value of an ephemeral is the one set again") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  commit(lane, ephemeral("e", 5), true);
  commit(lane, ephemeral("e", 6), true);
  const wire::Write write = renewed(lane);
  wire::Transaction transaction;
  wire::decode_transaction(write.items[0].transaction, transaction);
  CHECK(transaction.operations[0].value == "\x06");
}

TEST_CASE("the namespaces' ephemerals are set again in the order of the namespaces' names") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  commit(lane, ephemeral("p"), true, &lane.plant);  // at the lower address
  commit(lane, ephemeral("o"), true, &lane.other);
  CHECK(names_in(renewed(lane)) == Names{"o", "p", "marker"});
}
