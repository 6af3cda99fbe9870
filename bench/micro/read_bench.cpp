// Reads in one process, beside what they could cost at best: an atomic load, a seqlock, and what a
// program would write by hand, a mutex and an unordered map. Threads read together, with and
// without a writer that changes the same attribute all the time.

#include <benchmark/benchmark.h>

#include <bulletin/broker.hpp>
#include <bulletin/bulletin.hpp>
#include <bulletin/msgpack.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

/// Three numbers, one after the other.
struct Pose {
  double x = 1;
  double y = 2;
  double heading = 3;
  MSGPACK_DEFINE(x, y, heading)
};

/// Named members, with a string, a struct and a list among them.
struct Robot {
  std::string name = "robot 7 in hall 3";
  std::string mode = "driving";
  Pose pose;
  std::vector<double> joints = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
  std::int64_t errors = 0;
  bool charging = false;
  MSGPACK_DEFINE_MAP(name, mode, pose, joints, errors, charging)
};

constexpr int names = 10'000;

std::string name_of(int i) { return "plant/line1/sensor" + std::to_string(i); }

/// A board in this process: a broker, a client and a namespace of many attributes.
class Board {
 public:
  Board() : broker_({.bind = "tcp://127.0.0.1:*"}) {
    broker_.start();
    client_ =
        std::make_unique<bulletin::Client>(bulletin::ClientOptions{.endpoint = broker_.endpoint()});
    space_ = std::make_unique<bulletin::Namespace>(client_->open("bench"));
    bulletin::Transaction all;
    // With the three below as many as one commit may have.
    for (int i = 0; i < names - 3; ++i) all.set(name_of(i), 0.5 * i);
    all.set("mode", "a string of some length").set("pose", Pose{}).set("robot", Robot{});
    space_->commit(all);
  }

  [[nodiscard]] const bulletin::Namespace& space() const { return *space_; }

 private:
  bulletin::Broker broker_;
  std::unique_ptr<bulletin::Client> client_;
  std::unique_ptr<bulletin::Namespace> space_;
};

const bulletin::Namespace& space() {
  static const Board board;
  return board.space();
}

/// Changes one attribute for as long as it lives.
class Writer {
 public:
  Writer() : thread_([this] { run(); }) {}
  ~Writer() {
    stopping_ = true;
    thread_.join();
  }

 private:
  void run() {
    for (double value = 0; !stopping_; value += 1) space().set_async(name_of(7), value).wait();
  }

  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// The first thread has the writer, if there is to be one.
template <class Read>
void read(benchmark::State& state, Read read) {
  std::unique_ptr<Writer> writer;
  if (state.range(0) != 0 && state.thread_index() == 0) writer = std::make_unique<Writer>();
  for (auto _ : state) benchmark::DoNotOptimize(read());
}

// --- the limits ---

void atomic_load(benchmark::State& state) {
  static std::atomic<double> value{1.5};
  for (auto _ : state) benchmark::DoNotOptimize(value.load(std::memory_order_acquire));
}

void seqlock(benchmark::State& state) {
  static std::atomic<std::uint64_t> sequence{2};
  static std::atomic<double> value{1.5};
  static std::atomic<std::uint64_t> revision{7};
  for (auto _ : state) {
    std::uint64_t before = 0;
    double read = 0;
    do {
      before = sequence.load(std::memory_order_acquire);
      read = value.load(std::memory_order_acquire);
      benchmark::DoNotOptimize(revision.load(std::memory_order_acquire));
    } while (sequence.load(std::memory_order_relaxed) != before);
    benchmark::DoNotOptimize(read);
  }
}

void mutex_and_map(benchmark::State& state) {
  static std::mutex mutex;
  static const auto map = [] {
    std::unordered_map<std::string, double> all;
    for (int i = 0; i < names; ++i) all.emplace(name_of(i), 0.5 * i);
    return all;
  }();
  const std::string name = name_of(7);
  for (auto _ : state) {
    std::scoped_lock lock(mutex);
    benchmark::DoNotOptimize(map.find(name)->second);
  }
}

// --- Bulletin ---

void typed_handle(benchmark::State& state) {
  const auto handle = space().attribute<double>(name_of(7));
  read(state, [&] { return handle.get(); });
}

void by_name(benchmark::State& state) {
  const std::string name = name_of(7);
  read(state, [&] { return space().get<double>(name); });
}

void value_and_revision(benchmark::State& state) {
  const auto handle = space().attribute<double>(name_of(7));
  read(state, [&] { return handle.read(); });
}

void string(benchmark::State& state) {
  const auto handle = space().attribute<std::string>("mode");
  read(state, [&] { return handle.get(); });
}

/// Decoded anew by each read.
template <class T>
void struct_of(benchmark::State& state, const std::string& name) {
  const auto handle = space().attribute<T>(name);
  read(state, [&] { return handle.get(); });
}

void struct_of_three_numbers(benchmark::State& state) { struct_of<Pose>(state, "pose"); }

void struct_of_named_members(benchmark::State& state) { struct_of<Robot>(state, "robot"); }

void with_and_without_writer(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("writer")->Arg(0)->Arg(1)->Threads(1)->Threads(2);
}

BENCHMARK(atomic_load)->Threads(1)->Threads(2);
BENCHMARK(typed_handle)->Apply(with_and_without_writer);
BENCHMARK(seqlock)->Threads(1)->Threads(2);
BENCHMARK(value_and_revision)->Apply(with_and_without_writer);
BENCHMARK(mutex_and_map)->Threads(1)->Threads(2);
BENCHMARK(by_name)->Apply(with_and_without_writer);
BENCHMARK(string)->Apply(with_and_without_writer);
BENCHMARK(struct_of_three_numbers)->Apply(with_and_without_writer);
BENCHMARK(struct_of_named_members)->Apply(with_and_without_writer);

}  // namespace

BENCHMARK_MAIN();
