#include "client/transport/poller.hpp"

#include <unistd.h>

#include <system_error>
#include <thread>

#include "client/transport/sockets.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::client::Poller;
using bulletin::client::wait_for;
using bulletin::client::Waker;

namespace {

/// A descriptor that can be read, of which the poller does not tell.
struct Paused {
  Paused() {
    poller.watch(waker.descriptor());
    poller.pause(waker.descriptor());
    waker.wake();
  }

  Poller poller;
  Waker waker;
};

}  // namespace

TEST_CASE("A poller tells which of its descriptors can be read") {
  Poller poller;
  Waker one;
  Waker other;
  poller.watch(one.descriptor());
  poller.watch(other.descriptor());
  CHECK_FALSE(poller.wait(0ms).has(one.descriptor()));
  other.wake();
  const Poller::Ready ready = poller.wait(patience);
  CHECK(ready.has(other.descriptor()));
  CHECK_FALSE(ready.has(one.descriptor()));
  one.wake();
  CHECK(poller.wait(patience).has(one.descriptor()));
  CHECK(poller.wait(patience).has(other.descriptor()));  // until it has been read
  one.clear();
  other.clear();
  CHECK_FALSE(poller.wait(0ms).has(other.descriptor()));
}

TEST_CASE("A pause keeps what happens meanwhile") {
  Paused paused;
  auto& [poller, waker] = paused;
  CHECK_FALSE(poller.wait(0ms).has(waker.descriptor()));
  poller.resume(waker.descriptor());
  CHECK(poller.wait(patience).has(waker.descriptor()));
  poller.forget(waker.descriptor());
  CHECK_FALSE(poller.wait(0ms).has(waker.descriptor()));
  CHECK_THROWS_AS(poller.resume(waker.descriptor()), std::system_error);
}

TEST_CASE("Another thread's resume wakes the one that waits") {
  Paused paused;
  std::thread thread([&] { paused.poller.resume(paused.waker.descriptor()); });
  CHECK(paused.poller.wait(patience).has(paused.waker.descriptor()));
  thread.join();
}

TEST_CASE("A descriptor that was copied tells no more once it is forgotten") {
  Poller poller;
  Waker kept;
  const int copy = ::dup(kept.descriptor());
  poller.watch(copy);
  kept.wake();
  poller.forget(copy);
  ::close(copy);
  CHECK_FALSE(poller.wait(0ms).has(copy));
}

TEST_CASE("Among those that are waited for, a negative descriptor has no events") {
  Waker waker;
  pollfd items[] = {{waker.descriptor(), POLLIN, 0}, {-1, POLLIN, 0}};
  wait_for(items, 0ms);
  CHECK(items[0].revents == 0);
  waker.wake();
  wait_for(items, std::chrono::milliseconds(patience));
  CHECK(items[0].revents == POLLIN);
  CHECK(items[1].revents == 0);
}
