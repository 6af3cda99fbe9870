// A broker that keeps its data: what its clients see of restarts and of a disk that fails.

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/server.hpp"
#include "server/telemetry/loggers.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/disk.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

BrokerOptions keeping(const TemporaryFolder& folder, Durability durability = Durability::sync) {
  BrokerOptions options = short_times();
  options.data = (folder.path() / "data").string();
  options.durability = durability;
  return options;
}

/// What a client was told of its sessions.
struct Events {
  std::atomic<int> lost = 0;
  std::atomic<int> connected = 0;

  ClientOptions options() {
    ClientOptions options = impatient(patience);
    options.on_state = [this](ClientEvent event) {
      if (event == ClientEvent::session_lost) ++lost;
      if (event == ClientEvent::connected) ++connected;
    };
    return options;
  }
};

/// A server on a disk of a test's making, and its thread.
class ServerOnDisk {
 public:
  explicit ServerOnDisk(Disk& disk) : server_(options(), server::silent_log(), &disk) {
    thread_ = std::thread([this] { server_.serve(); });
  }
  ~ServerOnDisk() {
    server_.stop();
    thread_.join();
  }
  ServerOnDisk(const ServerOnDisk&) = delete;
  ServerOnDisk& operator=(const ServerOnDisk&) = delete;

  const std::string& endpoint() const { return server_.endpoint(); }
  DataState data_state() const { return server_.data_state(); }

 private:
  static BrokerOptions options() {
    BrokerOptions options = short_times();
    options.data = "/data";
    return options;
  }

