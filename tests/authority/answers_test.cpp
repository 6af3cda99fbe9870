#include <string>

#include "authority/desk.hpp"
#include "authority/refusals.hpp"
#include "support/catch.hpp"
#include "wire/limits.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using wire::Status;

namespace {

std::string set(std::string_view name, const Value& value) {
  return Raw().set(name, value).bytes();
}

wire::WriteReply decoded(const std::string& bytes) { return wire::decode_write_reply(bytes); }

Answer answered(Desk& desk, const std::vector<test::Item>& items) {
  Answer answer = desk.send(items);
  desk.authority.commit();
  return answer;
}

/// What the outcomes take in an answer without tails.
std::size_t outcome_bytes(const std::string& reply) {
  const std::size_t count = decoded(reply).outcomes.size();
  const std::size_t array_head = count < 16 ? 1 : count < 65'536 ? 3 : 5;
  return reply.size() - 2 - array_head - 1;
}

}  // namespace

TEST_CASE("a write's answer has its outcomes in order") {
  Desk desk;
  const Answer answer = desk.send({{"a", set("x", 1), 0},
                                   {"a", Raw().erase("y").bytes(), 0},
                                   {"a", Raw().require("x", 1).bytes(), 0},
                                   {"a", Raw().add("n", 4).bytes(), 0}});
  desk.authority.commit();
  const std::string bytes = desk.authority.reply(answer);
  const wire::WriteReply reply = decoded(bytes);
  REQUIRE(reply.outcomes.size() == 4);
  CHECK(reply.outcomes[0].status == Status::ok);
  CHECK(reply.outcomes[0].revision == test::first_revision);
  CHECK(reply.outcomes[1].status == Status::unchanged);
  CHECK(reply.outcomes[2].status == Status::lost);
  CHECK(reply.outcomes[2].name() == "x");
  CHECK(reply.outcomes[3].texts == std::vector<std::string>{"\x04"});
  CHECK(reply.tails.empty());
}

