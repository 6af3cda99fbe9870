// Who may read and write what, by every way that there is.

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/guarded_board.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

constexpr const char* all_for_alice = R"(
[[rule]]
user = "alice"
right = "write"
)";

std::string and_for_bob(std::string_view space, std::string_view right) {
  return std::string(all_for_alice) + "[[rule]]\nuser = \"bob\"\nnamespace = \"" +
         std::string(space) + "\"\nright = \"" + std::string(right) + "\"\n";
}

std::string place_of(const GuardedBoard& board, const wire::Welcome& welcome) {
  if (!welcome.updates.endpoint.empty()) return welcome.updates.endpoint;
  if (welcome.updates.port != 0) return "tcp://127.0.0.1:" + std::to_string(welcome.updates.port);
  return board.endpoint() + ".updates";
}

}  // namespace

TEST_CASE("Who may only read reads, hears, and is denied to write at once", "[keyless]") {
  const std::string bind = GENERATE(std::string("tcp://127.0.0.1:*"), std::string("ipc"));
  GuardedBoard board(bind, and_for_bob("plant/line1", "read"));
  Client alice(board.options("alice"));
  Client bob(board.options("bob"));
  Namespace line = alice.open("plant/line1");
  line.set("speed", 1);
  alice.open("plant/line2").set("secret", 1);

  Namespace seen = bob.open("plant/line1");
  CHECK(seen.get<int>("speed") == 1);
  line.set("speed", 2);
  REQUIRE(await([&] { return seen.get<int>("speed") == 2; }));
  seen.sync();
  CHECK(code_of([&] { seen.set("speed", 3); }) == Errc::denied);
  CHECK(code_of([&] { seen.set_async("speed", 3).get(); }) == Errc::denied);
  CHECK(code_of([&] { seen.erase("speed"); }) == Errc::denied);
  CHECK(code_of([&] { seen.add("speed", 1); }) == Errc::denied);
  CHECK(code_of([&] { seen.commit(Transaction().set("x", 1)); }) == Errc::denied);
  CHECK(seen.get<int>("speed") == 2);

  CHECK(code_of([&] { bob.open("plant/line2"); }) == Errc::denied);
  CHECK(code_of([&] { bob.open("plant"); }) == Errc::denied);
  CHECK(code_of([&] { bob.open("$sys/sessions"); }) == Errc::denied);
  CHECK(bob.namespaces() == std::vector<std::string>{"plant/line1"});
  CHECK(bob.namespaces("plant/line2").empty());
  CHECK(alice.open("$sys/broker").get<int>("denied").value_or(0) >= 5);
}

TEST_CASE("Every request about what may not be read is denied, whether it is there or not",
          "[keyless]") {
  GuardedBoard board("tcp://127.0.0.1:*", and_for_bob("own", "write"));
  Client alice(board.options("alice"));
  alice.open("there").set("secret", 1);
  RawClient bob(board.endpoint(), own_context(), board.keys("bob"));
  const wire::SessionId session = bob.hello().session;
  for (const std::string space : {"there", "not/there", "$sys/broker"}) {
    const auto denied = [&](const std::string& request) {
      const std::string reply = bob.ask(request);
      CHECK(reply.find("secret") == std::string::npos);
      return status_of(reply) == wire::Status::denied;
    };
    CHECK(denied(wire::encode(wire::Read{space, {"secret"}})));
    CHECK(denied(wire::encode(wire::SnapshotRequest{space, ""})));
    CHECK(denied(wire::encode(wire::Since{space, session.epoch, 0})));
    CHECK(denied(wire::encode(wire::StatusRequest{{"own", space}})));
    const std::string bytes = Transaction().set("x", 1).encoded();
    const std::string reply = bob.ask(bob.next_write(space, Transaction().set("x", 1), 1));
    const wire::WriteReply outcome = wire::decode_write_reply(reply);
    CHECK(outcome.outcomes.at(0).status == wire::Status::denied);
    CHECK(outcome.tails.empty());
  }
  CHECK(status_of(bob.ask(wire::encode(wire::Backup{"0123456789abcdef"}))) == wire::Status::denied);
  CHECK(bob.write("own", Transaction().set("x", 1)).status == wire::Status::ok);
  const std::string listed = bob.ask(wire::encode(wire::List{"", ""}));
  CHECK(wire::decode_list_reply(listed).names == std::vector<std::string_view>{"own"});
}

