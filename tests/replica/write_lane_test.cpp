#include "replica/write_lane.hpp"

#include "replica/lane_world.hpp"
#include "replica/replica_world.hpp"
#include "support/catch.hpp"
#include "wire/decode_error.hpp"

using namespace bulletin;
using namespace bulletin::test;

TEST_CASE("nothing is transmitted without a session or without writes") {
  Lane lane;
  CHECK(lane.lane.idle());
  lane.set("a");
  CHECK_FALSE(lane.lane.idle());
  CHECK_FALSE(lane.lane.to_transmit(0));
  lane.lane.session_started(first_session, false, 0);
  CHECK(lane.lane.to_transmit(0));

  Lane without_writes;
  without_writes.lane.session_started(first_session, false, 0);
  CHECK_FALSE(without_writes.lane.to_transmit(0));
}

TEST_CASE("a write travels with its session, its number and what the replica has") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  const wire::Write write = lane.transmit();
  CHECK(write.session == first_session);
  CHECK(write.lane == 0);
  CHECK(write.number == 1);
  REQUIRE(write.items.size() == 1);
  CHECK(write.items[0].space == "plant");
  CHECK(write.items[0].known == 0);
}

TEST_CASE("an answer ends the writes in order, each with its outcome") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  const Ticket a = lane.set("a");
  const Ticket b = lane.set("b");
  lane.transmit();
  const WriteProgress progress =
      lane.outcomes({{wire::Status::ok, 5, {}}, wire::Outcome::lost(6, "b")});
  REQUIRE(progress.finished.size() == 2);
  CHECK(progress.epoch == first_session.epoch);
  CHECK(progress.finished[0].ticket == a);
  CHECK(progress.finished[0].fate == Fate::answered);
  CHECK(progress.finished[0].outcome.revision == 5);
  CHECK(progress.finished[0].replica == &lane.plant);
  CHECK(progress.finished[1].ticket == b);
  CHECK(progress.finished[1].outcome.status == wire::Status::lost);
  CHECK(progress.finished[1].outcome.name() == "b");
  CHECK(lane.lane.idle());
}

TEST_CASE("commits come with the answer") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  lane.transmit();
  NamespaceModel broker("plant");
  broker.set("a", "1");
  const std::string body = broker.run_after(0);
  const wire::Update update = wire::decode_update(body);
  wire::WriteReply reply{{{wire::Status::ok, broker.revision(), {}}}, {}};
  reply.tails.push_back({"plant", std::get<wire::CommitsUpdate>(update).run});
  const std::string bytes = wire::encode(reply);
  const WriteProgress progress = lane.reply(bytes);
  REQUIRE(progress.tails.size() == 1);
  CHECK(progress.tails[0].space == "plant");
  CHECK(progress.tails[0].run.revision == broker.revision());
}

TEST_CASE("what is added while a request is under way gathers into the next, in order") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  CHECK(names_in(lane.transmit()) == Names{"a"});
  lane.set("b");
  lane.set("c");
  CHECK_FALSE(lane.lane.to_transmit(1));
  lane.all_ok(1);
  const wire::Write write = lane.transmit(1);
  CHECK(names_in(write) == Names{"b", "c"});
  CHECK(write.number == 2);
}

