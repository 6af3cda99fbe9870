// What one user may take of a broker, and that the others are served while it takes all of that.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/disk.hpp"
#include "support/failure.hpp"
#include "support/guarded_board.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

constexpr const char* all_for_everybody = "[[rule]]\nuser = \"*\"\nright = \"write\"\n";

std::string quota(std::string_view whom, std::string_view what) {
  return std::string("[[quota]]\n") + std::string(whom) + "\n" + std::string(what) + "\n";
}

/// A broker with bounds, of which each of its users may have half.
struct World {
  explicit World(
      const std::function<void(BrokerOptions&)>& change = [](BrokerOptions&) {},
      const std::string& permissions = all_for_everybody)
      : board("tcp://127.0.0.1:*", permissions) {
    board.stop();
    change(board.broker_options());
    board.start();
  }

  RawClient client(const std::string& user) {
    return RawClient(board.endpoint(), context, board.keys(user));
  }
  RawReader reader(const std::string& user) {
    return RawReader(board.updates_endpoint(), context, board.keys(user));
  }
  /// What alice is told that a user has.
  std::int64_t has(const std::string& user, std::string_view what) {
    RawClient asking = client("bob");
    const std::optional<Value> found = asking.read("$sys/users", user);
    if (!found) return 0;
    const Map& entry = found->as<Map>();
    const auto amount = entry.find(what);
    return amount == entry.end() ? 0 : amount->second.as<std::int64_t>();
  }

  GuardedBoard board;
  Context context = own_context();
};

/// A server's thread.
class Serving {
 public:
  explicit Serving(server::Server& server)
      : server_(server), thread_([&server] { server.serve(); }) {}
  ~Serving() {
    server_.stop();
    thread_.join();
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

 private:
  server::Server& server_;
  std::thread thread_;
};

std::string refusal_of(const std::function<void()>& call) {
  try {
    call();
    return {};
  } catch (const wire::RefusedError& error) {
    CHECK(error.refusal().status == wire::Status::overloaded);
    return error.refusal().message;
  }
}

bool contains(std::string_view text, std::string_view part) {
  UNSCOPED_INFO(text);
  return text.find(part) != text.npos;
}

Transaction x(const Value& value = 1) { return Transaction().set("x", value); }

}  // namespace

TEST_CASE("A user that has opened half of the sessions leaves the others to other users",
          "[keyless]") {
  World world([](BrokerOptions& options) { options.bounds.sessions = 6; });
  RawClient alice = world.client("alice");
  for (int i = 0; i != 3; ++i) alice.hello();
  const std::string refusal = refusal_of([&] { alice.hello(); });
  CHECK(
      contains(refusal, "user 'alice' may have at most 3 sessions; to allow more, set 'sessions'"));
  RawClient bob = world.client("bob");
  for (int i = 0; i != 3; ++i) bob.hello();
  CHECK(world.has("alice", "sessions") == 3);
  CHECK(world.has("alice", "refused") == 1);
}

TEST_CASE("The sessions and namespaces of a user are counted again after a restart", "[keyless]") {
  World world([](BrokerOptions& options) {
    options.bounds.sessions = 6;
    options.bounds.namespaces = 4;
    options.session_time = std::chrono::minutes(1);
  });
  world.board.stop();
  world.board.broker_options().data = world.board.path("data");
  world.board.start();
  {
    RawClient alice = world.client("alice");
    for (int i = 0; i != 3; ++i) alice.hello();
    CHECK(alice.write("a", x()).status == wire::Status::ok);
    CHECK(alice.write("b", x()).status == wire::Status::ok);
  }
  world.board.stop();
  world.board.start();
  CHECK(world.has("alice", "namespaces") == 2);
  CHECK(world.has("alice", "attributes") == 2);
  RawClient alice = world.client("alice");
  CHECK(contains(refusal_of([&] { alice.hello(); }), "3 sessions"));
  RawClient bob = world.client("bob");
  bob.hello();
  CHECK(bob.write("c", x()).status == wire::Status::ok);
}

TEST_CASE("A user that has half of the connections leaves the others to other users", "[keyless]") {
  World world([](BrokerOptions& options) { options.bounds.connections = 12; });
  std::vector<std::unique_ptr<RawClient>> many;
  for (int i = 0; i != 20; ++i) {
    many.push_back(std::make_unique<RawClient>(world.board.endpoint(), world.context,
                                               world.board.keys("alice")));
    many.back()->send(wire::encode(wire::List{"", ""}));
  }
  REQUIRE(await(
      [&] { return world.has("alice", "connections") == 6 && world.has("alice", "refused") > 0; }));
  RawClient bob = world.client("bob");
  bob.hello();
  CHECK(bob.write("a", x()).status == wire::Status::ok);
}