  server::Server server_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("Clients go on where they were when a broker with data was restarted") {
  const TemporaryFolder folder;
  IpcBoard board(keeping(folder));
  Events events;
  Client client = board->client(events.options());
  Namespace space = client.open("plant");
  space.set("speed", 1.5);
  space.set("owner", "cell", {.ephemeral = true});
  std::mutex mutex;
  std::vector<std::pair<std::string, bool>> told;  // name, resynced
  const Subscription watch = space.watch([&](const Change& change) {
    const std::scoped_lock lock(mutex);
    told.emplace_back(change.name, change.resynced);
  });
  REQUIRE(await([&] {
    const std::scoped_lock lock(mutex);
    return told.size() == 2;
  }));
  const Revision before = space.revision();

  board->restart();
  const Revision after = space.set("speed", 2.5);
  CHECK(after > before);
  CHECK(space.get<std::string>("owner") == "cell");
  Client other = board->client();
  CHECK(other.open("plant").get<std::string>("owner") == "cell");
  REQUIRE(await([&] {
    const std::scoped_lock lock(mutex);
    return told.size() == 3;
  }));
  CHECK(told[2] == std::pair(std::string("speed"), false));
  CHECK(events.lost == 0);
}

TEST_CASE("A client that is ahead of the broker is corrected, and its watchers are told") {
  const TemporaryFolder folder;
  IpcBoard board(keeping(folder));
  Client client = board->client();
  Namespace space = client.open("plant");
  space.set("kept", 1);
  space.set("changed", 1);
  board->stop();
  const std::string data = (folder.path() / "data").string();
  std::filesystem::copy(data, folder.path() / "old", std::filesystem::copy_options::recursive);
  board->restart();
  space.set("changed", 2);
  space.set("new", 1);
  std::mutex mutex;
  std::map<std::string, std::optional<std::int64_t>> told;
  const Subscription watch = space.watch([&](const Change& change) {
    const std::scoped_lock lock(mutex);
    told[std::string(change.name)] =
        change.value == nullptr ? std::nullopt : std::optional(change.value->as<std::int64_t>());
  });
  board->stop();
  std::filesystem::remove_all(data);
  std::filesystem::copy(folder.path() / "old", data, std::filesystem::copy_options::recursive);
  board->restart();
  REQUIRE(await([&] { return !space.contains("new") && space.get<int>("changed") == 1; }));
  CHECK(space.get<int>("kept") == 1);
  REQUIRE(await([&] {
    const std::scoped_lock lock(mutex);
    return told.contains("new") && !told["new"] && told["changed"] == 1;
  }));
}

TEST_CASE("Without waiting for the disk a clean end loses nothing, and a client goes on") {
  const TemporaryFolder folder;
  IpcBoard board(keeping(folder, Durability::async));
  Events events;
  Client client = board->client(events.options());
  Namespace space = client.open("plant");
  for (int i = 0; i != 100; ++i) space.set("n", i);
  board->restart();
  space.set("m", 1);
  CHECK(space.get<int>("n") == 99);
  CHECK(events.lost == 0);
}

TEST_CASE(
    "A broker whose disk fails answers reads, refuses writes, and goes on when it is mended") {
  Disk disk;
  ServerOnDisk server(disk);
  Client client(
      {.endpoint = server.endpoint(), .open_timeout = patience, .write_timeout = patience});
  Namespace space = client.open("plant");
  space.set("speed", 1);
  space.add("count", 1);

  disk.fail(Disk::Fault::full);
  // In the turn that fails: it is told nothing before the store is known again.
  std::atomic<bool> answered = false;
  std::int64_t sum = 0;
  std::thread writer([&] {
    sum = space.add("count", 1);
    answered = true;
  });
  RawClient raw(server.endpoint());
  REQUIRE(await([&] { return raw.read("$sys/broker", "data") == Value("failed"); }));
  CHECK(server.data_state() == DataState::failed);
  CHECK_FALSE(answered);

  // Others read and follow, and are refused their writes at once.
  CHECK(raw.read("plant", "speed") == Value(1));
  CHECK(raw.read("plant", "count") == Value(1));
  CHECK_THROWS_AS(raw.hello(), wire::RefusedError);
  CHECK(space.get<int>("speed") == 1);
  CHECK(space.freshness().state != Freshness::State::stale);
  CHECK_FALSE(answered);

  disk.mend();
  writer.join();
  CHECK(sum == 2);
  CHECK(space.set("speed", 2) != Revision());
  RawClient again(server.endpoint());
  again.hello();
  CHECK(again.read("plant", "count") == Value(2));
  REQUIRE(await([&] { return again.read("$sys/broker", "data") == Value("sync"); }));
  Client other({.endpoint = server.endpoint(), .open_timeout = patience});
  CHECK(other.open("plant").get<int>("speed") == 2);
}

TEST_CASE("While nothing can be kept what is refused anyway is refused for its own reason") {
  Disk disk;
  ServerOnDisk server(disk);
  RawClient raw(server.endpoint());
  const wire::SessionId session = raw.hello().session;
  const std::string bytes = Transaction().set("x", 1).encoded();
  const auto write = [&](std::uint64_t number, std::size_t items) {
    return wire::encode(wire::Write{session, 0, number, {items, {"plant", 0, bytes}}});
  };
  const std::string outcomes = raw.ask(write(7, 1));
  disk.fail(Disk::Fault::full);
  raw.send(write(8, 1));  // the broker notices, and leaves this one open
  REQUIRE(await([&] { return raw.read("$sys/broker", "data") == Value("failed"); }));

  const auto status_of = [&](const std::string& request) {
    try {
      wire::decode_done(raw.ask(request));
    } catch (const wire::RefusedError& error) {
      return error.refusal().status;
    }
    return wire::Status::ok;
  };
  wire::SessionId unknown = session;
  ++unknown.number;
  wire::SessionId elsewhere = session;
  elsewhere.epoch.bytes.fill(9);
  CHECK(status_of(wire::encode(wire::Hello{1, 1, std::string(256, 'x')})) ==
        wire::Status::rejected);
  CHECK(status_of(wire::encode(wire::Hello{1, 1, "name"})) == wire::Status::overloaded);
  CHECK(status_of(wire::encode(wire::Goodbye{unknown})) == wire::Status::unknown_session);
  CHECK(status_of(wire::encode(wire::Goodbye{elsewhere})) == wire::Status::wrong_epoch);
  CHECK(status_of(wire::encode(wire::Goodbye{session})) == wire::Status::overloaded);
  CHECK(status_of(wire::encode(wire::Keepalive{unknown})) == wire::Status::unknown_session);
  CHECK(status_of(wire::encode(wire::Write{unknown, 0, 9, {}})) == wire::Status::unknown_session);
  CHECK(status_of(write(6, 1)) == wire::Status::old_number);
  CHECK(raw.ask(write(7, 65'536)) == outcomes);
  CHECK(status_of(write(9, 65'537)) == wire::Status::rejected);
  CHECK(status_of(write(9, 1)) == wire::Status::overloaded);
}

TEST_CASE("A write that was refused for the disk is not applied later, though a copy comes late") {
  Disk disk;
  ServerOnDisk server(disk);
  RawClient left_open(server.endpoint());
  RawClient refused(server.endpoint());
  RawClient reader(server.endpoint());
  left_open.hello();
  refused.hello();
  disk.fail();
  const std::string open_write = left_open.next_write("plant", Transaction().add("open", 1));
  left_open.send(open_write);
  REQUIRE(await([&] { return reader.read("$sys/broker", "data") == Value("failed"); }));
  const std::string refused_write = refused.next_write("plant", Transaction().add("refused", 1));
  const auto is_overloaded = [&] {
    try {
      wire::decode_write_reply(reader.ask(refused_write));
      return false;
    } catch (const wire::RefusedError& error) {
      return error.refusal().status == wire::Status::overloaded;
    }
  };
  CHECK(is_overloaded());
  disk.mend();
  REQUIRE(await([&] { return reader.read("$sys/broker", "data") == Value("sync"); }));
  CHECK(server.data_state() == DataState::sync);
  CHECK(is_overloaded());
  CHECK(reader.read("plant", "refused") == std::nullopt);
  // The next one of the lane is.
  CHECK(refused.write("plant", Transaction().add("refused", 1)).status == wire::Status::ok);
  CHECK(reader.read("plant", "refused") == Value(1));
  // What the failed turn was asked is applied once, as if it had never been sent.
  for (int copies = 0; copies != 3; ++copies) {
    const std::string reply = reader.ask(open_write);
    CHECK(wire::decode_write_reply(reply).outcomes.at(0).status == wire::Status::ok);
  }
  CHECK(reader.read("plant", "open") == Value(1));
}
