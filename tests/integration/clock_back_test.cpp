// A broker without data that begins again with an earlier wall clock: its revisions come again.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/server.hpp"
#include "server/telemetry/loggers.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/gate.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;

namespace {

/// Brokers at one endpoint, one after the other.
class Brokers {
 public:
  explicit Brokers(const std::string& bind = {}) {
    options_.bind = bind.empty() ? "ipc://" + (folder_.path() / "board").string() : bind;
  }
  ~Brokers() { stop(); }
  Brokers(const Brokers&) = delete;
  Brokers& operator=(const Brokers&) = delete;

  /// The first revision is that of its clock.
  void start(std::uint64_t clock) {
    stop();
    server_ = std::make_unique<server::Server>(options_, server::silent_log(), nullptr, clock);
    thread_ = std::thread([this] { server_->serve(); });
  }
  void stop() {
    if (server_ == nullptr) return;
    server_->stop();
    thread_.join();
    server_.reset();
  }
  const std::string& endpoint() const { return server_->endpoint(); }
  Client client() const { return client(endpoint()); }
  static Client client(const std::string& endpoint) {
    ClientOptions options = impatient(patience);
    options.endpoint = endpoint;
    return Client(options);
  }

 private:
  TemporaryFolder folder_;
  BrokerOptions options_ = short_times();
  std::unique_ptr<server::Server> server_;
  std::thread thread_;
};

/// False: it may have been applied.
template <class Write>
bool returned(Write write) {
  try {
    write();
    return true;
  } catch (const Error& error) {
    if (error.code() != Errc::in_doubt && error.code() != Errc::disconnected) throw;
    return false;
  }
}

constexpr std::uint64_t late_clock = 1'000'000;

}  // namespace

TEST_CASE("a write that returned is read at once although the revisions went back") {
  Brokers brokers;
  brokers.start(late_clock);
  const std::string endpoint = brokers.endpoint();
  Client client = brokers.client();
  const Namespace space = client.open("board");
  space.set("plain", 0);
  std::atomic<bool> over = false;
  std::atomic<int> stale = 0;
  std::atomic<int> written = 0;
  std::atomic<int> lives = 0;
  const auto write_on = [&](const std::string& name, auto write) {
    for (int value = 1; !over; ++value) {
      const int before = lives;
      if (!returned([&] { write(name, value); })) continue;
      ++written;
      const int read = space.get_or(name, 0);
      // Of a board that has ended meanwhile there is nothing left.
      if (read != value && !(read == 0 && lives != before)) ++stale;
    }
  };
  std::vector<std::thread> threads;
  threads.emplace_back(
      [&] { write_on("set", [&](const auto& name, int value) { space.set(name, value); }); });
  threads.emplace_back([&] {
    write_on("async", [&](const auto& name, int value) { space.set_async(name, value).get(); });
  });
  threads.emplace_back([&] {
    write_on("posted", [&](const auto& name, int value) {
      space.post(name, value);
      space.flush();
    });
  });
  threads.emplace_back([&] {
    write_on("commit",
             [&](const auto& name, int value) { space.commit(Transaction().set(name, value)); });
  });
  threads.emplace_back([&] {
    Client other = Brokers::client(endpoint);
    write_on("other", [&](const auto& name, int value) {
      other.publisher("board").set(name, value);
      space.sync();
    });
  });
  for (std::uint64_t life = 1; life != 9; ++life) {
    const int before = written;
    CHECK(await([&] { return written > before + 200; }));
    ++lives;
    brokers.start(life % 2 == 0 ? late_clock + life : life);
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(stale == 0);
}

TEST_CASE("a condition of an epoch that has ended does not hold by accident") {
  Brokers brokers("tcp://127.0.0.1:*");
  brokers.start(late_clock);
  Gate gate;
  gate.lead_to(brokers.endpoint());
  Client client = brokers.client(gate.endpoint());
  const Namespace space = client.open("board");
  const Publisher publisher = client.publisher("published");
  const Revision read = space.set("x", "of the first broker");
  const Revision published = publisher.set("x", "of the first broker");

  // The same numbers come again, and the client cannot know of it.
  gate.shut();
  brokers.start(late_clock);
  REQUIRE(await([&] { return space.freshness().state == Freshness::State::stale; }));
  Client other = brokers.client();
  const Namespace others = other.open("board");
  REQUIRE(others.set("x", "of the second broker") == read);
  REQUIRE(other.publisher("published").set("x", "of the second broker") == published);

  auto one = space.commit_async(Transaction().require("x", read).set("x", "mine"));
  auto more = space.commit_async(
      Transaction().require("none", absent).require("x", read).set("more", "mine"));
  auto absence = space.commit_async(Transaction().require("none", absent).set("none", "mine"));
  auto unread = publisher.commit_async(Transaction().require("x", published).set("x", "mine"));
  gate.lead_to(brokers.endpoint());
  gate.open();
  CHECK_FALSE(one.get());
  CHECK_FALSE(more.get());
  CHECK(absence.get());
  CHECK_FALSE(unread.get());
  CHECK(space.names() == std::vector<std::string>{"none", "x"});
  CHECK(space.at<std::string>("x") == "of the second broker");
}

TEST_CASE("a namespace opened for reading after a restart shows what was published before") {
  Brokers brokers;
  brokers.start(late_clock);
  Client client = brokers.client();
  const Namespace opened = client.open("board");
  const Publisher publisher = client.publisher("published");
  publisher.set("x", 1);
  brokers.start(1);
  REQUIRE(await([&] { return returned([&] { publisher.set("x", 2); }); }));
  CHECK(client.open("published").at<int>("x") == 2);
  opened.sync();
  CHECK(opened.names().empty());
}