TEST_CASE("A user that may only read makes half of the namespaces by its subscriptions at most",
          "[keyless]") {
  World world([](BrokerOptions& options) { options.bounds.namespaces = 10; },
              "[[rule]]\nuser = \"alice\"\nnamespace = \"pub\"\nright = \"read\"\n"
              "[[rule]]\nuser = \"bob\"\nright = \"write\"\n");
  RawReader alice = world.reader("alice");
  for (int i = 0; i != 30; ++i) alice.subscribe(wire::topic_of("pub/" + std::to_string(i)));
  REQUIRE(await([&] { return world.has("alice", "refused") == 25; }));
  CHECK(world.has("alice", "namespaces") == 5);
  RawClient bob = world.client("bob");
  bob.hello();
  for (int i = 0; i != 5; ++i)
    CHECK(bob.write("own/" + std::to_string(i), x()).status == wire::Status::ok);
  const wire::Outcome refused = bob.write("own/more", x());
  CHECK(refused.status == wire::Status::overloaded);
  // What the reader has opened becomes the writer's with its first write.
  CHECK(bob.write("pub/0", x()).status == wire::Status::overloaded);
}

TEST_CASE("A reader that subscribes while the data cannot be kept takes no more than its half",
          "[keyless]") {
  GuardedBoard board("tcp://127.0.0.1:*",
                     "[[rule]]\nuser = \"alice\"\nnamespace = \"pub\"\nright = \"read\"\n"
                     "[[rule]]\nuser = \"bob\"\nright = \"write\"\n");
  board.stop();
  BrokerOptions options = board.broker_options();
  options.bounds.namespaces = 10;
  options.data = "/data";
  Disk disk;
  server::Server server(options, server::silent_log(), &disk);
  const Serving serving(server);
  RawClient bob(server.endpoint(), own_context(), board.keys("bob"));
  RawClient asking(server.endpoint(), own_context(), board.keys("bob"));
  bob.hello();
  asking.hello();
  bob.write("own", x());
  disk.fail(Disk::Fault::full);
  bob.send(bob.next_write("own", x(2)));
  REQUIRE(await([&] { return server.data_state() == DataState::failed; }));
  RawReader alice(server.updates_endpoint(), own_context(), board.keys("alice"));
  for (int i = 0; i != 30; ++i) alice.subscribe(wire::topic_of("pub/" + std::to_string(i)));
  alice.follow("pub/last");
  disk.mend();
  REQUIRE(await([&] { return server.data_state() == DataState::sync; }));
  for (int i = 0; i != 4; ++i)
    CHECK(asking.write("own/" + std::to_string(i), x()).status == wire::Status::ok);
}

