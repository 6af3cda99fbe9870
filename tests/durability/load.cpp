#include "durability/load.hpp"

#include <deque>
#include <future>
#include <optional>
#include <random>
#include <utility>

#include <fmt/format.h>

#include <bulletin/bulletin.hpp>

#include "support/await.hpp"

namespace bulletin::durability {
namespace {

using namespace std::chrono_literals;

constexpr unsigned writers = 4;
constexpr unsigned readers = 2;
constexpr unsigned watchers = 2;
constexpr std::uint64_t registers = 6;
constexpr std::uint64_t counters = 3;
constexpr std::int64_t values_of_writer = 1'000'000'000;

ClientOptions options_of(const Place& place, unsigned client,
                         std::chrono::milliseconds write_timeout) {
  ClientOptions options;
  options.endpoint = place.endpoint(client);
  options.open_timeout = test::patience;
  options.write_timeout = write_timeout;
  return options;
}

class Writer {
 public:
  Writer(const Place& place, unsigned number, std::uint64_t seed, History& history)
      : random_(seed),
        observer_(number),
        // One of them gives up early, so that some writes end in doubt.
        client_(options_of(place, number, number == 0 ? 300ms : 20'000ms)),
        registers_(client_.open(place.registers())),
        counters_(client_.open(place.counters())),
        next_value_(number * values_of_writer),
        recorder_(history) {}

  void act() {
    switch (below(6)) {
      case 0: return add();
      case 1: return compare_and_set();
      case 2: return pair();
      case 3: return burst();
      default: return set();
    }
  }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  std::string any_register() { return "r" + std::to_string(below(registers)); }

  /// Makes the call and takes down how it ended.
  template <class Call>
  void record(Write write, Call&& call) {
    write.start = now();
    try {
      call(write);
    } catch (const Error& error) {
      write.outcome = error.may_have_applied() ? Outcome::in_doubt : Outcome::not_applied;
    }
    write.end = now();
    recorder_.writes.push_back(std::move(write));
  }
  static void applied(Write& write, Revision revision) {
    write.outcome = Outcome::applied;
    write.revision = revision.value();
  }

  void set() {
    const std::string name = any_register();
    record({Kind::set, name, ++next_value_}, [&](Write& write) {
      applied(write, registers_.set(name, write.value));
      look(name, write.revision);
    });
  }

  /// Read your writes.
  void look(const std::string& name, std::uint64_t at_least) {
    const auto seen = registers_.read<std::int64_t>(name);
    if (!seen || seen->revision.value() < at_least) {
      recorder_.faults.push_back(
          {name, now(),
           fmt::format("a client did not see its own write {} of '{}'", at_least, name)});
      return;
    }
    recorder_.sights.push_back({observer_, name, seen->value, seen->revision.value(), now(), 0});
  }

  void add() {
    const std::string name = "c" + std::to_string(below(counters));
    record({Kind::add, name}, [&](Write& write) {
      write.value = counters_.add(name, 1);
      write.outcome = Outcome::applied;
    });
  }

  void compare_and_set() {
    const std::string name = any_register();
    const auto seen = registers_.read<std::int64_t>(name);
    if (!seen) return;
    Write write{Kind::compare_and_set, name, ++next_value_, seen->revision.value()};
    record(std::move(write), [&](Write& call) {
      const auto won = registers_.compare_and_set(name, seen->revision, call.value);
      call.outcome = Outcome::lost;
      if (won) applied(call, *won);
    });
  }

  /// Two attributes that are always equal.
  void pair() {
    const std::int64_t value = ++next_value_;
    Write second{Kind::set, "p1", value};
    record({Kind::set, "p0", value}, [&](Write& write) {
      const auto revision = registers_.commit(Transaction().set("p0", value).set("p1", value));
      applied(write, *revision);
    });
    const Write& first = recorder_.writes.back();
    second.start = first.start;
    second.end = first.end;
    second.outcome = first.outcome;
    second.revision = first.revision;
    recorder_.writes.push_back(std::move(second));
  }

  void burst() {
    std::deque<std::pair<Write, std::future<Revision>>> calls;
    for (std::uint64_t left = 1 + below(30); left != 0; --left) {
      Write write{Kind::set, any_register(), ++next_value_};
      write.start = now();
      calls.emplace_back(write, registers_.set_async(write.name, write.value));
    }
    for (auto& call : calls) {
      record(call.first, [&](Write& write) {
        write.start = call.first.start;
        applied(write, call.second.get());
      });
    }
  }

  std::mt19937_64 random_;
  const unsigned observer_;
  Client client_;
  Namespace registers_;
  Namespace counters_;
  std::int64_t next_value_;
  Recorder recorder_;
};

class Reader {
 public:
  Reader(const Place& place, unsigned observer, std::uint64_t seed, History& history)
      : random_(seed),
        observer_(observer),
        client_(options_of(place, observer, 20'000ms)),
        registers_(client_.open(place.registers())),
        recorder_(history) {}

  void act() {
    Time since = 0;
    if (random_() % 4 == 0) {
      since = now();
      try {
        registers_.sync();
      } catch (const Error&) {
        return;  // the broker was away for too long
      }
    }
    const Snapshot all = registers_.snapshot();
    const Time at = now();
    if (all.get<std::int64_t>("p0") != all.get<std::int64_t>("p1"))
      recorder_.faults.push_back({"p0", at, "a snapshot shows half of a transaction"});
    for (const auto& [name, value, revision, lease] : all) {
      recorder_.sights.push_back(
          {observer_, std::string(name), value.as<std::int64_t>(), revision.value(), at, since});
    }
  }

 private:
  std::mt19937_64 random_;
  const unsigned observer_;
  Client client_;
  Namespace registers_;
  Recorder recorder_;
};

/// Its callbacks come from one thread.
class Watcher {
 public:
  Watcher(const Place& place, unsigned observer, History& history)
      : recorder_(history),
        client_(options_of(place, observer, 20'000ms)),
        registers_(client_.open(place.registers())),
        watch_(registers_.watch([this, observer](const Change& change) {
          std::string name(change.name);
          if (change.value == nullptr) {
            recorder_.faults.push_back({name, now(), "'" + name + "' was removed, by nobody"});
            return;
          }
          recorder_.sights.push_back({observer, std::move(name), change.value->as<std::int64_t>(),
                                      change.revision.value(), now(), 0});
        })) {}

 private:
  Recorder recorder_;
  Client client_;
  Namespace registers_;
  Subscription watch_;
};

}  // namespace

Load::Load(Place place, std::uint64_t seed, History& history) : place_(std::move(place)) {
  for (unsigned i = 0; i != writers; ++i) {
    threads_.emplace_back([this, i, seed, &history] {
      Writer writer(place_, i, seed * 100 + i, history);
      while (!stop_.within(std::chrono::microseconds(writer.below(3000)))) writer.act();
    });
  }
  for (unsigned i = 0; i != readers; ++i) {
    threads_.emplace_back([this, i, seed, &history] {
      Reader reader(place_, writers + i, seed * 100 + writers + i, history);
      while (!stop_.within(5ms)) reader.act();
    });
  }
  for (unsigned i = 0; i != watchers; ++i) {
    threads_.emplace_back([this, i, &history] {
      const Watcher watcher(place_, writers + readers + i, history);
      while (!stop_.within(1s)) {
      }
    });
  }
}

Load::~Load() {
  stop_.raise();
  for (std::thread& thread : threads_) thread.join();
}

void look_at_the_end(const Place& place, History& history) {
  Client client(options_of(place, 0, 20'000ms));
  for (const std::string& space : {place.registers(), place.counters()}) {
    for (const auto& [name, value, revision, lease] : client.open(space).snapshot()) {
      history.last.push_back(
          {0, std::string(name), value.as<std::int64_t>(), revision.value(), now(), 0});
    }
  }
}

}  // namespace bulletin::durability
