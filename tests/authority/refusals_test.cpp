#include "authority/refusals.hpp"

#include <cstdint>
#include <limits>

#include "authority/desk.hpp"
#include "support/catch.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using wire::Status;

namespace {

AuthorityOptions narrow() {
  AuthorityOptions options = test::options();
  options.limits.name_bytes = 8;
  options.limits.namespace_bytes = 10;
  options.limits.value_bytes = 20;
  options.limits.transaction_bytes = 200;
  options.limits.transaction_operations = 4;
  options.bounds = {2, 2, 2, 3};
  return options;
}

wire::Outcome refused_write(const std::string& space, const Raw& transaction) {
  Desk desk(narrow());
  const std::string before = desk.authority.describe_kept();
  const wire::Outcome outcome = desk.write(space, transaction);
  CHECK(outcome.status >= Status::malformed);
  CHECK_FALSE(outcome.message().empty());
  CHECK(desk.authority.describe_kept() == before);
  CHECK(desk.authority.revision() == test::first_revision - 1);
  return outcome;
}

void check_rejected(const std::string& space, const Raw& transaction, const std::string& name) {
  const wire::Outcome outcome = refused_write(space, transaction);
  CHECK(outcome.status == Status::rejected);
  CHECK(outcome.name() == name);
}

}  // namespace

TEST_CASE("names of attributes that are not allowed are rejected, whatever is asked") {
  for (const std::string name : {"", "_own", "too long it is"}) {
    check_rejected("a", Raw().set(name, 1), name);
    check_rejected("a", Raw().erase(name), name);
    check_rejected("a", Raw().add(name, 1), name);
    check_rejected("a", Raw().require(name, 0).set("x", 1), name);
  }
  const std::string nul("a\0b", 3);
  check_rejected("a", Raw().set(nul, 1), nul);
}

TEST_CASE("names of namespaces that are not allowed are rejected") {
  for (const std::string name : {"", "/a", "a/", "a//b", "12345678901"}) {
    check_rejected(name, Raw().set("x", 1), name);
  }
}

TEST_CASE("the broker's own namespaces are read-only") {
  check_rejected("$sys/x", Raw().set("x", 1), "$sys/x");
  AuthorityOptions system = test::options();
  system.system = true;
  Desk desk(system);
  CHECK(desk.set("$sys/x", "x", 1).status == Status::ok);
  CHECK(desk.set("a", "x", 1).status == Status::rejected);
}

TEST_CASE("what is too large is rejected") {
  check_rejected("a", Raw().set("x", std::string(20, 'v')), "x");
  const std::string value(15, 'v');
  check_rejected("a", Raw().set("1", 1).set("2", 1).set("3", 1).set("4", 1).set("5", 1), "");
  check_rejected("a", Raw().require("1", 0).set("2", 1).set("3", 1).set("4", 1).set("5", 1), "");
  Raw wide;
  for (int i = 0; i != 20; ++i) wide.set("name" + std::to_string(i), value);
  check_rejected("a", wide, "");
  Desk desk(narrow());
  CHECK(desk.set("a", "x", std::string(19, 'v')).status == Status::ok);
}

TEST_CASE("bytes that are no transaction are malformed, and the other items are applied") {
  Desk desk;
  const auto answer = desk.send({{"a", "\xC1", 0},
                                 {"a", "", 0},
                                 {"a", Raw().set_bytes("x", "\xD4\x01\x01").bytes(), 0},
                                 {"a", Raw().set("x", 1).bytes() + "more", 0},
                                 {"a", Raw().set("x", 1).bytes(), 0}});
  desk.authority.commit();
  for (std::size_t i = 0; i != 4; ++i) CHECK(answer.outcomes->at(i).status == Status::malformed);
  CHECK(answer.outcomes->at(4).status == Status::ok);
}

