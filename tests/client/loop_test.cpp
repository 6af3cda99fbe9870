// Which thread drives.
#include "client/loop/loop.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/transport/poller.hpp"
#include "client/transport/sockets.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;
using client::Channel;
using client::Lock;
using client::Loop;

namespace {

/// Nothing arrives by it but what the test says; it notes which threads wait.
class FakeTransport final : public client::Transport {
 public:
  struct Inside {
    client::Waker waker;    // wakes the driver
    client::Waker arrival;  // something has arrived
    std::mutex mutex;
    std::map<std::thread::id, int> waits;  // by thread
    std::atomic<int> waiting = 0;          // now
    std::atomic<bool> was_shared = false;  // more than one thread drove
    std::atomic<bool> fails = false;

    int waits_of(std::thread::id thread) {
      const std::scoped_lock lock(mutex);
      return waits[thread];
    }
  };

  explicit FakeTransport(std::shared_ptr<Inside> inside) : inside_(std::move(inside)) {
    poller_.watch(inside_->waker.descriptor());
    poller_.watch(inside_->arrival.descriptor());
  }

  [[nodiscard]] int descriptor() const noexcept override { return poller_.descriptor(); }
  [[nodiscard]] bool is_ready() override { return false; }
  bool wait(std::chrono::milliseconds time) override {
    if (inside_->fails) throw std::runtime_error("as the test wants it");
    {
      const std::scoped_lock lock(inside_->mutex);
      ++inside_->waits[std::this_thread::get_id()];
    }
    if (++inside_->waiting != 1) inside_->was_shared = true;
    const client::Poller::Ready ready = poller_.wait(time);
    --inside_->waiting;
    const bool woken = ready.has(inside_->waker.descriptor());
    if (woken) inside_->waker.clear();
    if (ready.has(inside_->arrival.descriptor())) inside_->arrival.clear();
    return woken;
  }
  void wake() noexcept override { inside_->waker.wake(); }
  std::optional<client::ConnectionEvent> next_event() override { return std::nullopt; }
  std::optional<std::string_view> next_answer(Channel) override { return std::nullopt; }
  std::optional<Update> next_update() override { return std::nullopt; }
  bool send(Channel, std::string_view) override { return true; }
  bool is_receiving() noexcept override { return false; }
  void connect(const std::string&) override {}
  [[nodiscard]] const std::string& peer_address() const noexcept override { return address_; }
  [[nodiscard]] bool handshakes_end_at_once() const noexcept override { return false; }
  void open_updates(const std::vector<std::string>&) override {}
  void connect_updates(const std::string&) override {}
  void close_updates() override {}
  void subscribe(const std::vector<replica::SubscriptionChange>&) override {}

 private:
  const std::shared_ptr<Inside> inside_;
  client::Poller poller_;
  const std::string address_;
};

struct World {
  World() : state({.endpoint = "tcp://127.0.0.1:5570"}) {
    loop.emplace(state, std::make_shared<client::AsyncWriteQueue>(),
                 std::make_unique<FakeTransport>(transport));
  }
  ~World() {
    if (loop) loop->close(client::deadline_after(0ms));
    CHECK_FALSE(transport->was_shared);
  }

  /// Waits until the flag is set, as a thread does that was promised an answer.
  bool wait(const std::atomic<bool>& flag, std::chrono::milliseconds time = patience,
            Loop::Waits waits = Loop::Waits::for_an_answer) {
    Lock lock(state.mutex);
    return loop->wait(
        lock, client::deadline_after(time), [&] { return flag.load(); }, waits);
  }
  void arrive(std::atomic<bool>& flag) {
    flag = true;
    transport->arrival.wake();
  }

  std::shared_ptr<FakeTransport::Inside> transport = std::make_shared<FakeTransport::Inside>();
  client::ClientState state;
  std::optional<Loop> loop;
};

/// A thread of its own that waits for the flag.
class Waiting {
 public:
  Waiting(World& world, const std::atomic<bool>& flag, std::chrono::milliseconds time = patience,
          Loop::Waits waits = Loop::Waits::for_an_answer)
      : world_(world), thread_([this, &flag, time, waits] {
          got_it_ = world_.wait(flag, time, waits);
          is_done_ = true;
        }) {}
  ~Waiting() {
    if (thread_.joinable()) thread_.join();
  }

