// Posts what /proc says of this host under hosts/HOSTNAME, several times a second. All attributes
// of a tick are one transaction: no viewer ever sees the load of one tick beside the memory of
// another. That this publisher lives is an ephemeral attribute, which goes with it.
//
// Usage: example-publisher [--seconds N] [--rate PER_SECOND]; the broker is the one at
// $BULLETIN_ENDPOINT.

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <bulletin/bulletin.hpp>

#include "proc.hpp"

namespace {

using Clock = std::chrono::steady_clock;

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name[0] != '\0' ? telemetry::printable(name.data()) : "localhost";
}

void post(const bulletin::Publisher& host, std::int64_t tick, const bulletin::Map& attributes) {
  bulletin::Transaction transaction;
  for (const auto& [name, value] : attributes) transaction.set(name, value);
  transaction.set("tick", tick);
  host.commit(transaction);
}

void publish(const bulletin::Publisher& host, double rate, Clock::time_point end) {
  const auto pause =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate));
  telemetry::Proc proc;
  std::int64_t tick = 0;
  for (Clock::time_point next = Clock::now() + pause; next < end; next += pause) {
    std::this_thread::sleep_until(next);
    try {
      post(host, ++tick, proc.read());
    } catch (const bulletin::Error& error) {
      // The broker is away, or has no room: the next tick is newer anyway.
      std::cerr << "publisher: " << error.what() << "\n";
      if (!error.retryable() && !error.may_have_applied()) throw;
    }
  }
  std::cout << "publisher: posted " << tick << " ticks to " << host.name() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 1e9;
  double rate = 5;
  CLI::App app("Posts what /proc says of this host.");
  app.add_option("--seconds", seconds, "End after so many seconds")->check(CLI::PositiveNumber);
  app.add_option("--rate", rate, "Ticks per second [5]")->check(CLI::Range(0.1, 100.0));
  CLI11_PARSE(app, argc, argv);
  try {
    const auto end =
        Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    bulletin::Client client({.name = "host telemetry"});
    const bulletin::Publisher host = client.publisher("hosts/" + host_name());
    host.set("publisher", getpid(), {.ephemeral = true});
    publish(host, rate, end);
    return 0;
  } catch (const bulletin::Error& error) {
    std::cerr << "publisher: " << error.what() << "\n";
    return 1;
  }
}
