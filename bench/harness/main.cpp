// bulletin-bench: what reads, writes and their ways to other processes take, beside what a program
// could get at best and what users would pick instead, in one run and in turn.

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <bulletin/bulletin.hpp>

#include "board/board.hpp"
#include "harness/catalogue.hpp"
#include "harness/far_end.hpp"
#include "harness/report.hpp"

namespace {

using namespace bulletin::bench;

void progress(const std::string& what) {
  if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r{:<78}", what);
}

/// The contenders of a scenario, each made, or why it was not.
struct Entry {
  Outcome outcome;
  std::unique_ptr<Contender> contender;
};

std::vector<Entry> make(const Scenario& scenario, const Setting& setting) {
  std::vector<Entry> entries;
  for (const Way& way : scenario.ways) {
    progress(scenario.name + ": " + way.name + " is made ready");
    Entry entry{{way.name, way.kind, {}, {}}, nullptr};
    try {
      entry.contender = way.make(setting);
    } catch (const NotHere& reason) {
      entry.outcome.skipped = reason.what();
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result run(const Scenario& scenario, const Setting& setting, int wanted) {
  std::vector<Entry> entries = make(scenario, setting);
  const int rounds = scenario.rounds == 0 ? wanted : std::min(wanted, scenario.rounds);
  for (int round = 1; round <= rounds; ++round) {
    for (Entry& entry : entries) {
      if (entry.contender == nullptr) continue;
      progress(
          fmt::format("{}: round {} of {}, {}", scenario.name, round, rounds, entry.outcome.way));
      entry.outcome.rounds.push_back(entry.contender->round());
    }
  }
  Result result{scenario.name, scenario.what, scenario.unit, {}};
  for (Entry& entry : entries) result.outcomes.push_back(std::move(entry.outcome));
  progress("");
  progress("");
  return result;
}

/// A server's keeper ends its server first; every other role just ends.
void play(const std::vector<std::string>& role) {
  if (role.front() != "service") {
    std::thread([] {
      wait_for_starter();
      _exit(0);
    }).detach();
  }
  roles().at(role.front())({role.begin() + 1, role.end()});
}

/// Everything on the processor that this is on: also what is started from here on.
void pin() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(std::max(sched_getcpu(), 0)), &one);
  if (sched_setaffinity(0, sizeof one, &one) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot stay on one processor");
}

bool wanted(const std::vector<std::string>& scenarios, const std::string& name) {
  return scenarios.empty() ||
         std::any_of(scenarios.begin(), scenarios.end(),
                     [&](const std::string& one) { return name.rfind(one, 0) == 0; });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 && std::string(argv[1]) == "--role") {  // how it starts itself
    try {
      play({argv + 2, argv + argc});
      return 0;
    } catch (const std::exception& error) {
      // Not fmt::print, which throws when it cannot.
      std::fputs(fmt::format("bulletin-bench, role {}: {}\n", argv[2], error.what()).c_str(),
                 stderr);
      return 1;
    }
  }
  Setting setting{"/proc/self/exe", {}, {2000, std::chrono::microseconds(0)}, false};
  std::vector<std::string> scenarios;
  std::string json;
  int rounds = 5;
  std::int64_t pause_us = 0;
  bool pinned = false;
  bool far_end = false;
  CLI::App app(
      "Times reads, writes and their ways to other processes, beside raw sockets and other "
      "products.");
  app.add_option("scenario", scenarios,
                 "Only scenarios whose names begin so: read, write, propagate, echo, throughput, "
                 "fan-out, join, memory, durable write, durable throughput, encrypted write, "
                 "encrypted throughput, hostile, restart, disk, "
                 "reconnect [all]");
  app.add_option("--samples", setting.pace.samples, "In each round of a latency [2000]")
      ->check(CLI::PositiveNumber);
  app.add_option("--rounds", rounds, "Of each way, in turn [5]")->check(CLI::PositiveNumber);
  app.add_option("--pause", pause_us, "Microseconds between two samples [0]")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--far-end", far_end,
               "Measure nothing: be the far end of `echo`, on this or another host, for a "
               "bulletin-bench that is given the same --endpoint. Ends with Ctrl-C");
  app.add_flag("--pinned", pinned, "Everything on one processor, where a wake-up is cheap");
  app.add_flag("--quick", setting.quick, "Fewer attributes, where their number is what counts");
  app.add_option(
      "--endpoint", setting.endpoint,
      "A broker that runs already, for reads, latencies and throughput [one is started]");
  app.add_option("--json", json, "Write what was measured to this file");
  CLI11_PARSE(app, argc, argv);
  try {
    if (far_end && setting.endpoint.empty())
      throw std::runtime_error("the far end needs the --endpoint of a broker that both can reach");
    if (far_end) echo(setting.endpoint);
    if (pinned) pin();
    setting.pace.pause = std::chrono::microseconds(pause_us);
    bulletin::Manager manager;
    if (setting.endpoint.empty()) {
      manager.start();
      setting.endpoint = manager.address();
    }
    std::vector<Result> results;
    for (const Scenario& scenario : catalogue(setting)) {
      if (!wanted(scenarios, scenario.name)) continue;
      results.push_back(run(scenario, setting, rounds));
      print(results.back());
    }
    if (results.empty()) throw std::runtime_error("no scenario has such a name");
    print_ratios(results);
    if (!json.empty()) write_json(results, json);
    return 0;
  } catch (const std::exception& error) {
    std::fputs(fmt::format("bulletin-bench: {}\n", error.what()).c_str(), stderr);
    return 1;
  }
}
