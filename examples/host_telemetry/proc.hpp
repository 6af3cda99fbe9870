// What /proc tells about this host. No rights needed.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <bulletin/value.hpp>

namespace telemetry {

/// Reads /proc again and again. What /proc counts since the start of the host (times, bytes)
/// becomes a rate over the time between two readings.
class Proc {
 public:
  /// Takes the first reading, from which the first rates are counted.
  Proc();

  /// The attributes of the host: load, memory, cpus, network, processes.
  bulletin::Map read();

 private:
  using Clock = std::chrono::steady_clock;

  struct CpuTimes {
    std::uint64_t busy = 0;
    std::uint64_t total = 0;
  };
  struct Interface {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
  };
  struct Process {
    std::string name;
    std::uint64_t start = 0;  ///< tells a process from a later one with the same number
    std::uint64_t ticks = 0;
    std::uint64_t memory = 0;
  };
  struct Reading {
    Clock::time_point when;
    std::vector<CpuTimes> cpus;
    std::map<std::string, Interface> network;
    std::map<std::int64_t, Process> processes;
  };

  static Reading take_reading();
  static std::vector<CpuTimes> read_cpus();
  static std::map<std::string, Interface> read_network();
  static std::map<std::int64_t, Process> read_processes();

  bulletin::Array cpu_rates(const Reading& now) const;
  bulletin::Map network_rates(const Reading& now) const;
  bulletin::Array busiest(const Reading& now) const;
  double seconds_until(const Reading& now) const;

  Reading before_;
};

/// Names of processes come from anybody: what is not printable ASCII becomes '?'.
std::string printable(const std::string& text);

}  // namespace telemetry
