#include "durability/trial.hpp"

#include <algorithm>
#include <optional>
#include <random>

#include <fmt/format.h>

#include "durability/checker.hpp"
#include "durability/history_text.hpp"
#include "durability/hosts.hpp"
#include "durability/load.hpp"
#include "durability/mortal_broker.hpp"
#include "durability/schedule.hpp"

namespace bulletin::durability {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class Trial {
 public:
  explicit Trial(const TrialOptions& options)
      : options_(options),
        random_(options.seed),
        port_(options.hosts == 0 ? 0 : free_ports(options.hosts)),
        broker_(options.keys,
                port_ == 0 ? std::string() : fmt::format("tcp://127.0.0.1:{}", port_)) {
    if (port_ != 0) hosts_.emplace(options.hosts, port_, schedule_);
  }

  Verdict run() {
    broker_.start(0);
    const Clock::time_point end = Clock::now() + options_.length;
    while (Clock::now() < end && verdict_.violations.empty()) {
      round(std::min(end, Clock::now() + options_.round));
      if (options_.tell) fmt::print("{}\n", verdict_.text());
      std::fflush(stdout);
    }
    broker_.kill();
    return std::move(verdict_);
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void round(Clock::time_point end) {
    ++verdict_.rounds;
    const Place place{hosts_ ? hosts_->endpoints() : std::vector{broker_.endpoint()},
                      std::to_string(verdict_.rounds)};
    History history;
    history.began = now();
    {
      const Load load(place, random_(), history);
      if (hosts_) hosts_->storm(random_());
      while (Clock::now() < end) {
        if (hosts_ && below(3) == 0) stand_still();
        die_and_come_back();
      }
      if (hosts_) verdict_.faults += hosts_->calm();
    }
    look_at_the_end(place, history);
    history.events = schedule_.take();
    judge(history);
  }

  /// Half of the deaths are inside a commit.
  void die_and_come_back() {
    const milliseconds life(20 + below(below(4) == 0 ? 3000 : 600));
    const bool in_commit = below(2) == 0;
    if (in_commit) {
      // The broker that is to die there takes the place of the one that lives.
      kill();
      broker_.start(1 + below(600));
      schedule_.tell("a broker starts that is to die within a commit");
      if (broker_.await_death(milliseconds(5000))) {
        schedule_.tell("the broker has died within a commit");
        ++verdict_.kills_in_commit;
        ++verdict_.kills;
      } else {
        kill();
      }
    } else {
      // Not dead, and nothing else to wait for: time goes by.
      if (broker_.await_death(life)) throw std::runtime_error("the broker died by itself");
      kill();
    }
    // Now and then it is away for longer than the most impatient client waits.
    if (below(4) == 0) test::await([] { return false; }, milliseconds(200 + below(600)));
    broker_.start(0);
    schedule_.tell("the broker has started");
  }

  void kill() {
    broker_.kill();
    schedule_.tell("the broker is killed");
    ++verdict_.kills;
  }

  /// As when its host is suspended, and wakes.
  void stand_still() {
    schedule_.tell("the broker stands still");
    broker_.freeze(true);
    test::await([] { return false; }, milliseconds(100 + below(2000)));
    broker_.freeze(false);
    ++verdict_.faults;
    schedule_.tell("the broker goes on");
  }

  void judge(const History& history) {
    const std::vector<Finding> found = violations(history);
    for (const Finding& finding : found) verdict_.violations.push_back(finding.text);
    if (!found.empty()) {
      verdict_.excerpt = text_around(history, found.front());
      verdict_.history = text_of(history);
    }
    verdict_.writes += history.writes.size();
    verdict_.sights += history.sights.size();
    for (const Write& write : history.writes) {
      if (write.outcome == Outcome::in_doubt) ++verdict_.in_doubt;
      if (write.outcome == Outcome::applied || write.outcome == Outcome::lost)
        ++verdict_.acknowledged;
    }
  }

  const TrialOptions options_;
  std::mt19937_64 random_;
  const unsigned port_;
  Schedule schedule_;
  MortalBroker broker_;
  std::optional<Hosts> hosts_;
  Verdict verdict_;
};

}  // namespace

std::string Verdict::text() const {
  std::string text = fmt::format(
      "{} rounds, {} kills ({} within a commit), {} writes: {} acknowledged, {} in doubt; {} "
      "sights; "
      "{} violations",
      rounds, kills, kills_in_commit, writes, acknowledged, in_doubt, sights, violations.size());
  if (faults != 0) text += fmt::format("; {} faults of lines and freezes", faults);
  for (const std::string& violation : violations) text += "\n  " + violation;
  for (const std::string& line : excerpt) text += "\n    " + line;
  return text;
}

Verdict try_it(const TrialOptions& options) { return Trial(options).run(); }

}  // namespace bulletin::durability