TEST_CASE("an add that does not fit is refused with its name") {
  const Raw overflow = Raw().set("x", std::numeric_limits<std::int64_t>::max()).add("x", 1);
  check_rejected("a", overflow, "x");
  const wire::Outcome outcome = refused_write("a", Raw().set("x", "text").add("x", 1));
  CHECK(outcome.status == Status::wrong_type);
  CHECK(outcome.name() == "x");
}

TEST_CASE("a request of another history is refused") {
  Desk desk;
  wire::SessionId other = desk.id(desk.session);
  other.epoch.bytes[0] ^= 1;
  CHECK(desk.apply(Renew{other}).refusal.status == Status::wrong_epoch);
  CHECK(desk.apply(CloseSession{other}).refusal.status == Status::wrong_epoch);
  CHECK(desk.apply(wire::Write{other, 1, 1, {}}).refusal.status == Status::wrong_epoch);
}

TEST_CASE("a session that there is not, or of another user, is unknown") {
  Desk desk;
  const wire::SessionId never = desk.id(99);
  const wire::SessionId mine = desk.id(desk.session);
  CHECK(desk.apply(Renew{never}).refusal.status == Status::unknown_session);
  CHECK(desk.apply(Renew{mine}, "mallory").refusal.status == Status::unknown_session);
  CHECK(desk.apply(CloseSession{mine}, "mallory").refusal.status == Status::unknown_session);
  CHECK(desk.apply(wire::Write{mine, 1, 1, {}}, "mallory").refusal.status ==
        Status::unknown_session);
  CHECK_FALSE(desk.apply(Renew{mine}).refused());
}

TEST_CASE("a client's name that is not allowed is rejected") {
  Desk desk;
  CHECK(desk.apply(OpenSession{std::string(256, 'x')}).refusal.status == Status::rejected);
  CHECK(desk.apply(OpenSession{"\xFF"}).refusal.status == Status::rejected);
  CHECK(desk.apply(OpenSession{"c", std::string(256, 'x')}).refusal.status == Status::rejected);
  CHECK(desk.apply(OpenSession{"c", "\xFF"}).refusal.status == Status::rejected);
  CHECK_FALSE(desk.apply(OpenSession{"c", std::string(255, 'x')}).refused());
  CHECK_FALSE(desk.apply(OpenSession{""}).refused());
}

TEST_CASE("a session more than the bound is refused until another ends") {
  Desk desk(narrow());
  const std::uint64_t second = desk.open();
  CHECK(second != 0);
  CHECK(desk.apply(OpenSession{"c"}).refusal.status == Status::overloaded);
  desk.apply(CloseSession{desk.id(second)});
  CHECK_FALSE(desk.apply(OpenSession{"c"}).refused());
}

TEST_CASE("a lane more than the bound is refused and nothing is applied") {
  Desk desk(narrow());
  CHECK_FALSE(desk.send({{"a", Raw().set("x", 1).bytes(), 0}}, 1).refused());
  CHECK_FALSE(desk.send({{"a", Raw().set("x", 2).bytes(), 0}}, 2).refused());
  CHECK(desk.send({{"a", Raw().set("x", 3).bytes(), 0}}, 3).refusal.status == Status::overloaded);
  CHECK_FALSE(desk.send({{"a", Raw().set("y", 4).bytes(), 0}}, 1).refused());
  desk.authority.commit();
  CHECK(desk.value("a", "x") == 2);
}

TEST_CASE("a namespace more than the bound is refused until another is forgotten") {
  Desk desk(narrow());
  desk.set("a", "x", 1);
  desk.apply(PinNamespace{"b"});
  CHECK(desk.set("c", "x", 1).status == Status::overloaded);
  CHECK(desk.apply(PinNamespace{"c"}).refusal.status == Status::overloaded);
  CHECK(desk.set("b", "x", 1).status == Status::ok);
  desk.erase("b", "x");
  desk.forget("b");
  CHECK(desk.set("c", "x", 1).status == Status::ok);
}

