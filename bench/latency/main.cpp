// bulletin-bench: how long a write takes, and its way to another process, beside the same on raw
// ZeroMQ sockets, in one run and in turn.

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <bulletin/bulletin.hpp>

#include "latency/contender.hpp"

namespace {

using namespace bulletin::bench;

struct Entry {
  std::string name;
  std::unique_ptr<Contender> contender;
  std::vector<Percentiles> rounds;
};

/// The first entry is what the others are compared with.
struct Scenario {
  std::string name;
  std::vector<Entry> entries;
};

void progress(const std::string& what) {
  if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r{:<60}", what);
}

void run(std::vector<Scenario>& scenarios, int rounds) {
  for (Scenario& scenario : scenarios) {
    for (int round = 1; round <= rounds; ++round) {
      for (Entry& entry : scenario.entries) {
        progress(fmt::format("{}: round {} of {}, {}", scenario.name, round, rounds, entry.name));
        entry.rounds.push_back(entry.contender->round());
      }
    }
  }
  progress("");
  progress("");
}

void print(const std::vector<Scenario>& scenarios) {
  fmt::print("{:<12}{:<16}{:>9}{:>9}{:>9}{:>9}{:>20}{:>8}\n", "scenario", "way", "p50 us", "p90",
             "p99", "p99.9", "p50 of rounds", "ratio");
  for (const Scenario& scenario : scenarios) {
    double floor = 0;
    for (const Entry& entry : scenario.entries) {
      const Summary summary = summary_of(entry.rounds);
      if (floor == 0) floor = summary.median.p50();
      fmt::print("{:<12}{:<16}", scenario.name, entry.name);
      for (const double value : summary.median.values) fmt::print("{:>9.1f}", value);
      fmt::print("{:>20}{:>8.2f}\n",
                 fmt::format("{:.0f} to {:.0f}", summary.least_p50, summary.most_p50),
                 summary.median.p50() / floor);
    }
  }
}

void write_json(const std::vector<Scenario>& scenarios, const std::string& file) {
  nlohmann::json all = nlohmann::json::array();
  for (const Scenario& scenario : scenarios) {
    for (const Entry& entry : scenario.entries) {
      nlohmann::json rounds = nlohmann::json::array();
      for (const Percentiles& round : entry.rounds) rounds.push_back(round.values);
      all.push_back({{"scenario", scenario.name},
                     {"way", entry.name},
                     {"ranks", Percentiles::ranks},
                     {"microseconds", rounds}});
    }
  }
  std::ofstream out(file);
  out << all.dump(2) << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write '" + file + "'");
}

std::vector<Scenario> make(const Self& self, const std::string& endpoint) {
  std::vector<Scenario> scenarios(2);
  scenarios[0].name = "write";
  scenarios[0].entries.push_back({"zmq ping-pong", zmq_ping_pong(self), {}});
  scenarios[0].entries.push_back({"bulletin set", bulletin_set(self, endpoint), {}});
  scenarios[1].name = "propagate";
  scenarios[1].entries.push_back({"zmq relay", zmq_relay(self), {}});
  scenarios[1].entries.push_back({"bulletin watch", bulletin_watch(self, endpoint), {}});
  scenarios[1].entries.push_back({"bulletin read", bulletin_read(self, endpoint), {}});
  return scenarios;
}

}  // namespace

int main(int argc, char** argv) {
  Self self{"/proc/self/exe", {2000, std::chrono::microseconds(0)}};
  std::vector<std::string> role;
  std::string json;
  std::string endpoint;
  int rounds = 5;
  std::int64_t pause_us = 0;
  CLI::App app("Times a write and its way to another process, beside raw ZeroMQ sockets.");
  app.add_option("--samples", self.pace.samples, "In each round [2000]")
      ->check(CLI::PositiveNumber);
  app.add_option("--rounds", rounds, "Of each way, in turn [5]")->check(CLI::PositiveNumber);
  app.add_option("--pause", pause_us, "Microseconds between two samples [0]")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--endpoint", endpoint, "A broker that runs already [one is started]");
  app.add_option("--json", json, "Write the percentiles of all rounds to this file");
  app.add_option("--role", role, "")->group("");  // how it starts itself
  CLI11_PARSE(app, argc, argv);
  try {
    if (!role.empty()) {
      roles().at(role.front())({role.begin() + 1, role.end()});
      return 0;
    }
    self.pace.pause = std::chrono::microseconds(pause_us);
    bulletin::Manager manager;
    if (endpoint.empty()) {
      manager.start();
      endpoint = manager.address();
    }
    std::vector<Scenario> scenarios = make(self, endpoint);
    run(scenarios, rounds);
    print(scenarios);
    if (!json.empty()) write_json(scenarios, json);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bulletin-bench: {}\n", error.what());
    return 1;
  }
}
