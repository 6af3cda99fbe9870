// Hosts, as seen from a broker: lines that break, stall, delay, and heal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "durability/load.hpp"
#include "durability/schedule.hpp"
#include "support/faulty_line.hpp"

namespace bulletin::durability {

/// Each host has an address of its own (127.1.0.N) with the broker's two ports, which are lines to
/// them: its clients find both as they would find a broker there.
class Hosts {
 public:
  /// `port`: of the broker's commands at 127.0.0.1; its updates are at the next. `schedule` is told
  /// what happens.
  Hosts(unsigned number, unsigned port, Schedule& schedule);
  ~Hosts();
  Hosts(const Hosts&) = delete;
  Hosts& operator=(const Hosts&) = delete;

  [[nodiscard]] std::vector<std::string> endpoints() const;

  /// Faults come and go, as `seed` says, from now until `calm`.
  void storm(std::uint64_t seed);
  /// How many there were.
  std::size_t calm();

 private:
  struct Host {
    std::unique_ptr<test::FaultyLine> commands;
    std::unique_ptr<test::FaultyLine> updates;
  };

  void blow(std::mt19937_64& random);
  void heal(Host& host);

  Schedule& schedule_;
  std::vector<Host> hosts_;
  std::unique_ptr<Stop> stop_;
  std::thread thread_;
  std::size_t faults_ = 0;
};

/// Two free ports in a row at 127.0.0.1, and at the hosts' addresses; the first of them.
unsigned free_ports(unsigned hosts);

}  // namespace bulletin::durability