TEST_CASE("a request is bounded in bytes and in operations, but never empty") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  const std::string half(600'000, 'x');
  for (const char* name : {"a", "b", "c"}) lane.add(Transaction().set(name, half));
  CHECK(names_in(lane.transmit()) == Names{"a"});
  lane.all_ok(1);
  CHECK(names_in(lane.transmit()) == Names{"b"});
  lane.all_ok(1);
  CHECK(names_in(lane.transmit()) == Names{"c"});
  lane.all_ok(1);

  lane.add(Transaction().set("large", std::string(3'000'000, 'x')));
  lane.set("small");
  CHECK(names_in(lane.transmit()) == Names{"large"});
  lane.all_ok(1);
  CHECK(names_in(lane.transmit()) == Names{"small"});
  lane.all_ok(1);

  for (int i = 0; i != 25'000; ++i) lane.set("n");
  CHECK(lane.transmit().items.size() == 10'000);
  lane.all_ok(10'000);
  CHECK(lane.transmit().items.size() == 10'000);
  lane.all_ok(10'000);
  CHECK(lane.transmit().items.size() == 5'000);
}

namespace {

// One request is under way, and the next one is made: "b" fills it, "c" and "d" come behind.
struct PreparedLane : Lane {
  PreparedLane() {
    lane.session_started(first_session, false, 0);
    set("a");
    CHECK(names_in(transmit()) == Names{"a"});
    const std::string half(600'000, 'x');
    add(Transaction().set("b", half), 1000);
    add(Transaction().set("c", half), 2000);
    set("d");
    lane.prepare();
  }
};

}  // namespace

TEST_CASE("a request that is made while another is under way is the next, and nothing is lost") {
  PreparedLane lane;
  const std::size_t waiting = lane.lane.waiting_bytes();
  CHECK(waiting > 1'200'000);
  lane.lane.prepare();
  lane.set("e");
  CHECK_FALSE(lane.lane.to_transmit(1));
  lane.all_ok(1);
  const wire::Write write = lane.transmit(1);
  CHECK(names_in(write) == Names{"b"});
  CHECK(write.number == 2);
  CHECK(lane.lane.waiting_bytes() < waiting);
  CHECK(tickets(lane.all_ok(1).finished, Fate::answered) == Tickets{2});
  const wire::Write rest = lane.transmit(1);
  CHECK(names_in(rest) == Names{"c", "d", "e"});
  CHECK(rest.number == 3);
  CHECK(lane.lane.waiting_bytes() == 0);
}

TEST_CASE("a request that is made ahead is made again when what waits has changed") {
  PreparedLane lane;
  SECTION("a deadline has passed") {
    CHECK(tickets(lane.lane.expire(1000), Fate::unsent) == Tickets{2});
    lane.all_ok(1);
    CHECK(names_in(lane.transmit(1000)) == Names{"c", "d"});
  }
  SECTION("the session has ended") {
    CHECK(tickets(lane.lane.session_ended(), Fate::in_doubt) == Tickets{1});
    lane.lane.session_started(next_session, true, 0);
    const wire::Write write = lane.transmit();
    CHECK(write.session == next_session);
    CHECK(write.number == 1);
    CHECK(names_in(write) == Names{"b"});
  }
  SECTION("the one under way was not applied, and waits again") {
    lane.refuse(wire::Status::unknown_session);
    CHECK(lane.lane.session_ended().empty());
    lane.lane.session_started(next_session, true, 0);
    CHECK(names_in(lane.transmit()) == Names{"a", "b"});
  }
}

TEST_CASE("closing ends what is in a request that is made ahead") {
  PreparedLane lane;
  const auto finished = lane.lane.close();
  CHECK(tickets(finished, Fate::in_doubt) == Tickets{1});
  CHECK(tickets(finished, Fate::unsent) == Tickets{2, 3, 4});
  CHECK(lane.lane.waiting_bytes() == 0);
  CHECK(lane.lane.idle());
}

TEST_CASE("the bytes that wait are counted") {
  Lane lane;
  CHECK(lane.lane.waiting_bytes() == 0);
  lane.add(Transaction().set("a", std::string(1000, 'x')));
  CHECK(lane.lane.waiting_bytes() > 1000);
  CHECK(lane.lane.waiting_bytes() < 1500);
  lane.lane.session_started(first_session, false, 0);
  lane.transmit();
  CHECK(lane.lane.waiting_bytes() == 0);
}

TEST_CASE("an unanswered request is transmitted again byte for byte") {
  Lane lane;
  lane.lane.set_retry_ms(100);
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  lane.transmit(1000);
  const std::string first = lane.bytes;
  CHECK_FALSE(lane.lane.to_transmit(1099));
  CHECK(lane.lane.next_event_ms() == 1100U);
  lane.transmit(1100);
  CHECK(lane.bytes == first);
  CHECK_FALSE(lane.lane.to_transmit(1150));
  lane.lane.not_transmitted();
  lane.transmit(1150);
  CHECK(lane.bytes == first);
  CHECK(lane.all_ok(1).finished.size() == 1);
}

TEST_CASE("an answer would tell for certain while a request was sent once and may be answered") {
  Lane lane;
  lane.lane.set_retry_ms(100);
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  CHECK_FALSE(lane.lane.answer_would_tell(1000));  // nothing was sent
  lane.transmit(1000);
  CHECK(lane.lane.answer_would_tell(1099));
  CHECK_FALSE(lane.lane.answer_would_tell(1100));  // not heard of in time
  SECTION("it was refused: that is the answer") {
    lane.refuse(wire::Status::unknown_session);
    CHECK_FALSE(lane.lane.answer_would_tell(1050));
  }
  SECTION("its connection was lost") {
    lane.lane.not_transmitted();
    CHECK_FALSE(lane.lane.answer_would_tell(1050));
  }
  SECTION("it was sent again: an answer to one says nothing of the other") {
    lane.transmit(1100);
    CHECK_FALSE(lane.lane.answer_would_tell(1150));
  }
}

TEST_CASE("a large request has the time that it takes on a slow line, unless the line is lost") {
  Lane lane;
  lane.lane.set_retry_ms(100);
  lane.lane.session_started(first_session, false, 0);
  lane.add(Transaction().set("large", std::string(320'000, 'x')));
  lane.transmit(1000);
  CHECK_FALSE(lane.lane.to_transmit(1000 + 100 + 9'000));
  CHECK(lane.lane.to_transmit(1000 + 100 + 11'000));
  lane.lane.transmitted(12'100);
  CHECK_FALSE(lane.lane.to_transmit(12'200));
  lane.lane.not_transmitted();
  CHECK(lane.lane.to_transmit(12'200));
}

TEST_CASE("bytes that were not handed to the network are given again") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  REQUIRE(lane.lane.to_transmit(0));
  const std::string first(*lane.lane.to_transmit(0));
  CHECK(lane.lane.to_transmit(0) == first);
}

TEST_CASE("a reply that cannot be decoded counts as lost") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  lane.transmit();
  CHECK_THROWS_AS(lane.reply("nonsense"), wire::DecodeError);
  CHECK_THROWS_AS(lane.all_ok(2), wire::DecodeError);
  CHECK(lane.lane.under_way());
  CHECK(lane.all_ok(1).finished.size() == 1);
}

TEST_CASE("a reply that nothing was asked for is passed over") {
  Lane lane;
  CHECK(lane.all_ok(1).finished.empty());
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  REQUIRE(lane.lane.to_transmit(0));
  CHECK(lane.all_ok(1).finished.empty());
}

TEST_CASE("a refusal of the whole request is the outcome of each write") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  lane.set("b");
  lane.transmit();
  const auto status = GENERATE(wire::Status::overloaded, wire::Status::rejected,
                               wire::Status::denied, wire::Status::malformed);
  const WriteProgress progress = lane.refuse(status);
  CHECK_FALSE(lane.session_refused);
  REQUIRE(tickets(progress.finished, Fate::answered) == Tickets{1, 2});
  CHECK(progress.finished[1].outcome.status == status);
  CHECK(progress.finished[1].outcome.message() == "because");
  CHECK(lane.lane.idle());
}

TEST_CASE("a number that the broker has passed leaves the writes in doubt") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  lane.transmit();
  CHECK(tickets(lane.refuse(wire::Status::old_number).finished, Fate::in_doubt) == Tickets{1});
}

TEST_CASE("when a session ends, what was never sent moves to the next, in order") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  REQUIRE(lane.lane.to_transmit(0));  // made, but no connection took it
  lane.set("b");
  CHECK(lane.lane.session_ended().empty());
  CHECK_FALSE(lane.lane.to_transmit(0));
  lane.lane.session_started(next_session, true, 0);
  const wire::Write write = lane.transmit();
  CHECK(write.session == next_session);
  CHECK(write.number == 1);
  CHECK(names_in(write) == Names{"a", "b"});
}

TEST_CASE("when a session ends, what was sent is in doubt, and only that") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  lane.transmit();
  lane.set("b");
  CHECK(tickets(lane.lane.session_ended(), Fate::in_doubt) == Tickets{1});
  lane.lane.session_started(next_session, true, 0);
  CHECK(names_in(lane.transmit()) == Names{"b"});
}

TEST_CASE("a write transmitted once and refused because of the session was not applied") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  lane.transmit();
  const auto status = GENERATE(wire::Status::unknown_session, wire::Status::wrong_epoch);
  CHECK(lane.refuse(status).finished.empty());
  CHECK(lane.session_refused);
  CHECK(lane.lane.session_ended().empty());
  lane.lane.session_started(next_session, true, 0);
  CHECK(names_in(lane.transmit()) == Names{"a"});
}

TEST_CASE("a write transmitted twice is in doubt even if its session is refused") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  lane.transmit(0);
  lane.transmit(1000);
  lane.refuse(wire::Status::unknown_session);
  CHECK(lane.session_refused);
  CHECK(tickets(lane.lane.session_ended(), Fate::in_doubt) == Tickets{1});
}

TEST_CASE("what the network does not take waits for a connection, not for a time") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  lane.transmit(1000);
  CHECK(lane.lane.next_event_ms());
  lane.lane.not_transmitted();
  CHECK_FALSE(lane.lane.next_event_ms());
  CHECK(names_in(lane.transmit(1001)) == Names{"a"});
}

TEST_CASE("many deadlines in a row are noticed together") {
  Lane lane;
  for (std::uint64_t i = 0; i != 1000; ++i) lane.set("a", 100 + i);
  std::size_t ended = 0;
  std::size_t looks = 0;
  while (const auto next = lane.lane.next_event_ms()) {
    REQUIRE(++looks <= 120);
    ended += lane.lane.expire(*next).size();
  }
  CHECK(ended == 1000);
}

TEST_CASE("a deadline ends a waiting write as unsent and a sent one in doubt") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  const Ticket sent = lane.set("a", 500);
  lane.transmit(0);
  const Ticket waiting = lane.set("b", 400);
  const Ticket patient = lane.set("c", 5000);
  CHECK(lane.lane.next_event_ms() == 400U);
  CHECK(lane.lane.expire(399).empty());
  CHECK(tickets(lane.lane.expire(400), Fate::unsent) == Tickets{waiting});
  CHECK(tickets(lane.lane.expire(600), Fate::in_doubt) == Tickets{sent});
  const wire::Write write = lane.transmit(600);
  CHECK(names_in(write) == Names{"c"});
  CHECK(write.number == 2);
  CHECK(tickets(lane.all_ok(1).finished, Fate::answered) == Tickets{patient});
}

TEST_CASE("a request lives on while one of its writes does, and tells each only once") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a", 500);
  lane.set("b", 5000);
  lane.transmit(0);
  CHECK(tickets(lane.lane.expire(500), Fate::in_doubt) == Tickets{1});
  CHECK(lane.lane.expire(501).empty());
  const std::string first = lane.bytes;
  lane.transmit(1000);
  CHECK(lane.bytes == first);
  CHECK(tickets(lane.all_ok(2).finished, Fate::answered) == Tickets{2});
}

TEST_CASE("a request never transmitted is made again without what has expired") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a", 500);
  lane.set("b", 5000);
  REQUIRE(lane.lane.to_transmit(0));
  CHECK(tickets(lane.lane.expire(500), Fate::unsent) == Tickets{1});
  CHECK(names_in(lane.transmit(500)) == Names{"b"});
}

TEST_CASE("closing ends everything") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  lane.set("a");
  lane.transmit();
  lane.set("b");
  const auto finished = lane.lane.close();
  CHECK(tickets(finished, Fate::in_doubt) == Tickets{1});
  CHECK(tickets(finished, Fate::unsent) == Tickets{2});
  CHECK(lane.lane.idle());
  CHECK(lane.lane.waiting_bytes() == 0);
  CHECK_FALSE(lane.lane.next_event_ms());
}

namespace {

using Conditions = std::vector<std::pair<std::string, std::uint64_t>>;

/// The conditions of a request's first transaction.
Conditions conditions_in(const wire::Write& write) {
  wire::Transaction transaction;
  wire::decode_transaction(write.items.at(0).transaction, transaction);
  Conditions all;
  for (const wire::Condition& condition : transaction.conditions)
    all.emplace_back(condition.name, condition.revision);
  return all;
}

constexpr std::uint64_t no_revision = UINT64_MAX;
const wire::SessionId other_epoch{epoch_number(2), 9};

}  // namespace

TEST_CASE("a condition that was made in an epoch that has ended does not hold in the next") {
  const auto conditional = Transaction()
                               .require("x", Revision(5))
                               .require("none", absent)
                               .set("x", std::string(300, 'x'));
  Lane lane;
  SECTION("it waited for a session") {
    lane.lane.session_started(first_session, false, 0);
    lane.lane.session_ended();
    lane.add(conditional);
    lane.lane.session_started(other_epoch, true, 0);
    CHECK(conditions_in(lane.transmit()) == Conditions{{"x", no_revision}, {"none", 0}});
  }
  SECTION("it was refused with the session") {
    lane.lane.session_started(first_session, false, 0);
    lane.add(conditional);
    CHECK(conditions_in(lane.transmit()) == Conditions{{"x", 5}, {"none", 0}});
    lane.refuse(wire::Status::wrong_epoch);
    CHECK(lane.lane.session_ended().empty());
    lane.lane.session_started(other_epoch, true, 0);
    CHECK(conditions_in(lane.transmit()) == Conditions{{"x", no_revision}, {"none", 0}});
  }
  SECTION("but in another session of its epoch it does") {
    lane.lane.session_started(first_session, false, 0);
    lane.lane.session_ended();
    lane.add(conditional);
    lane.lane.session_started(next_session, true, 0);
    CHECK(conditions_in(lane.transmit()) == Conditions{{"x", 5}, {"none", 0}});
  }
  lane.all_ok(1);
  CHECK(lane.lane.idle());
  CHECK(lane.lane.waiting_bytes() == 0);
}

TEST_CASE("a condition on what a copy of an older epoch shows is not sent to the next") {
  ReplicaWorld world;
  world.broker.set("x", "1");
  world.join();  // in the first epoch
  Lane lane;
  lane.lane.session_started(other_epoch, false, 0);
  lane.add(Transaction().require("x", Revision(world.broker.revision())).set("x", 2), no_deadline,
           false, &world.replica);
  CHECK(conditions_in(lane.transmit()).at(0).second == no_revision);
}