TEST_CASE("at the bound of namespaces only what would make one is refused as overloaded") {
  AuthorityOptions options = narrow();
  options.bounds.space = {1, 100};
  options.bounds.total = {2, 200 + 2 * namespace_overhead};
  Desk desk(options);
  desk.set("a", "x", 1);
  desk.set("b", "x", 1);
  desk.erase("b", "x");
  desk.forget("b");  // so that there is a revision of what there is not
  desk.set("b", "x", 1);
  const std::uint64_t forgotten = desk.authority.status("c").revision;
  REQUIRE(forgotten != 0);

  const Raw nothing[] = {Raw(),
                         Raw().erase("x"),
                         Raw().clear(),
                         Raw().require("x", 0),
                         Raw().set("x", 1).erase("x"),
                         Raw().set("x", 1).set("y", 1).clear(),
                         Raw().add("x", 1).add("y", 1).clear()};
  for (const Raw& transaction : nothing) {
    const wire::Outcome outcome = desk.write("c", transaction);
    CHECK(outcome.status == Status::unchanged);
    CHECK(outcome.revision == forgotten);
  }
  const wire::Outcome lost = desk.write("c", Raw().require("x", 7).set("x", 1));
  CHECK(lost.status == Status::lost);
  CHECK(lost.revision == forgotten);
  CHECK(lost.name() == "x");
  for (const std::string name : {"", "_own", "too long it is"}) {
    CHECK(desk.write("c", Raw().set(name, 1)).status == Status::rejected);
    CHECK(desk.write("c", Raw().erase(name)).status == Status::rejected);
  }
  CHECK(desk.write("c", Raw().set("x", std::string(20, 'v'))).status == Status::rejected);
  CHECK(desk.write("c", Raw().set("x", "text").add("x", 1)).status == Status::wrong_type);
  CHECK(desk.write("c", Raw().set("x", INT64_MAX).add("x", 1)).status == Status::rejected);
  CHECK(desk.send({{"c", "no transaction", 0}}).outcomes->at(0).status == Status::malformed);
  desk.authority.commit();
  CHECK(desk.set("c//d", "x", 1).status == Status::rejected);
  const wire::Outcome over = desk.set("c", "x", 1);
  CHECK(over.status == Status::overloaded);
  CHECK(over.message().find("namespaces") != std::string_view::npos);
  CHECK(desk.write("c", Raw().add("x", 1)).status == Status::overloaded);
  CHECK(desk.authority.namespaces() == 2);
}

TEST_CASE("a request with more transactions than the bound is rejected whole") {
  Desk desk(narrow());
  const test::Item item{"a", Raw().set("x", 1).bytes(), 0};
  CHECK(desk.send({item, item, item, item}).refusal.status == Status::rejected);
  desk.authority.commit();
  CHECK(desk.names("a").empty());
  CHECK_FALSE(desk.send({item, item, item}).refused());
}

TEST_CASE("a query for a name that is not allowed is answered with the refusal") {
  Desk desk;
  const auto status_of = [](const std::string& reply) {
    try {
      wire::decode_read_reply(reply);
    } catch (const wire::RefusedError& error) {
      return error.refusal().status;
    }
    return Status::ok;
  };
  CHECK(status_of(desk.authority.answer(wire::Read{"a//b", {"x"}})) == Status::rejected);
  CHECK(status_of(desk.authority.answer(wire::Read{"a", {"x", "_y"}})) == Status::rejected);
  CHECK(status_of(desk.authority.answer(wire::SnapshotRequest{"", ""})) == Status::rejected);
  CHECK(status_of(desk.authority.answer(wire::Since{"/", {}, 0})) == Status::rejected);
  CHECK(status_of(desk.authority.answer(wire::StatusRequest{{"a", "b/"}})) == Status::rejected);
  CHECK(status_of(desk.authority.answer(wire::Read{"a", {"x"}})) == Status::ok);
}
