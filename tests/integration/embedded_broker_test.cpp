// A broker as an object of its host.

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

TEST_CASE("An embedded broker tells whether it runs") {
  Broker broker(short_times());
  CHECK_FALSE(broker.running());
  broker.start();
  CHECK(broker.running());
  broker.stop();
  CHECK_FALSE(broker.running());
}

TEST_CASE("An embedded broker may be started, stopped and asked from any thread") {
  Broker broker(short_times());
  std::vector<std::thread> threads;
  std::atomic<int> served = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        broker.start();
        if (broker.endpoint().starts_with("tcp://127.0.0.1:")) ++served;
        broker.stop();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(served == 40);
  broker.start();
  RawClient client(broker.endpoint());
  client.hello();
  CHECK(client.write("a", Transaction().set("x", 1)).status == wire::Status::ok);
}

TEST_CASE("A signal to the process is never handled by the broker's thread") {
  static std::thread::id handled_by;
  Broker broker(short_times());
  broker.start();
  // Blocked here, it would be given to any other thread that takes it: there is to be none.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &set, &before);
  const auto handler = std::signal(SIGUSR2, [](int) { handled_by = std::this_thread::get_id(); });
  ::kill(::getpid(), SIGUSR2);
  RawClient client(broker.endpoint());
  client.hello();
  CHECK(handled_by == std::thread::id());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(handled_by == std::this_thread::get_id());
  std::signal(SIGUSR2, handler);
}