TEST_CASE("A user that has filled half of the room leaves the other half to other users",
          "[keyless]") {
  World world([](BrokerOptions& options) { options.bounds.bytes = 200'000; });
  RawClient alice = world.client("alice");
  RawClient bob = world.client("bob");
  alice.hello();
  bob.hello();
  const std::string value(10'000, 'v');
  wire::Outcome last;
  int written = 0;
  for (; written != 20; ++written) {
    last = alice.write("a/" + std::to_string(written), x(value));
    if (last.status != wire::Status::ok) break;
  }
  CHECK(written == 9);
  CHECK(last.status == wire::Status::overloaded);
  CHECK(contains(last.message(), "user 'alice' may have at most 100000 bytes of attributes"));
  for (int i = 0; i != 9; ++i)
    CHECK(bob.write("b/" + std::to_string(i), x(value)).status == wire::Status::ok);
  CHECK(alice.write("a/0", Transaction().erase("x")).status == wire::Status::ok);
  CHECK(alice.write("a/more", x(value)).status == wire::Status::ok);
}

TEST_CASE("Subscriptions past the quota of their user are not heard and others are", "[keyless]") {
  World world([](BrokerOptions&) {},
              all_for_everybody + quota("user = \"alice\"", "subscriptions = 3"));
  RawReader alice = world.reader("alice");
  for (int i = 0; i != 5; ++i) alice.subscribe(wire::topic_of("a/" + std::to_string(i)));
  REQUIRE(await([&] { return world.has("alice", "refused") == 2; }));
  CHECK(world.has("alice", "subscriptions") == 3);
  RawReader bob = world.reader("bob");
  for (int i = 0; i != 5; ++i) bob.follow("a/" + std::to_string(i));
  RawClient writer = world.client("bob");
  writer.hello();
  for (int i = 4; i >= 0; --i) writer.write("a/" + std::to_string(i), x());
  CHECK(bob.await_commits(wire::topic_of("a/4")).commits() != nullptr);
  for (int i = 2; i >= 0; --i) {
    const std::string topic = wire::topic_of("a/" + std::to_string(i));
    CHECK(alice.await_commits(topic).topic == topic);
  }
  // There is room again for another one.
  alice.unsubscribe(wire::topic_of("a/0"));
  alice.subscribe(wire::topic_of("a/4"));
  REQUIRE(await([&] {
    writer.write("a/4", x(Value(static_cast<std::int64_t>(writer.status("a/4").revision))));
    const std::optional<RawUpdate> update = alice.next(std::chrono::milliseconds(100));
    return update && update->topic == wire::topic_of("a/4");
  }));
}

TEST_CASE("Requests past the quota of their user wait and those of others do not", "[keyless]") {
  World world([](BrokerOptions&) {},
              all_for_everybody + quota("user = \"alice\"", "requests-per-second = 100"));
  zmq::context_t context;
  zmq::socket_t alice(context, zmq::socket_type::dealer);
  alice.set(zmq::sockopt::linger, 0);
  alice.set(zmq::sockopt::rcvtimeo, static_cast<int>(patience.count()));
  client::set_keys(alice, world.board.keys("alice"));
  alice.connect(world.board.endpoint());
  const auto start = std::chrono::steady_clock::now();
  const std::string request = wire::encode(wire::List{"", ""});
  constexpr int count = 150;
  for (int i = 0; i != count; ++i) {
    alice.send(zmq::message_t(), zmq::send_flags::sndmore);
    alice.send(zmq::buffer(request), zmq::send_flags::none);
  }
  RawClient bob = world.client("bob");
  bob.hello();
  for (int i = 0; i != 300; ++i) bob.ask(request);
  int answers = 0;
  for (zmq::message_t part; answers != count;) {
    REQUIRE(alice.recv(part));
    if (!part.more()) ++answers;
  }
  // The first hundred at once.
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(490));
  CHECK(world.has("alice", "requests") == count);
  CHECK(world.has("alice", "refused") > 0);
}

TEST_CASE("Quotas are for a user or a group or everybody and hold after a reload", "[keyless]") {
  const std::string group = "[groups]\nrobots = [\"alice\"]\n";
  World world([](BrokerOptions& options) { options.bounds.sessions = 10; },
              group + all_for_everybody + quota("group = \"robots\"", "sessions = 2") +
                  quota("user = \"*\"", "sessions = 4"));
  RawClient alice = world.client("alice");
  RawClient bob = world.client("bob");
  for (int i = 0; i != 2; ++i) alice.hello();
  for (int i = 0; i != 4; ++i) bob.hello();
  CHECK(contains(refusal_of([&] { alice.hello(); }), "at most 2 sessions"));
  CHECK(contains(refusal_of([&] { bob.hello(); }), "at most 4 sessions"));

  world.board.permit(all_for_everybody + quota("user = \"alice\"", "sessions = 3"));
  world.board.reload();
  REQUIRE(await([&] { return refusal_of([&] { alice.hello(); }).empty(); }));
  CHECK(contains(refusal_of([&] { alice.hello(); }), "at most 3 sessions"));
  bob.hello();  // half of ten

  // What is open stays open.
  world.board.permit(all_for_everybody + quota("user = \"alice\"", "sessions = 1"));
  world.board.reload();
  REQUIRE(
      await([&] { return contains(refusal_of([&] { alice.hello(); }), "at most 1 sessions"); }));
  CHECK(world.has("alice", "sessions") == 3);
  alice.keep_alive();
  CHECK(alice.write("a", x()).status == wire::Status::ok);

  // A file that makes no sense changes nothing.
  world.board.permit(all_for_everybody + quota("user = \"alice\"", "sessions = -1"));
  world.board.reload();
  bob.ask(wire::encode(wire::List{"", ""}));
  CHECK(contains(refusal_of([&] { alice.hello(); }), "at most 1 sessions"));
}

TEST_CASE("A quota may be more than half", "[keyless]") {
  World world([](BrokerOptions& options) { options.bounds.sessions = 6; },
              all_for_everybody + quota("user = \"alice\"", "sessions = 1000"));
  RawClient alice = world.client("alice");
  for (int i = 0; i != 6; ++i) alice.hello();
  CHECK(contains(refusal_of([&] { alice.hello(); }), "the broker's bound of 6 sessions"));
}

TEST_CASE("A single user may have all that there is", "[keyless]") {
  World world([](BrokerOptions& options) { options.bounds.sessions = 6; });
  world.board.stop();
  world.board.authorize({"alice"});
  world.board.start();
  RawClient alice = world.client("alice");
  for (int i = 0; i != 6; ++i) alice.hello();
}

TEST_CASE("What users have is told to those that may read it", "[keyless]") {
  World world([](BrokerOptions&) {},
              "[[rule]]\nuser = \"alice\"\nnamespace = \"a\"\nright = \"write\"\n"
              "[[rule]]\nuser = \"bob\"\nright = \"read\"\n");
  Client alice(world.board.options("alice"));
  alice.open("a").set("x", 1);
  CHECK(code_of([&] { alice.open("$sys/users"); }) == Errc::denied);
  Client bob(world.board.options("bob"));
  Namespace users = bob.open("$sys/users");
  REQUIRE(await([&] {
    const std::optional<Map> entry = users.get<Map>("alice");
    return entry && entry->at("sessions") == Value(1) && entry->at("namespaces") == Value(1) &&
           entry->at("attributes") == Value(1) && entry->at("connections").as<int>() >= 2 &&
           entry->at("subscriptions").as<int>() >= 1 && entry->at("bytes").as<int>() > 0 &&
           entry->at("requests").as<int>() > 0;
  }));
}
