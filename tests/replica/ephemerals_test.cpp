#include "replica/ephemerals.hpp"

#include "replica/lane_world.hpp"
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
  lane.lane.session_started(next_session, true);
  lane.set("marker");
  return lane.transmit();
}

}  // namespace

TEST_CASE("ephemerals made by a plain set are set again, if absent, before everything else") {
  Lane lane;
  lane.lane.session_started(first_session, false);
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
    const auto progress =
        lane.outcomes({{wire::Status::lost, 5, {}, {}, "e"}, {wire::Status::ok, 6, {}, {}, {}}});
    CHECK(tickets(progress.finished, Fate::answered) == Tickets{2});
  }
  SECTION("they are made anew for every session, once") {
    CHECK(tickets(lane.lane.session_ended(), Fate::in_doubt) == Tickets{2});
    CHECK(names_in(renewed(lane)) == Names{"e", "marker"});
  }
}

TEST_CASE("a session that follows none sets nothing again") {
  Lane lane;
  lane.lane.session_started(first_session, false);
  commit(lane, ephemeral("e"), true);
  lane.lane.session_ended();
  lane.lane.session_started(next_session, false);
  CHECK_FALSE(lane.lane.to_transmit(0));
}

TEST_CASE("only ephemerals of plain sets that were committed are remembered") {
  Lane lane;
  lane.lane.session_started(first_session, false);
  commit(lane, ephemeral("by-transaction"), false);
  commit(lane, Transaction().set("plain", 1), true);
  commit(lane, Transaction().set("living", 1, {.ttl = std::chrono::seconds(1)}), true);
  lane.add(ephemeral("refused"), no_deadline, true);
  lane.transmit();
  lane.outcomes({{wire::Status::denied, 0, {}, "no", "refused"}});
  CHECK(names_in(renewed(lane)) == Names{"marker"});
}

TEST_CASE("a later own write that ends an ephemeral is not undone by the next session") {
  Lane lane;
  lane.lane.session_started(first_session, false);
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
  lane.lane.session_started(first_session, false);
  commit(lane, ephemeral("e"), true);
  commit(lane, Transaction().add("e", 1), false);
  SECTION("add") { CHECK(names_in(renewed(lane)) == Names{"e", "marker"}); }
  SECTION("clear") {
    commit(lane, Transaction().clear(), false);
    CHECK(names_in(renewed(lane)) == Names{"marker"});
  }
}

TEST_CASE("the newest value of an ephemeral is the one set again") {
  Lane lane;
  lane.lane.session_started(first_session, false);
  commit(lane, ephemeral("e", 5), true);
  commit(lane, ephemeral("e", 6), true);
  const wire::Write write = renewed(lane);
  wire::Transaction transaction;
  wire::decode_transaction(write.items[0].transaction, transaction);
  CHECK(transaction.operations[0].value == "\x06");
}

TEST_CASE("the namespaces' ephemerals are set again in the order of the namespaces' names") {
  Lane lane;
  lane.lane.session_started(first_session, false);
  commit(lane, ephemeral("p"), true, &lane.plant);  // at the lower address
  commit(lane, ephemeral("o"), true, &lane.other);
  CHECK(names_in(renewed(lane)) == Names{"o", "p", "marker"});
}
