// Shows a host that a publisher posts, live. `open` returns with the complete state, so that a
// viewer that joins late has everything at once; from then on the board pushes each tick to it, and
// what it draws is a snapshot: one tick, whole. On a terminal it redraws a table, elsewhere it
// prints one table a second.
//
// Usage: example-viewer [--seconds N] [--host NAME]; the broker is the one at $BULLETIN_ENDPOINT.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <bulletin/bulletin.hpp>

#include "table.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t printed_every = 5;
/// Without a tick for so long, it says why.
constexpr std::chrono::milliseconds patience{2000};

/// The first host that there is, once there is one.
std::string find_host(const bulletin::Client& client, Clock::time_point end) {
  while (Clock::now() < end) {
    const std::vector<std::string> hosts = client.namespaces("hosts/");
    if (!hosts.empty()) return hosts.front();
    usleep(100'000);
  }
  throw bulletin::Error(bulletin::Errc::missing, "nobody posts anything under hosts/");
}

/// Cursor to the top, each line cleared to its end, and all that is below.
void redraw(std::string table) {
  for (std::size_t end = 0; (end = table.find('\n', end)) != table.npos; end += 4) {
    table.insert(end, "\033[K");
  }
  fmt::print("\033[H{}\033[J", table);
  std::fflush(stdout);
}

/// Why there is nothing new: reads go on while the broker is away, and the replica says so.
std::string why_silent(const bulletin::Namespace& host) {
  const bulletin::Freshness freshness = host.freshness();
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now() - freshness.since);
  if (freshness.state == bulletin::Freshness::State::stale)
    return fmt::format("stale: the broker was last heard {} s ago", since.count());
  return host.empty() ? "nobody has posted this host" : "nobody posts this host any more";
}

void show(const std::string& table, bool terminal) {
  if (terminal) return redraw(table);
  fmt::print("{}\n", table);
  std::fflush(stdout);
}

void view(const bulletin::Namespace& host, Clock::time_point end) {
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  if (terminal) fmt::print("\033[2J");
  for (std::int64_t tick = -1;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return;
    // The replica follows by itself; this only waits until there is something new to draw.
    const auto is_new = [tick](const bulletin::Value& newest) { return !(newest == tick); };
    const bool news = host.wait_for("tick", is_new, std::min(left, patience));
    const bulletin::Snapshot state = host.snapshot();
    const std::string table = telemetry::to_table(host.name(), state);
    if (!news) {
      show(table + why_silent(host) + "\n", terminal);
      continue;
    }
    const bool first = tick < 0;
    tick = state.get_or("tick", std::int64_t{0});
    if (terminal || first || tick % printed_every == 0) show(table, terminal);
  }
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 1e9;
  std::string name;
  CLI::App app("Shows a host that a publisher posts.");
  app.add_option("--seconds", seconds, "End after so many seconds")->check(CLI::PositiveNumber);
  app.add_option("--host", name, "Which host [the first one posted]");
  CLI11_PARSE(app, argc, argv);
  try {
    const auto end =
        Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    bulletin::Client client({.name = "host viewer"});
    const bulletin::Namespace host =
        client.open(name.empty() ? find_host(client, end) : "hosts/" + name);
    view(host, end);
    return 0;
  } catch (const bulletin::Error& error) {
    std::cerr << "viewer: " << error.what() << "\n";
    return 1;
  }
}