TEST_CASE("the outcomes of one write are bounded, so that its answer fits into a message") {
  Desk desk;
  const std::string name(1024, 'n');
  Raw adds;
  for (int i = 0; i != 1'000; ++i) adds.add("n", std::uint64_t{1} << 40);
  std::vector<test::Item> items;
  for (std::size_t i = 0; i != desk.authority.options().bounds.write_items; ++i) {
    const bool sums = i % 100 == 0;
    items.push_back({"a", sums ? adds.bytes() : Raw().require(name, 1).bytes(), 0});
  }
  const Answer answer = desk.send(items);
  desk.authority.commit();
  const std::string bytes = desk.authority.reply(answer);
  CHECK(bytes.size() < wire::message_bytes);
  const wire::WriteReply reply = decoded(bytes);
  CHECK(reply.outcomes[0].status == Status::ok);
  CHECK(reply.outcomes[1].status == Status::lost);
  CHECK(reply.outcomes.back().status == Status::overloaded);
  CHECK(*desk.send_numbered(items, 100, 1).outcomes == *answer.outcomes);
}

TEST_CASE("the outcomes of one write are as many bytes as they may be, and not one more") {
  Raw adds;
  for (int i = 0; i != 100; ++i) adds.add("n", std::uint64_t{1} << 40);
  const std::vector<test::Item> items = {{"a", adds.bytes(), 0},
                                         {"a", Raw().require(std::string(300, 'n'), 1).bytes(), 0},
                                         {"a", Raw().set("_own", 1).bytes(), 0},
                                         {"a", Raw().erase("absent").bytes(), 0},
                                         {"a", adds.bytes(), 0}};
  const auto outcomes_with = [&](std::size_t bound) {
    AuthorityOptions options = test::options();
    options.bounds.outcome_bytes = bound;
    Desk desk(options);
    const Answer answer = desk.send(items);
    desk.authority.commit();
    CHECK(outcome_bytes(desk.authority.reply(answer)) <= bound);
    // What is refused is not applied.
    const bool last = answer.outcomes->back().status == Status::ok;
    CHECK(desk.authority.revision() == test::first_revision + (last ? 1 : 0));
    return *answer.outcomes;
  };
  Desk desk;
  const std::size_t all = outcome_bytes(desk.authority.reply(answered(desk, items)));
  const Outcomes fit = outcomes_with(all);
  CHECK(fit.back().status == Status::ok);
  CHECK(fit.back().sums().size() == 100);
  CHECK(outcomes_with(all - 1).back().status == Status::overloaded);
  CHECK(outcomes_with(all - 1)[3].status == Status::unchanged);
}

TEST_CASE("a refusal for want of room is as long as is said") {
  CHECK(wire::encoded_bytes(wire::Outcome::refused(no_room_for_outcome())) ==
        no_room_for_outcome_bytes);
}

TEST_CASE("what makes no commit needs no room for its sums") {
  AuthorityOptions options = test::options();
  options.bounds.outcome_bytes = 100;
  Desk desk(options);
  Raw adds;
  for (int i = 0; i != 100; ++i) adds.add("n", std::uint64_t{1} << 40);
  CHECK(desk.write("a", adds).status == Status::overloaded);
  CHECK(desk.authority.namespaces() == 0);
  CHECK(desk.write("a", adds.clear()).status == Status::unchanged);
}

TEST_CASE("the outcomes of the most items and of many large ones keep within their bound") {
  Desk desk;
  const test::Item lost{"a", Raw().require(std::string(1'000, 'n'), 1).bytes(), 0};
  const std::size_t bound = desk.authority.options().bounds.outcome_bytes;
  const Answer large = answered(desk, std::vector<test::Item>(9'000, lost));
  CHECK(outcome_bytes(desk.authority.reply(large)) <= bound);
  CHECK(outcome_bytes(desk.authority.reply(large)) > bound - 50'000);
  CHECK(large.outcomes->front().status == Status::lost);
  CHECK(large.outcomes->back().status == Status::overloaded);
  const std::size_t most_items = desk.authority.options().bounds.write_items;
  const Answer most = answered(desk, std::vector<test::Item>(most_items, lost));
  CHECK(outcome_bytes(desk.authority.reply(most)) <= bound);
  CHECK(most.outcomes->front().status == Status::lost);
  CHECK(most.outcomes->back().status == Status::overloaded);
}

TEST_CASE("what the lanes of a session keep is bounded") {
  AuthorityOptions options = test::options();
  options.bounds.kept_outcome_bytes = 3'000;
  Desk desk(options);
  const std::string name(1024, 'n');
  const std::vector<test::Item> lost = {{"a", Raw().require(name, 1).bytes(), 0}};
  for (std::uint64_t lane = 1; lane <= 2; ++lane)
    CHECK(desk.send(lost, lane).outcomes->front().status == Status::lost);
  // There is room for less, and then for nothing.
  CHECK(desk.send(lost, 3).outcomes->front().status == Status::overloaded);
  std::uint64_t lane = 4;
  while (!desk.send({{"a", set("x", 1), 0}}, lane).refused()) ++lane;
  CHECK(lane > 4);
  CHECK(desk.send({{"a", set("x", 1), 0}}, lane).refusal.status == Status::overloaded);
  desk.authority.commit();
  CHECK(desk.authority.kept_outcome_bytes() <= options.bounds.kept_outcome_bytes);
  // A lane's next answer takes the place of the one before.
  CHECK_FALSE(desk.send({{"a", set("x", 1), 0}}, 1).refused());
  CHECK_FALSE(desk.send({{"a", set("x", 1), 0}}, lane).refused());
}

TEST_CASE("one WRITE keeps no more than its session may") {
  AuthorityOptions options = test::options();
  options.bounds.kept_outcome_bytes = 20'000;
  Desk desk(options);
  Raw sums;
  for (int i = 0; i != 1'000; ++i) sums.add("n", 1);
  for (std::uint64_t lane = 1; lane <= 3; ++lane) {
    const Answer answer = desk.send(std::vector<test::Item>(100, {"a", sums.bytes(), 0}), lane);
    desk.authority.commit();
    CHECK(answer.outcomes->front().status == Status::ok);
    CHECK(answer.outcomes->back().status == Status::overloaded);
    CHECK(desk.authority.kept_outcome_bytes() <= options.bounds.kept_outcome_bytes);
    // Repeated from what is kept.
    CHECK(*desk.send_numbered({}, lane, 1).outcomes == *answer.outcomes);
    desk.authority.commit();
    desk.authority.apply({"alice", CloseSession{desk.id(desk.session)}});
    desk.authority.commit();
    desk.session = desk.open();
  }
}

TEST_CASE("a name that is too long is not sent back whole") {
  Desk desk;
  std::string name = "x";
  for (int i = 0; i != 400; ++i) name += "\u20ac";
  const wire::Outcome outcome = desk.write("a", Raw().set(name, 1));
  CHECK(outcome.status == Status::rejected);
  CHECK(outcome.name() == name.substr(0, 1 + 341 * 3));
  CHECK(outcome.name().size() <= wire::name_bytes);
}

TEST_CASE("the answer brings the commits that its client does not have, of each namespace once") {
  Desk desk;
  const std::uint64_t a = desk.set("a", "x", 1).revision;
  desk.set("a", "x", 2);
  const std::uint64_t b = desk.set("b", "x", 1).revision;
  const Answer answer = desk.send({{"b", set("x", 2), b},
                                   {"a", set("x", 3), a + 1},
                                   {"a", set("x", 4), a},
                                   {"c", set("x", 5), 0}});
  desk.authority.commit();
  const std::string bytes = desk.authority.reply(answer);
  const wire::WriteReply reply = decoded(bytes);
  REQUIRE(reply.tails.size() == 2);
  CHECK(reply.tails[0].space == "a");
  CHECK(reply.tails[0].run.previous == a);
  CHECK(reply.tails[0].run.commits == 3);
  CHECK(reply.tails[0].run.count == 4);
  CHECK(reply.tails[0].run.revision == desk.authority.status("a").revision);
  CHECK(reply.tails[1].space == "b");
  CHECK(reply.tails[1].run.commits == 1);
}

TEST_CASE("a lost race's answer brings the commit that decided it") {
  Desk desk;
  const std::uint64_t known = desk.set("a", "x", 1).revision;
  desk.set("a", "x", 2);
  const Answer answer = desk.send({{"a", Raw().require("x", known).set("x", 3).bytes(), known}});
  desk.authority.commit();
  const std::string bytes = desk.authority.reply(answer);
  const wire::WriteReply reply = decoded(bytes);
  CHECK(reply.outcomes[0].status == Status::lost);
  REQUIRE(reply.tails.size() == 1);
  CHECK(reply.tails[0].run.revision == reply.outcomes[0].revision);
}

TEST_CASE("tails that are too long, gone or needless are left out") {
  AuthorityOptions options = test::options();
  options.log_bytes = 200'000;
  Desk desk(options);
  const std::string half(wire::write_tail_bytes / 2, 'v');
  const auto tails = [&](std::string_view space, std::uint64_t known) {
    const Answer answer = desk.send({{std::string(space), Raw().erase("none").bytes(), known}});
    desk.authority.commit();
    const std::string bytes = desk.authority.reply(answer);
    return decoded(bytes).tails.size();
  };
  const std::uint64_t first = desk.set("a", "x", 1).revision;
  const std::uint64_t second = desk.set("a", "x", half).revision;
  CHECK(tails("a", first) == 1);
  CHECK(tails("a", second) == 0);
  CHECK(tails("a", second + 1) == 0);
  desk.set("a", "x", half);
  CHECK(tails("a", first) == 0);
  CHECK(tails("a", second) == 1);
  for (int i = 0; i != 10; ++i) desk.set("b", "x", half);
  CHECK(tails("a", second) == 0);
  CHECK(tails("none", 1) == 0);
}

TEST_CASE("all tails together keep within their bound") {
  Desk desk;
  const std::string third(wire::write_tail_bytes / 3, 'v');
  std::vector<test::Item> items;
  for (const char* space : {"a", "b", "c", "d"}) {
    const std::uint64_t known = desk.set(space, "x", 1).revision;
    items.push_back({space, set("x", std::string_view(space) == "d" ? "small" : third), known});
  }
  const Answer answer = desk.send(items);
  desk.authority.commit();
  const std::string bytes = desk.authority.reply(answer);
  const wire::WriteReply reply = decoded(bytes);
  REQUIRE(reply.tails.size() == 3);
  CHECK(reply.tails[1].space == "b");
  CHECK(reply.tails[2].space == "d");
}

TEST_CASE("a repeated write brings what has been committed since") {
  Desk desk;
  const std::uint64_t known = desk.set("a", "x", 1).revision;
  const std::vector<test::Item> items{{"a", set("x", 2), known}};
  desk.send_numbered(items, 1, 1);
  desk.authority.commit();
  desk.set("a", "x", 3);
  const Answer again = desk.send_numbered(items, 1, 1);
  desk.authority.commit();
  const std::string bytes = desk.authority.reply(again);
  const wire::WriteReply reply = decoded(bytes);
  CHECK(reply.outcomes[0].revision == known + 1);
  CHECK(reply.tails.at(0).run.commits == 2);
}

TEST_CASE("refusals and bare commands have answers too") {
  Desk desk;
  const Answer refused = desk.apply(Renew{desk.id(99)});
  const Answer done = desk.apply(Renew{desk.id(desk.session)});
  desk.authority.commit();
  CHECK_THROWS_AS(wire::decode_done(desk.authority.reply(refused)), wire::RefusedError);
  CHECK_NOTHROW(wire::decode_done(desk.authority.reply(done)));
}
