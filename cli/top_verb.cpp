// top: what goes on at the broker, live.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include <bulletin/inspector.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/interruption.hpp"
#include "cli/overview.hpp"
#include "cli/read_attribute.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

constexpr std::chrono::milliseconds least_interval{100};

struct TopArguments {
  std::chrono::milliseconds interval{1000};
  std::uint64_t count = 0;  ///< pictures; 0: without end
};

/// To ask for a million of them every second would be a load of its own.
constexpr std::size_t most_namespaces = 10'000;
constexpr std::size_t rows_elsewhere = 30;
constexpr int round_trips = 5;

/// The median of a few, as one may meet a busy moment.
std::chrono::duration<double, std::milli> round_trip(Inspector& client) {
  std::vector<std::chrono::steady_clock::duration> times;
  for (int i = 0; i != round_trips; ++i) times.push_back(client.ping());
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

Sighting look(Inspector& client) {
  Sighting sighting;
  sighting.endpoint = client.endpoint();
  sighting.round_trip = round_trip(client);
  sighting.at = std::chrono::steady_clock::now();
  sighting.broker = attributes_of(client.read_all("$sys/broker"));
  sighting.sessions = attributes_of(client.read_all("$sys/sessions"));
  sighting.namespaces = client.namespaces("", most_namespaces);
  sighting.more_namespaces = sighting.namespaces.size() > most_namespaces;
  if (sighting.more_namespaces) sighting.namespaces.resize(most_namespaces);
  std::erase_if(sighting.namespaces, wire::is_system);
  sighting.states = client.status(sighting.namespaces);
  return sighting;
}

void draw(const std::vector<std::string>& lines) {
  const bool terminal = output_is_terminal();
  if (terminal) print("\033[H");
  for (const std::string& line : lines) {
    print(fitting(line));
    print(terminal ? "\033[K\n" : "\n");
  }
  print(terminal ? "\033[J" : "\n");
  finish_output();
}

/// On a terminal the picture stands, elsewhere one is printed after the other.
Exit top(const Common& common, const TopArguments& arguments) {
  Interruption interruption;
  Inspector client(client_options(common));
  if (output_is_terminal()) print("\033[2J");
  Sighting before = look(client);
  for (std::uint64_t shown = 0; !interruption.wait_for(arguments.interval);) {
    Sighting now = look(client);
    const std::size_t rows = terminal_rows();  // the last one is the cursor's
    draw(overview(before, now, rows > 1 ? rows - 1 : rows_elsewhere));
    before = std::move(now);
    if (++shown == arguments.count) break;
  }
  return Exit::done;
}

}  // namespace

void add_top_verb(CommandLine& line) {
  const auto words = std::make_shared<TopArguments>();
  line.verb("top",
            "Show what goes on at the broker, live: rates, clients, and the busiest namespaces",
            "  bulletin top\n"
            "  bulletin top --interval 5s --count 2\n"
            "Ctrl-C ends it. Elsewhere than on a terminal it prints one picture after the other.",
            [=](const Common& common) { return top(common, *words); }, {.json = false})
      .time("--interval", words->interval, "The pause between two pictures, 100ms or more [1s]",
            least_interval)
      .count("--count", words->count, "End after so many pictures");
}

}  // namespace bulletin::cli
