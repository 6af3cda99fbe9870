#include "authority/session_table.hpp"

#include "authority/desk.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using wire::Status;

namespace {

std::string set(std::string_view name, int value) { return Raw().set(name, value).bytes(); }

}  // namespace

TEST_CASE("a repeated number is answered again and not applied again") {
  Desk desk;
  const std::vector<test::Item> items{{"a", Raw().add("n", 1).bytes(), 0},
                                      {"a", Raw().set("_no", 1).bytes(), 0}};
  const Answer first = desk.send_numbered(items, 1, 5);
  const Answer at_once = desk.send_numbered(items, 1, 5);
  desk.authority.commit();
  desk.set("b", "x", 1);
  const Answer later = desk.send_numbered(items, 1, 5);
  desk.authority.commit();
  CHECK(desk.value("a", "n") == 1);
  const std::string reply = desk.authority.reply(first);
  CHECK(desk.authority.reply(at_once) == reply);
  CHECK(desk.authority.reply(later) == reply);
}

TEST_CASE("a repeated number is answered again whatever else the request says") {
  AuthorityOptions options = test::options();
  options.bounds.lanes = 3;
  options.bounds.write_items = 3;
  options.bounds.kept_outcome_bytes = 1'300;
  options.bounds.all_kept_outcome_bytes = 1'200;
  Desk desk(options);
  const test::Item add{"a", Raw().add("n", 1).bytes(), 0};
  const test::Item large{"a", Raw().require(std::string(1'000, 'n'), 1).bytes(), 0};
  const Answer first = desk.send_numbered({add}, 1, 5);
  REQUIRE_FALSE(first.refused());
  desk.authority.commit();
  const std::string reply = desk.authority.reply(first);

  const auto check_repeated = [&] {
    const std::vector<std::vector<test::Item>> others = {
        {},
        {add},
        {add, add},
        std::vector<test::Item>(4, add),  // more than a WRITE may have
        std::vector<test::Item>(65'537, add),
        {{"no//namespace", "", 0}},
        {{"a", "no transaction", 0}},
        {{"a", std::string(options.limits.transaction_bytes + 1, 'x'), 0}},
        {{"$sys/broker", Raw().set("_private", 1).bytes(), 0}}};
    for (const std::vector<test::Item>& items : others) {
      const Answer again = desk.send_numbered(items, 1, 5);
      desk.authority.commit();
      CHECK(desk.authority.reply(again) == reply);
    }
    CHECK(desk.value("a", "n") == 1);
  };
  check_repeated();
  // As many lanes as may be, and other lanes that keep more than they may, of this session and all.
  desk.send_numbered({large}, 2, 1);
  desk.authority.commit();
  desk.send_numbered({}, 3, 1);
  desk.authority.commit();
  REQUIRE(desk.send_numbered({add, add}, 1, 6).refusal.status == Status::overloaded);
  REQUIRE(desk.authority.kept_outcome_bytes() > options.bounds.all_kept_outcome_bytes);
  check_repeated();
}

TEST_CASE("a repeated number asks for the tails of as many items as a WRITE may have") {
  AuthorityOptions options = test::options();
  options.bounds.write_items = 2;
  Desk desk(options);
  const std::uint64_t known = desk.set("a", "x", 1).revision;
  const std::uint64_t other = desk.set("b", "x", 1).revision;
  desk.set("a", "x", 2);
  desk.set("b", "x", 2);
  desk.send_numbered({}, 1, 5);
  const Answer again = desk.send_numbered({{"c", "", 0}, {"a", "", known}, {"b", "", other}}, 1, 5);
  desk.authority.commit();
  const std::string bytes = desk.authority.reply(again);
  const wire::WriteReply reply = wire::decode_write_reply(bytes);
  REQUIRE(reply.tails.size() == 1);
  CHECK(reply.tails[0].space == "a");
}

TEST_CASE("a lower number is refused, a higher one applied, and gaps are fine") {
  Desk desk;
  desk.send_numbered({{"a", set("x", 1), 0}}, 1, 5);
  CHECK(desk.send_numbered({{"a", set("x", 2), 0}}, 1, 4).refusal.status == Status::old_number);
  CHECK_FALSE(desk.send_numbered({{"a", set("x", 3), 0}}, 1, 9).refused());
  CHECK(desk.send_numbered({{"a", set("x", 4), 0}}, 1, 5).refusal.status == Status::old_number);
  desk.authority.commit();
  CHECK(desk.value("a", "x") == 3);
}

TEST_CASE("lanes and sessions count for themselves") {
  Desk desk;
  desk.send_numbered({{"a", set("x", 1), 0}}, 1, 5);
  CHECK_FALSE(desk.send_numbered({{"a", set("x", 2), 0}}, 2, 1).refused());
  desk.session = desk.open();
  CHECK_FALSE(desk.send_numbered({{"a", set("x", 3), 0}}, 1, 1).refused());
  desk.authority.commit();
  CHECK(desk.value("a", "x") == 3);
}

TEST_CASE("an abandoned write can be sent again under its number") {
  Desk desk;
  desk.send_numbered({{"a", Raw().add("n", 1).bytes(), 0}}, 1, 5);
  desk.authority.commit();
  desk.send_numbered({{"a", Raw().add("n", 10).bytes(), 0}}, 1, 6);
  desk.send_numbered({{"a", Raw().add("n", 10).bytes(), 0}}, 2, 6);
  desk.authority.abandon();
  desk.send_numbered({{"a", Raw().add("n", 10).bytes(), 0}}, 1, 6);
  desk.send_numbered({{"a", Raw().add("n", 10).bytes(), 0}}, 2, 6);
  desk.authority.commit();
  CHECK(desk.value("a", "n") == 21);
}

TEST_CASE("a silent session ends, and any request keeps it") {
  Desk desk;
  const std::uint64_t silent = desk.open("bob", "silent");
  const std::uint64_t kept = desk.open("carol", "kept");
  const std::uint64_t time = desk.authority.options().session_ms;
  desk.advance(time - 1);
  CHECK(desk.authority.sessions() == 3);
  desk.send({{"a", set("x", 1), 0}});
  desk.apply(Renew{desk.id(kept)}, "carol");
  desk.advance(1);
  REQUIRE(desk.authority.session_list().size() == 2);
  CHECK(desk.authority.session_list()[0].client_name == "client");
  CHECK(desk.authority.session_list()[1].user == "carol");
  CHECK(desk.apply(Renew{desk.id(silent)}, "bob").refusal.status == Status::unknown_session);
  desk.advance(time);
  CHECK(desk.authority.sessions() == 0);
}

TEST_CASE("a refused write keeps its session too") {
  Desk desk;
  desk.send_numbered({}, 1, 5);
  desk.advance(desk.authority.options().session_ms - 1);
  CHECK(desk.send_numbered({}, 1, 4).refusal.status == Status::old_number);
  desk.advance(desk.authority.options().session_ms - 1);
  CHECK(desk.authority.sessions() == 1);
}

TEST_CASE("a session's number is never given twice") {
  Desk desk;
  const std::uint64_t first = desk.open();
  desk.apply(CloseSession{desk.id(first)});
  CHECK(desk.open() > first);
  CHECK(desk.apply(CloseSession{desk.id(first)}).refusal.status == Status::unknown_session);
}
