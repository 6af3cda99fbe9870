// Signals that interrupt system calls.
#include <signal.h>
#include <sys/time.h>

#include <atomic>
#include <chrono>
#include <string>

#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;

namespace {

std::atomic<int> alarms{0};

// An alarm again and again, whose handler does not restart system calls.
class Alarms {
 public:
  explicit Alarms(std::chrono::microseconds interval) {
    struct sigaction action {};
    action.sa_handler = [](int) { alarms.fetch_add(1); };
    ::sigaction(SIGALRM, &action, &before_);
    const itimerval every{{0, interval.count()}, {0, interval.count()}};
    ::setitimer(ITIMER_REAL, &every, nullptr);
  }
  ~Alarms() {
    const itimerval never{};
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  struct sigaction before_ {};
};

}  // namespace

TEST_CASE("signals disturb no client that begins") {
  const Board board;
  const Alarms interrupting(50us);
  for (int i = 0; i < 100; ++i) CHECK_NOTHROW(board.client().open("signals"));
}

TEST_CASE("signals disturb no call") {
  const Board board;
  bulletin::Client other_client = board.client();
  const bulletin::Namespace other = other_client.open("signals");
  const Alarms interrupting(1ms);
  bulletin::Client client = board.client();
  const bulletin::Namespace space = client.open("signals");
  Recorder recorder;
  const auto subscription = space.watch("x", recorder.watcher());
  int i = 0;
  alarms = 0;
  CHECK(await([&] {
    ++i;
    space.set("x", i);
    other.sync();
    if (other.at<int>("x") != i) return true;
    space.set_async("y", i).get();
    space.wait_until(
        "z", [](const bulletin::Value&) { return true; }, std::chrono::milliseconds(2));
    return alarms > 300;
  }));
  CHECK(alarms > 300);
  CHECK(recorder.wait_for("x", bulletin::Value(i)).size() == static_cast<std::size_t>(i));
}