  bool drives() {
    return await([&] { return world_.transport->waits_of(thread_.get_id()) > 0; });
  }
  [[nodiscard]] bool has_driven() { return world_.transport->waits_of(thread_.get_id()) > 0; }
  [[nodiscard]] bool is_done() const { return is_done_; }
  bool gets_it() {
    thread_.join();
    return got_it_;
  }

 private:
  World& world_;
  std::atomic<bool> got_it_ = false;
  std::atomic<bool> is_done_ = false;
  std::thread thread_;
};

}  // namespace

TEST_CASE("A thread that waits for an answer drives and the thread of the client sleeps on") {
  World world;
  std::atomic<bool> flag = false;
  Waiting waiting(world, flag);
  CHECK(waiting.drives());
  world.arrive(flag);
  CHECK(waiting.gets_it());
}

TEST_CASE("While one thread drives it finds what others wait for") {
  World world;
  std::atomic<bool> first = false;
  std::atomic<bool> second = false;
  Waiting driving(world, first);
  REQUIRE(driving.drives());
  Waiting following(world, second);
  CHECK(await([&] {
    world.arrive(second);
    return following.is_done();
  }));
  const bool has_driven = following.has_driven();
  CHECK(following.gets_it());
  CHECK_FALSE(has_driven);
  world.arrive(first);
  CHECK(driving.gets_it());
}

TEST_CASE("A thread that waits drives when the one before has what it waited for") {
  World world;
  std::atomic<bool> first = false;
  std::atomic<bool> second = false;
  Waiting driving(world, first);
  REQUIRE(driving.drives());
  Waiting following(world, second);
  world.arrive(first);
  CHECK(driving.gets_it());
  CHECK(following.drives());
  world.arrive(second);
  CHECK(following.gets_it());
}

TEST_CASE("A thread that waits for a change of unknown time does not drive and is told") {
  World world;
  std::atomic<bool> flag = false;
  Waiting waiting(world, flag, patience, Loop::Waits::for_a_change);
  CHECK(await([&] {
    world.arrive(flag);
    return waiting.is_done();
  }));
  CHECK_FALSE(waiting.has_driven());
  CHECK(waiting.gets_it());
}

TEST_CASE("A wait ends with its time whether or not its thread drives") {
  World world;
  const std::atomic<bool> never = false;
  Waiting driving(world, never, 100ms);
  Waiting other(world, never, 50ms);
  CHECK_FALSE(world.wait(never, 50ms, Loop::Waits::for_a_change));
  CHECK_FALSE(driving.gets_it());
  CHECK_FALSE(other.gets_it());
}

TEST_CASE("A driver that fails leaves its wait to the thread of the client and has its answer") {
  World world;
  std::atomic<bool> flag = false;
  Waiting waiting(world, flag);
  REQUIRE(waiting.drives());
  world.transport->fails = true;
  world.transport->arrival.wake();
  CHECK(await([&] {
    const Lock lock(world.state.mutex);
    return !world.state.failure.empty();
  }));
  world.transport->fails = false;
  world.arrive(flag);
  CHECK(waiting.gets_it());
}

TEST_CASE("A loop that closes ends the waits of all threads") {
  World world;
  const std::atomic<bool> never = false;
  Waiting first(world, never);
  Waiting second(world, never);
  Waiting third(world, never, patience, Loop::Waits::for_a_change);
  REQUIRE(await([&] { return world.transport->waiting == 1; }));
  world.loop->close(client::deadline_after(0ms));
  CHECK_FALSE(first.gets_it());
  CHECK_FALSE(second.gets_it());
  CHECK_FALSE(third.gets_it());
  world.loop.reset();
}

TEST_CASE("Many threads that wait each for something of its own all get it") {
  World world;
  constexpr int count = 8;
  constexpr int rounds = 200;
  std::atomic<bool> flags[count] = {};
  std::atomic<int> got = 0;
  std::atomic<int> left = count;
  std::vector<std::thread> waiting;
  for (auto& flag : flags) {
    waiting.emplace_back([&] {
      for (int i = 0; i < rounds; ++i) {
        if (world.wait(flag)) ++got;
        flag = false;
      }
      --left;
    });
  }
  const auto end = std::chrono::steady_clock::now() + patience;
  for (int next = 0; left != 0 && std::chrono::steady_clock::now() < end; ++next)
    world.arrive(flags[next % count]);
  for (std::thread& each : waiting) each.join();
  CHECK(got == count * rounds);
}
