#include <bulletin/future.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <bulletin/error.hpp>

#include "client/loop/write_promise.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Errc;
using bulletin::Error;
using bulletin::Future;
using bulletin::Revision;
using bulletin::client::WritePromise;

namespace {

const Revision seven{7};

using Transacted = bulletin::CommitResult;

bulletin::wire::Outcome committed() { return {bulletin::wire::Status::ok, 7, {}}; }
bulletin::wire::Outcome lost_by_x() { return bulletin::wire::Outcome::lost(7, "x"); }

auto promise_of_a_set() { return WritePromise::make<Revision>(); }
auto promise_of_a_transaction() { return WritePromise::make<Transacted>(); }

std::exception_ptr refusal() {
  return std::make_exception_ptr(Error(Errc::rejected, "it was refused", "x"));
}

template <class F>
std::optional<std::future_errc> misuse_of(F&& f) {
  try {
    f();
  } catch (const std::future_error& error) {
    return static_cast<std::future_errc>(error.code().value());
  }
  return std::nullopt;
}

}  // namespace

static_assert(!std::is_copy_constructible_v<Future<Revision>>);
static_assert(std::is_nothrow_move_constructible_v<Future<Revision>>);
static_assert(!std::is_convertible_v<Future<Revision>&, std::future<Revision>>);
static_assert(!std::is_convertible_v<Future<Revision>, std::future<Transacted>>);

TEST_CASE("A future gives what was promised, once") {
  auto [promise, future] = promise_of_a_set();
  CHECK(promise);
  REQUIRE(future.valid());
  CHECK(future.wait_for(0s) == std::future_status::timeout);
  CHECK(future.wait_for(-1h) == std::future_status::timeout);
  CHECK(future.wait_for(1ms) == std::future_status::timeout);
  CHECK(future.wait_until(std::chrono::steady_clock::now()) == std::future_status::timeout);
  CHECK(future.wait_until(std::chrono::system_clock::now() + 1ms) == std::future_status::timeout);
  promise.fulfil(committed());
  CHECK_FALSE(promise);
  CHECK(future.wait_for(0s) == std::future_status::ready);
  CHECK(future.wait_until(std::chrono::system_clock::now()) == std::future_status::ready);
  future.wait();
  CHECK(future.get() == seven);
  CHECK_FALSE(future.valid());
}

TEST_CASE("The future of a transaction also tells that it lost") {
  auto [won, of_won] = promise_of_a_transaction();
  auto [lost, of_lost] = promise_of_a_transaction();
  won.fulfil(committed());
  lost.fulfil(lost_by_x());
  CHECK(of_won.get() == seven);
  const Transacted result = of_lost.get();
  CHECK_FALSE(result);
  CHECK(result.lost() == "x");
  CHECK(result.revision() == seven);
}

TEST_CASE("A future throws the error that it was given, and has been used then") {
  auto [promise, future] = promise_of_a_set();
  promise.fail(refusal());
  CHECK(future.wait_for(0s) == std::future_status::ready);
  const Error error = failure_of([&f = future] { f.get(); });
  CHECK(error.code() == Errc::rejected);
  CHECK(error.name() == "x");
  CHECK_FALSE(future.valid());
}

TEST_CASE("A future of no write has nothing to wait for") {
  Future<Revision> none;
  CHECK_FALSE(none.valid());
  const auto no_state = std::future_errc::no_state;
  CHECK(misuse_of([&] { none.get(); }) == no_state);
  CHECK(misuse_of([&] { none.wait(); }) == no_state);
  CHECK(misuse_of([&] { (void)none.wait_for(1h); }) == no_state);
  CHECK(misuse_of([&] { none.share(); }) == no_state);
  CHECK(misuse_of([&] { std::future<Revision> f = std::move(none); }) == no_state);

  auto [promise, future] = promise_of_a_set();
  none = std::move(future);
  promise.fulfil(committed());
  CHECK(misuse_of([&f = future] { f.get(); }) == no_state);
  CHECK(none.get() == seven);
}

TEST_CASE("A promise that ends unkept tells so") {
  auto [promise, future] = promise_of_a_set();
  promise = WritePromise();
  CHECK(misuse_of([&f = future] { f.get(); }) == std::future_errc::broken_promise);
}

TEST_CASE("A thread that waits is told, however long it would wait") {
  const auto wait = GENERATE(as<int>{}, 0, 1, 2, 3);
  auto [promise, future] = promise_of_a_set();
  std::atomic<bool> begins = false;
  std::future_status status = std::future_status::ready;
  Revision got;
  std::thread thread([&, &f = future] {
    begins = true;
    if (wait == 1) status = f.wait_for(std::chrono::hours::max());
    if (wait == 2) status = f.wait_for(std::chrono::duration<double>(1e300));
    if (wait == 3) status = f.wait_until(std::chrono::steady_clock::time_point::max());
    got = f.get();
  });
  CHECK(await([&] { return begins.load(); }));
  promise.fulfil(committed());
  thread.join();
  CHECK(status == std::future_status::ready);
  CHECK(got == seven);
}

