// How long a time to live and a session last, as the broker's loop tells the authority of time.
#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "authority/desk.hpp"
#include "service/running_clock.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;
using service::RunningClock;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

using Time = RunningClock::Time;
using Duration = RunningClock::Duration;

/// The loop of a broker in a time of its own: requests come at any moment, and turns take as
/// long as the disk does.
class Loop {
 public:
  Loop(milliseconds beat, Duration longest_keep, unsigned seed)
      : beat_(beat), longest_keep_(longest_keep), random_(seed), desk_(options()) {}

  static authority::AuthorityOptions options() {
    authority::AuthorityOptions options = test::options();
    options.session_ms = 2000;
    return options;
  }

  void write(std::uint64_t ttl_ms, const std::string& name) {
    turn([&](std::uint64_t late_ms) {
      wire::Write write{desk_.id(desk_.session), 1, ++number_, {}};
      const std::string bytes = Raw().set(name, 1, ttl_ms, false).bytes();
      write.items.push_back({"space", 0, bytes});
      desk_.authority.apply({"alice", write, {}, late_ms});
    });
    attributes_[name] = now_ + milliseconds(ttl_ms);  // the call returns
  }

  /// A session that is renewed once, if so, and then silent.
  void open(bool renewed) {
    std::uint64_t number = 0;
    turn([&](std::uint64_t late_ms) {
      number =
          desk_.authority.apply({"alice", authority::OpenSession{"brief"}, {}, late_ms}).session;
    });
    if (renewed) {
      idle(random(milliseconds(100)));
      turn([&](std::uint64_t late_ms) {
        desk_.authority.apply({"alice", authority::Renew{desk_.id(number)}, {}, late_ms});
      });
    }
    sessions_[number] = now_ + milliseconds(desk_.authority.options().session_ms);
  }

  void idle(Duration time) {
    const Time end = now_ + time;
    while (now_ < end) {
      const Time next = std::max(clock_.next(desk_.authority.next_end_ms()), now_);
      if (next > end) break;
      now_ = next;
      turn([](std::uint64_t) {});
    }
    now_ = std::max(now_, end);
  }

  Duration random(Duration most) {
    return Duration(std::uniform_int_distribution<Duration::rep>(0, most.count())(random_));
  }

  /// By how much each thing that has ended was late; negative: early.
  std::vector<Duration> late;

 private:
  template <class Decide>
  void turn(Decide decide) {
    const Time decided = now_;
    decide(clock_.late_ms(decided));
    const std::uint64_t passed = clock_.advance(decided, true, desk_.authority.next_end_ms());
    if (passed != 0) desk_.authority.apply({{}, authority::Advance{passed}});
    now_ += random(longest_keep_) + microseconds(1);
    desk_.authority.commit(clock_.delay_ms(decided, now_));
    end(attributes_, [this](const std::string& name) {
      return desk_.authority.read({"space", {name}}).attributes[0].value.empty();
    });
    const std::vector<std::uint64_t> open = desk_.authority.session_numbers();
    end(sessions_, [&](std::uint64_t number) {
      return !std::binary_search(open.begin(), open.end(), number);
    });
  }

  /// Nobody sees an end before its turn has been kept.
  template <class Ends, class HasEnded>
  void end(Ends& ends, HasEnded has_ended) {
    std::erase_if(ends, [&](const auto& thing) {
      if (!has_ended(thing.first)) return false;
      late.push_back(now_ - thing.second);
      return true;
    });
  }

  const milliseconds beat_;
  const Duration longest_keep_;
  std::mt19937 random_;
  Desk desk_;
  Time now_{std::chrono::hours(1)};
  RunningClock clock_{beat_, now_};
  std::uint64_t number_ = 0;
  std::map<std::string, Time> attributes_;
  std::map<std::uint64_t, Time> sessions_;
};

/// The contract, with what the loop of `Loop` adds: one turn to keep the removal, and the
/// milliseconds in which the authority counts.
Duration latest(milliseconds beat, Duration longest_keep) {
  return std::max<Duration>(std::min<Duration>(beat, std::chrono::seconds(1)) / 10,
                            milliseconds(2)) +
         2 * longest_keep;
}

void check(milliseconds beat, Duration longest_keep) {
  CAPTURE(beat.count(), duration_cast<microseconds>(longest_keep).count());
  Loop loop(beat, longest_keep, 7);
  constexpr int count = 200;
  for (int i = 0; i != count; ++i) {
    const auto ttl = 1 + duration_cast<milliseconds>(loop.random(std::chrono::seconds(3))).count();
    loop.write(i % 5 == 0 ? 1 : static_cast<std::uint64_t>(ttl), std::to_string(i));
    loop.idle(loop.random(milliseconds(60)));
    loop.open(i % 2 == 0);
    loop.idle(loop.random(milliseconds(60)));
  }
  loop.idle(std::chrono::seconds(20));
  REQUIRE(loop.late.size() == 2 * count);
  const auto [least, most] = std::minmax_element(loop.late.begin(), loop.late.end());
  CHECK(duration_cast<microseconds>(*least).count() >= 0);
  CHECK(*most <= latest(beat, longest_keep));
}

}  // namespace

TEST_CASE("A time to live and a session end never early and at most a tenth of a beat late") {
  for (const milliseconds beat : {milliseconds(10), milliseconds(50), milliseconds(100),
                                  milliseconds(1000), milliseconds(60'000)}) {
    check(beat, Duration::zero());
    check(beat, std::min<Duration>(beat, std::chrono::seconds(1)) / 25);
  }
}

TEST_CASE("A disk that is slow to keep a turn makes no time to live and no session shorter") {
  check(milliseconds(1000), milliseconds(400));
  check(milliseconds(50), milliseconds(40));
}
