#include <signal.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "process/shell.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

using namespace bulletin;
using test::await;

/// bulletin-broker at one ipc endpoint, killed and started as often as one likes.
class MortalBroker {
 public:
  MortalBroker() { start(); }

  void start() {
    broker_ = std::make_unique<test::Program>(
        test::bin_folder + "/bulletin-broker",
        std::vector<std::string>{"--bind", endpoint(), "--beat-ms", "100", "--session-ms", "2000",
                                 "--log-level", "warn"});
    REQUIRE(broker_->read_line().starts_with("ready "));
  }
  void kill() {
    broker_->signal(SIGKILL);
    CHECK(broker_->wait() == -SIGKILL);
    broker_.reset();
  }
  void signal(int number) const { broker_->signal(number); }
  std::string endpoint() const { return "ipc://" + (folder_.path() / "board").string(); }

 private:
  test::TemporaryFolder folder_;
  std::unique_ptr<test::Program> broker_;
};

/// What a writer knows of its own attribute: what must be there, and what may be.
struct Ledger {
  int acknowledged = 0;
  int in_doubt = 0;
  int refused = 0;
  int last_acknowledged = -1;
};

}  // namespace

TEST_CASE("a broker killed again and again under load loses its board and nobody's mind") {
  MortalBroker broker;
  constexpr int writers = 4;
  constexpr int kills = 5;
  std::atomic<bool> stopping{false};
  std::atomic<int> writes{0};
  std::vector<Ledger> ledgers(writers);
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w) {
    threads.emplace_back([&, w] {
      Client client({.endpoint = broker.endpoint(),
                     .open_timeout = test::patience,
                     .write_timeout = std::chrono::seconds(2)});
      Namespace board = client.open("load");
      const std::string name = "w" + std::to_string(w);
      for (int n = 0; !stopping; ++n) {
        Ledger& ledger = ledgers[static_cast<std::size_t>(w)];
        try {
          board.set(name, n);
          ++ledger.acknowledged;
          // Read your writes: this writer alone sets the name, and nobody erases it but the
          // broker's end.
          const std::optional<int> seen = board.get<int>(name);
          if (seen && *seen != n) throw std::logic_error(name + " read " + std::to_string(*seen));
        } catch (const Error& error) {
          error.may_have_applied() ? ++ledger.in_doubt : ++ledger.refused;
        }
        ++writes;
      }
    });
  }

  Client reader({.endpoint = broker.endpoint(), .open_timeout = test::patience});
  Namespace read = reader.open("load");
  std::mutex mutex;
  std::map<std::string, Revision, std::less<>> told;
  bool backwards = false;
  const Subscription watch = read.watch([&](const Change& change) {
    std::scoped_lock lock(mutex);
    Revision& before = told[std::string(change.name)];
    if (change.revision < before) backwards = true;
    before = change.revision;
  });

  for (int k = 0; k < kills; ++k) {
    const int before = writes;
    REQUIRE(await([&] { return writes > before + 200; }));
    broker.kill();
    broker.start();
  }
  const int before = writes;
  REQUIRE(await([&] { return writes > before + 200; }));
  stopping = true;
  for (std::thread& thread : threads) thread.join();

  // All is written again since the last kill, so all is there.
  Client fresh({.endpoint = broker.endpoint(), .open_timeout = test::patience});
  Namespace newest = fresh.open("load");
  REQUIRE(await([&] { return read.revision() == newest.revision(); }));
  CHECK(read.names() == newest.names());
  for (const auto& [name, value, revision, lease] : newest.snapshot()) {
    CHECK(read.read<Value>(name)->value == value);
    CHECK(read.read<Value>(name)->revision == revision);
  }
  for (const Ledger& ledger : ledgers) CHECK(ledger.acknowledged > 0);
  std::scoped_lock lock(mutex);
  CHECK_FALSE(backwards);
}

TEST_CASE("additions are applied once each, however often the broker was too slow to answer") {
  MortalBroker broker;
  Client client({.endpoint = broker.endpoint(),
                 .open_timeout = test::patience,
                 .write_timeout = test::patience});
  Namespace board = client.open("load");
  std::atomic<std::int64_t> acknowledged{0};
  std::atomic<bool> stopping{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (!stopping) {
        board.add("sum", 1);
        ++acknowledged;
      }
    });
  }
  for (int round = 0; round < 5; ++round) {
    const std::int64_t before = acknowledged;
    REQUIRE(await([&] { return acknowledged > before + 50; }));
    broker.signal(SIGSTOP);
    // The requests under way are sent again meanwhile (retry: one beat of 100 ms); all copies
    // arrive.
    await([&] { return false; }, std::chrono::milliseconds(350));
    broker.signal(SIGCONT);
  }
  stopping = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(board.at<std::int64_t>("sum") == acknowledged);
}