TEST_CASE("Who gives up waiting may wait again") {
  auto [promise, future] = promise_of_a_set();
  std::thread thread([&p = promise] { p.fulfil(committed()); });
  // Some of these end just when they are told.
  while (future.wait_for(1us) != std::future_status::ready) {
  }
  CHECK(future.get() == seven);
  thread.join();
}

TEST_CASE("Promises and futures meet from two threads, in whatever order they let go") {
  constexpr int count = 2000;
  std::vector<WritePromise> promises;
  std::vector<Future<Revision>> futures;
  for (int i = 0; i != count; ++i) {
    auto [promise, future] = promise_of_a_set();
    promises.push_back(std::move(promise));
    futures.push_back(std::move(future));
  }
  std::atomic<bool> begin = false;
  std::thread thread([&] {
    while (!begin) std::this_thread::yield();
    for (WritePromise& promise : promises) promise.fulfil(committed());
  });
  begin = true;
  for (int i = 0; i != count; ++i) {
    Future<Revision> future = std::move(futures[static_cast<std::size_t>(i)]);
    if (i % 4 == 0) continue;  // let go
    if (i % 4 == 1) CHECK(future.get() == seven);
    if (i % 4 == 2) CHECK(std::future<Revision>(std::move(future)).get() == seven);
    if (i % 4 == 3) {
      const std::future<Revision> dropped = std::move(future);
      CHECK(dropped.valid());
    }
  }
  thread.join();
}

TEST_CASE("A future becomes a std::future, before it is ready and afterwards") {
  const bool before = GENERATE(true, false);
  auto [kept, of_kept] = promise_of_a_set();
  auto [lost, of_lost] = promise_of_a_transaction();
  auto [failed, of_failed] = promise_of_a_set();
  const auto keep = [&k = kept, &l = lost, &f = failed] {
    k.fulfil(committed());
    l.fulfil(lost_by_x());
    f.fail(refusal());
  };
  if (!before) keep();
  std::future<Revision> revision = std::move(of_kept);
  std::future<Transacted> nothing = std::move(of_lost);
  std::vector<std::future<Revision>> futures;
  futures.push_back(std::move(of_failed));
  CHECK_FALSE(of_kept.valid());
  if (before) {
    CHECK(revision.wait_for(0s) == std::future_status::timeout);
    keep();
  }
  CHECK(revision.wait_for(0s) == std::future_status::ready);
  CHECK(revision.get() == seven);
  CHECK(nothing.get() == std::nullopt);
  CHECK(failure_of([&] { futures.front().get(); }).code() == Errc::rejected);
}

TEST_CASE("What follows a future is called once it is ready, or at once") {
  std::optional<Revision> got;
  const auto follow = [&](Future<Revision> done) {
    CHECK(done.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
    got = done.get();
  };
  auto [early, future] = WritePromise::make<Revision>();
  std::move(future).then(follow);
  CHECK_FALSE(future.valid());
  CHECK_FALSE(got);
  early.fulfil(committed());
  CHECK(got == seven);
  got.reset();

  auto [late, ready] = WritePromise::make<Revision>();
  late.fulfil(committed());
  std::move(ready).then(follow);
  CHECK(got == seven);

  auto [failing, failed] = WritePromise::make<Revision>();
  bool threw = false;
  std::move(failed).then([&](Future<Revision> done) {
    try {
      done.get();
    } catch (const Error&) {
      threw = true;
    }
  });
  failing.fail(std::make_exception_ptr(Error(Errc::denied, "no")));
  CHECK(threw);
}

TEST_CASE("Several threads wait for what is shared") {
  auto [promise, future] = promise_of_a_set();
  const std::shared_future<Revision> shared = future.share();
  CHECK_FALSE(future.valid());
  std::vector<std::thread> threads;
  std::atomic<int> told = 0;
  for (int i = 0; i != 3; ++i)
    threads.emplace_back([&, shared] { told += shared.get() == seven ? 1 : 0; });
  promise.fulfil(committed());
  for (std::thread& thread : threads) thread.join();
  CHECK(told == 3);
}

TEST_CASE("A second thread that waits for the same future is told of its mistake") {
  auto [promise, future] = promise_of_a_set();
  const auto is_refused = [&f = future](std::chrono::microseconds time) {
    try {
      (void)f.wait_for(time);
    } catch (const std::logic_error& error) {
      return std::string(error.what()).find("share()") != std::string::npos;
    }
    return false;
  };
  // Either may be the second.
  std::thread thread([&] {
    while (is_refused(1h)) {
    }
  });
  CHECK(await([&] { return is_refused(1us); }));
  promise.fulfil(committed());
  thread.join();
  CHECK(future.get() == seven);
}
