// bulletin-durability: kills a broker with data again and again, for as long as it is told to.

#include <cstdio>
#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "durability/mortal_broker.hpp"
#include "durability/trial.hpp"

namespace {

void write(const std::vector<std::string>& lines, const std::string& path) {
  std::ofstream file(path);
  for (const std::string& line : lines) file << line << '\n';
  if (!file.flush()) throw std::runtime_error("cannot write the history to '" + path + "'");
  fmt::print(stderr, "The history of its last round is in {}\n", path);
}

}  // namespace

int main(int argc, char** argv) {
  bulletin::durability::TrialOptions options;
  options.tell = true;
  std::uint64_t seconds = 60;
  std::string endpoint;
  std::string data;
  std::uint64_t fatal = 0;
  bool guarded = false;
  std::string history = "durability.history";
  CLI::App app(
      "Kills a broker with data again and again under load, and judges what its clients saw");
  app.add_option("--seconds", seconds, "For how long")->capture_default_str();
  app.add_option("--seed", options.seed, "What is done, and when it dies")->capture_default_str();
  app.add_flag("--keys", options.keys, "With keys: all of it over CURVE");
  app.add_option("--hosts", options.hosts,
                 "The clients are on so many hosts, whose lines break, stall, delay and heal, and "
                 "the broker stands still now and then; 0: on its own")
      ->capture_default_str();
  app.add_option("--history", history, "Where the history of a round with violations is put")
      ->capture_default_str();
  app.add_option("--serve", endpoint, "Be that broker")->group("");
  app.add_option("--data", data, "Its data")->group("");
  app.add_option("--fatal", fatal, "The use of the journal at which it dies")->group("");
  app.add_flag("--guarded", guarded, "It has keys, beside its data")->group("");
  CLI11_PARSE(app, argc, argv);
  try {
    if (!endpoint.empty()) return bulletin::durability::serve(endpoint, data, fatal, guarded);
    options.length = std::chrono::seconds(seconds);
    const bulletin::durability::Verdict verdict = bulletin::durability::try_it(options);
    if (verdict.violations.empty()) return 0;
    // Not fmt::print, which throws when it cannot.
    std::fputs(fmt::format("FAILED with --seed {}\n", options.seed).c_str(), stderr);
    write(verdict.history, history);
  } catch (const std::exception& error) {
    std::fputs(fmt::format("bulletin-durability: {}\n", error.what()).c_str(), stderr);
  }
  return 1;
}
