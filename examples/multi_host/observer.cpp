// Watches namespaces, and says what it knows of them whenever a line comes in on standard input:
// whether it hears the broker, how many commits it was told one by one, how many it was not, and a
// check sum of what it holds. Two observers with the same sums hold the same board.
//
// Usage: example-observer NAMESPACE...; the broker is the one at $BULLETIN_ENDPOINT. Ends with its
// input.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <bulletin/bulletin.hpp>

namespace {

/// A namespace, and what its watch was told.
struct Watched {
  explicit Watched(bulletin::Namespace opened) : space(std::move(opened)) {}

  bulletin::Namespace space;
  std::atomic<std::uint64_t> commits = 0;
  std::atomic<std::uint64_t> missed = 0;
  std::atomic<std::uint64_t> snapshots = 0;
  bulletin::Subscription watch = space.watch([this](const bulletin::Change& change) {
    missed += change.skipped;
    if (!change.last) return;
    ++(change.resynced ? snapshots : commits);
  });
};

/// FNV-1a, over each name and its revision: a revision never stands for two values.
std::uint64_t sum_of(const bulletin::Snapshot& snapshot) {
  std::uint64_t sum = 14695981039346656037u;
  const auto add = [&](const std::string& text) {
    for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211u;
  };
  for (const auto& entry : snapshot) add(fmt::format("{} {} ", entry.name, entry.revision.value()));
  return sum;
}

std::string state_of(const bulletin::Freshness& freshness) {
  using State = bulletin::Freshness::State;
  if (freshness.state == State::connected) return "connected";
  if (freshness.state == State::syncing) return "syncing";
  const auto since = std::chrono::system_clock::now() - freshness.since;
  return fmt::format("stale since {} s",
                     std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

void report(const Watched& watched) {
  const bulletin::Snapshot snapshot = watched.space.snapshot();
  fmt::print("{}: tick {}, {}; told {} commits, missed {}, snapshots {}; sum {:016x}\n",
             watched.space.name(), snapshot.get<std::int64_t>("tick").value_or(0),
             state_of(watched.space.freshness()), watched.commits.load(), watched.missed.load(),
             watched.snapshots.load(), sum_of(snapshot));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    bulletin::Client client({.name = "observer"});
    std::deque<Watched> all;
    for (int i = 1; i < argc; ++i) all.emplace_back(client.open(argv[i]));
    for (std::string line; std::getline(std::cin, line);) {
      for (const Watched& watched : all) report(watched);
      fmt::print("{}\n", line);
      std::fflush(stdout);
    }
    return 0;
  } catch (const bulletin::Error& error) {
    std::cerr << "observer: " << error.what() << "\n";
    return 1;
  }
}
