// Runs worlds, one for each seed, until one of them fails.

#include <cstdio>
#include <exception>
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <CLI/CLI.hpp>

#include "simulation/failure.hpp"
#include "simulation/world.hpp"

namespace {

using namespace bulletin::simulation;

volatile std::sig_atomic_t seed_of_signal = 0;

/// An assertion of a core ends the program: at least say in which world.
void tell_seed(int signal) {
  std::fprintf(stderr, "simulation: signal %d in seed %ld\n", signal,
               static_cast<long>(seed_of_signal));
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

struct Arguments {
  Options options;
  std::uint64_t seeds = 1;
  bool summaries = false;
  std::string plant = "none";
};

Plant find_plant(const std::string& wanted) {
  for (const PlantName& known : plant_names) {
    if (known.name == wanted) return known.plant;
  }
  throw CLI::ValidationError("--plant", "no such fault");
}

void tell(const Options& options, const Summary& summary) {
  fmt::print(
      "seed {}: {} events, {} commits of {} writes ({} answered, {} in doubt), {} epochs, {} "
      "namespaces forgotten, {} clients, fingerprint {:016x}\n",
      options.seed, summary.events, summary.commits, summary.writes, summary.acknowledged,
      summary.in_doubt, summary.epochs, summary.forgettings, summary.clients, summary.fingerprint);
}

int run(const Arguments& arguments) {
  std::uint64_t commits = 0;
  for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
    Options options = arguments.options;
    options.seed += i;
    seed_of_signal = static_cast<std::sig_atomic_t>(options.seed);
    try {
      const Summary summary = World(options).run();
      commits += summary.commits;
      if (arguments.summaries || arguments.seeds == 1) tell(options, summary);
    } catch (const Failure& failure) {
      fmt::print(stderr, "FAILED {}\nreplay: bulletin-simulation --seed {} --steps {} --verbose\n",
                 failure.what(), options.seed, options.steps);
      return 1;
    }
  }
  fmt::print("{} worlds held, {} commits\n", arguments.seeds, commits);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Both cores in a simulated hostile world; a failure is replayed by its seed");
  app.add_option("--seed", arguments.options.seed, "The first seed")->capture_default_str();
  app.add_option("--seeds", arguments.seeds, "How many")->capture_default_str();
  app.add_option("--steps", arguments.options.steps, "Steps of each world")->capture_default_str();
  app.add_option("--plant", arguments.plant, "A fault to plant, which must be found");
  app.add_flag("--summaries", arguments.summaries, "Tell what each world came to");
  app.add_flag("--verbose", arguments.options.verbose, "Tell what happens");
  try {
    app.parse(argc, argv);
    arguments.options.plant = find_plant(arguments.plant);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  std::signal(SIGABRT, tell_seed);
  std::signal(SIGSEGV, tell_seed);
  try {
    return run(arguments);
  } catch (const std::exception& error) {  // such as of an output that is full
    std::fputs(error.what(), stderr);
    return 1;
  }
}