TEST_CASE("What a user may not touch is denied before anything else is looked at", "[keyless]") {
  GuardedBoard board("tcp://127.0.0.1:*", and_for_bob("own", "write"));
  RawClient bob(board.endpoint(), own_context(), board.keys("bob"));
  const wire::SessionId session = bob.hello().session;
  const auto status = [&](const std::string& request) { return status_of(bob.ask(request)); };
  for (const std::string space : {"there", "no//namespace", "", "/", "$sys/broker"}) {
    CAPTURE(space);
    CHECK(status(wire::encode(wire::Read{space, {"_private"}})) == wire::Status::denied);
    CHECK(status(wire::encode(wire::SnapshotRequest{space, ""})) == wire::Status::denied);
    CHECK(status(wire::encode(wire::Since{space, {}, UINT64_MAX})) == wire::Status::denied);
    wire::StatusRequest many{std::vector<std::string_view>(65'536, "own")};
    many.spaces.back() = space;
    CHECK(status(wire::encode(many)) == wire::Status::denied);
  }
  CHECK(status(wire::encode(wire::Read{"own", {"_private"}})) == wire::Status::rejected);
  CHECK(status(wire::encode(wire::BackupPart{"0123456789abcdef", UINT64_MAX, UINT64_MAX})) ==
        wire::Status::denied);
  CHECK(status(wire::encode(wire::BackupEnd{"0123456789abcdef"})) == wire::Status::denied);

  const std::string bytes = Transaction().set("x", 1).encoded();
  const std::string too_large(std::size_t{8} << 20 | 1, 'x');
  const std::string reply = bob.ask(wire::encode(wire::Write{session,
                                                             1,
                                                             1,
                                                             {{"there", 1, "no transaction"},
                                                              {"no//namespace", 1, bytes},
                                                              {"there", 1, too_large},
                                                              {"own", 0, "no transaction"}}}));
  const wire::WriteReply written = wire::decode_write_reply(reply);
  REQUIRE(written.outcomes.size() == 4);
  for (std::size_t i = 0; i != 3; ++i) CHECK(written.outcomes[i].status == wire::Status::denied);
  CHECK(written.outcomes[3].status == wire::Status::malformed);
}

TEST_CASE("A session belongs to its user", "[keyless]") {
  GuardedBoard board;
  RawClient alice(board.endpoint(), own_context(), board.keys("alice"));
  RawClient again(board.endpoint(), own_context(), board.keys("alice"));
  RawClient bob(board.endpoint(), own_context(), board.keys("bob"));
  const wire::SessionId session = alice.hello().session;
  const std::string bytes = Transaction().set("x", 1).encoded();
  for (const std::string& request :
       {wire::encode(wire::Keepalive{session}), wire::encode(wire::Goodbye{session}),
        wire::encode(wire::Write{session, 1, 1, {{"a", 0, bytes}}})}) {
    CHECK(status_of(bob.ask(request)) == wire::Status::unknown_session);
  }
  CHECK(alice.read("a", "x") == std::nullopt);
  // Another connection of the same user's is as good.
  CHECK(status_of(again.ask(wire::encode(wire::Keepalive{session}))) == wire::Status::ok);
  CHECK(status_of(again.ask(wire::encode(wire::Goodbye{session}))) == wire::Status::ok);
}

TEST_CASE("One WRITE with items of both kinds applies what is allowed, and a copy repeats it",
          "[keyless]") {
  GuardedBoard board("tcp://127.0.0.1:*", and_for_bob("own", "write"));
  Client alice(board.options("alice"));
  const Revision other = alice.open("other").set("x", 1);
  RawClient bob(board.endpoint(), own_context(), board.keys("bob"));
  const wire::SessionId session = bob.hello().session;
  const std::string bytes = Transaction().add("n", 1).encoded();
  const std::string request = wire::encode(wire::Write{
      session, 0, 1, {{"own", 0, bytes}, {"other", other.value() - 1, bytes}, {"own", 0, bytes}}});
  const auto check = [&](const std::string& reply) {
    const wire::WriteReply write = wire::decode_write_reply(reply);
    REQUIRE(write.outcomes.size() == 3);
    CHECK(write.outcomes[0].status == wire::Status::ok);
    CHECK(write.outcomes[1].status == wire::Status::denied);
    CHECK(write.outcomes[1].name() == "other");
    CHECK(write.outcomes[2].status == wire::Status::ok);
    CHECK(write.tails.empty());
  };
  check(bob.ask(request));
  check(bob.ask(request));
  CHECK(bob.read("own", "n") == Value(2));
  CHECK_FALSE(alice.open("other").contains("n"));
}

TEST_CASE("A connection hears nothing that its user may not read, whatever it subscribes to",
          "[keyless]") {
  const std::string bind = GENERATE(std::string("tcp://127.0.0.1:*"), std::string("ipc"));
  GuardedBoard board(bind, and_for_bob("plant", "read"));
  RawClient alice(board.endpoint(), own_context(), board.keys("alice"));
  RawClient bob(board.endpoint(), own_context(), board.keys("bob"));
  alice.hello();
  const std::string place = place_of(board, bob.hello());

  RawReader reader(place, own_context(), board.keys("bob"));
  reader.subscribe("");  // everything that there is
  reader.subscribe("secret/");
  reader.subscribe(wire::topic_of("secret/place"));
  reader.follow("plant");
  RawReader entitled(place, own_context(), board.keys("alice"));
  entitled.follow("secret/place");
  alice.write("secret/place", Transaction().set("x", "secret"));
  alice.write("plant", Transaction().set("x", 1));
  entitled.await_commits(wire::topic_of("secret/place"));
  for (bool last = false; !last;) {
    const auto update = reader.next();
    REQUIRE(update);
    CHECK(update->topic.find("secret") == std::string::npos);
    CHECK(update->body.find("secret") == std::string::npos);
    last = update->topic == wire::topic_of("plant") && RawUpdate(*update).commits() != nullptr;
  }
}

TEST_CASE("To subscribe to what may not be read leaves no trace", "[keyless]") {
  GuardedBoard board("tcp://127.0.0.1:*", and_for_bob("plant", "read"));
  RawClient alice(board.endpoint(), own_context(), board.keys("alice"));
  RawClient bob(board.endpoint(), own_context(), board.keys("bob"));
  alice.hello();
  RawReader reader(place_of(board, bob.hello()), own_context(), board.keys("bob"));
  reader.subscribe(wire::topic_of("made/up"));
  reader.follow("plant");
  const auto count = [&] {
    return alice.read("$sys/broker", "namespaces").value_or(Value(0)).as<int>();
  };
  REQUIRE(await([&] { return count() == 1; }));
}

TEST_CASE("Changed permissions hold at once, also for what is open, and others notice nothing",
          "[keyless]") {
  const std::string bind = GENERATE(std::string("tcp://127.0.0.1:*"), std::string("ipc"));
  GuardedBoard board(bind, and_for_bob("plant", "read"));
  std::atomic<int> losses = 0;
  ClientOptions watchful = board.options("alice");
  watchful.on_state = [&](ClientEvent event) {
    if (event != ClientEvent::connected) ++losses;
  };
  Client alice(watchful);
  Client bob(board.options("bob"));
  Namespace plant = alice.open("plant");
  Namespace hall = alice.open("hall");
  plant.set("speed", 1);
  hall.set("light", 1);
  Namespace bobs = bob.open("plant");
  bob.open("plant/own");
  CHECK(code_of([&] { bob.open("hall"); }) == Errc::denied);

  // Another right: what was open is denied from now on, and shows its last state, stale.
  board.permit(and_for_bob("hall", "write"));
  board.reload();
  REQUIRE(await([&] { return bobs.freshness().state == Freshness::State::stale; }));
  plant.set("speed", 2);
  Namespace halls = bob.open("hall");
  CHECK(halls.get<int>("light") == 1);
  halls.set("light", 2);
  REQUIRE(await([&] { return hall.get<int>("light") == 2; }));
  CHECK(code_of([&] { bobs.sync(); }) == Errc::denied);
  CHECK(bobs.get<int>("speed") == 1);

  // And back: what was missed comes by itself.
  board.permit(and_for_bob("plant", "write"));
  board.reload();
  REQUIRE(await([&] { return bobs.get<int>("speed") == 2; }));
  bobs.set("speed", 3);
  REQUIRE(await([&] { return plant.get<int>("speed") == 3; }));
  CHECK(losses == 0);
}

TEST_CASE("A file of permissions that makes no sense changes nothing", "[keyless]") {
  GuardedBoard board("tcp://127.0.0.1:*", and_for_bob("plant", "write"));
  Client bob(board.options("bob"));
  Namespace plant = bob.open("plant");
  board.permit("[[rule]]\nuser = \"bob\"\nright = \"everything\"\n");
  board.reload();
  CHECK(plant.set("speed", 1) != Revision());
  board.stop();
  CHECK(code_of([&] { board.start(); }) == Errc::rejected);
}

TEST_CASE("A list finds what may be read between much that may not", "[keyless]") {
  GuardedBoard board("tcp://127.0.0.1:*",
                     std::string(all_for_alice) +
                         "[[rule]]\nuser = \"bob\"\nnamespace = \"b/5000\"\nright = \"read\"\n"
                         "[[rule]]\nuser = \"bob\"\nnamespace = \"d\"\nright = \"read\"\n");
  RawClient alice(board.endpoint(), own_context(), board.keys("alice"));
  const wire::SessionId session = alice.hello().session;
  const std::string bytes = Transaction().set("x", 1).encoded();
  std::uint64_t number = 0;
  // As many in a WRITE as one may make.
  for (const std::string top : {"a", "b", "c"}) {
    std::vector<std::string> names{"d"};
    for (int i = 0; i != 9000; ++i) names.push_back(top + "/" + std::to_string(i));
    wire::Write write{session, 0, ++number, {}};
    for (const std::string& name : names) write.items.push_back({name, 0, bytes});
    wire::decode_write_reply(alice.ask(wire::encode(write)));
  }
  Client bob(board.options("bob"));
  CHECK(bob.namespaces() == std::vector<std::string>{"b/5000", "d"});
  CHECK(bob.namespaces("b/") == std::vector<std::string>{"b/5000"});
  CHECK(bob.namespaces("c/").empty());
}

TEST_CASE("An embedded broker reads its files again when it is told to", "[keyless]") {
  Broker open(short_times());
  open.start();
  CHECK_FALSE(open.reload());
  GuardedBoard files;
  files.make_keys("carol");
  BrokerOptions options = files.broker_options();
  options.bind = "tcp://127.0.0.1:*";
  Broker guarded(options);
  CHECK_FALSE(guarded.reload());
  guarded.start();
  files.authorize({"carol"});
  CHECK(guarded.reload());
  ClientOptions carol = files.options("carol");
  carol.endpoint = guarded.endpoint();
  CHECK(Client(carol).open("plant").set("x", 1) != Revision());
}

TEST_CASE("Permissions without keys are refused by name", "[keyless]") {
  BrokerOptions options = short_times();
  options.permissions = "permissions.toml";
  try {
    const server::Server server(options, server::silent_log());
    FAIL("it was allowed");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("permissions: without keys") != std::string::npos);
  }
}
