#include "proc.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

namespace telemetry {
namespace {

constexpr std::size_t most_processes = 5;

bulletin::Array load() {
  double one = 0, five = 0, fifteen = 0;
  std::ifstream("/proc/loadavg") >> one >> five >> fifteen;
  return {one, five, fifteen};
}

/// In bytes.
bulletin::Map memory() {
  std::ifstream file("/proc/meminfo");
  std::map<std::string, std::int64_t> kibibytes;
  std::string line, key;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    words >> key >> kibibytes[key];
  }
  const auto bytes = [&](const char* name) { return kibibytes[name] * 1024; };
  return {{"available", bytes("MemAvailable:")},
          {"swap_free", bytes("SwapFree:")},
          {"swap_total", bytes("SwapTotal:")},
          {"total", bytes("MemTotal:")}};
}

/// The content of a small file; nullopt when it has gone, as a process may at any time.
std::optional<std::string> content(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!(text << file.rdbuf())) return std::nullopt;
  return text.str();
}

double one_digit(double number) { return std::round(number * 10) / 10; }

/// Counters may begin anew, for example when an interface goes and comes.
double grown(std::uint64_t before, std::uint64_t now) {
  return now > before ? static_cast<double>(now - before) : 0;
}

}  // namespace

std::string printable(const std::string& text) {
  std::string result = text;
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return result;
}

Proc::Proc() : before_(take_reading()) {}

bulletin::Map Proc::read() {
  Reading now = take_reading();
  bulletin::Map attributes = {{"load", load()},
                              {"memory", memory()},
                              {"cpus", cpu_rates(now)},
                              {"network", network_rates(now)},
                              {"processes", busiest(now)},
                              {"process_count", now.processes.size()}};
  before_ = std::move(now);
  return attributes;
}

Proc::Reading Proc::take_reading() {
  return {Clock::now(), read_cpus(), read_network(), read_processes()};
}

// "cpu0 user nice system idle iowait irq softirq steal ...", in ticks.
std::vector<Proc::CpuTimes> Proc::read_cpus() {
  std::vector<CpuTimes> cpus;
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line) && line.starts_with("cpu");) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    if (name == "cpu") continue;  // the sum of all
    CpuTimes times;
    std::uint64_t ticks = 0;
    for (int column = 0; column < 8 && words >> ticks; ++column) {
      times.total += ticks;
      if (column != 3 && column != 4) times.busy += ticks;  // idle, iowait
    }
    cpus.push_back(times);
  }
  return cpus;
}

// "eth0: bytes packets errs drop fifo frame compressed multicast bytes ...", received and then
// sent.
std::map<std::string, Proc::Interface> Proc::read_network() {
  std::map<std::string, Interface> network;
  std::ifstream file("/proc/net/dev");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;  // the two lines of the header
    const std::size_t begin = line.find_first_not_of(' ');
    std::istringstream words(line.substr(colon + 1));
    Interface counters;
    std::uint64_t ignored = 0;
    words >> counters.received;
    for (int i = 0; i < 7; ++i) words >> ignored;
    words >> counters.sent;
    network[printable(line.substr(begin, colon - begin))] = counters;
  }
  return network;
}

// "pid (name) state ppid ...": the name may hold anything, also ')'.
std::map<std::int64_t, Proc::Process> Proc::read_processes() {
  static const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::map<std::int64_t, Process> processes;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string number = entry.path().filename();
    if (number.find_first_not_of("0123456789") != number.npos) continue;
    const std::optional<std::string> text = content(entry.path() / "stat");
    const std::size_t open = text ? text->find('(') : std::string::npos;
    const std::size_t close = text ? text->rfind(')') : std::string::npos;
    if (open == std::string::npos || close == std::string::npos) continue;
    std::istringstream words(text->substr(close + 1));
    std::vector<std::string> fields;  // from the state on, which proc(5) numbers 3
    for (std::string word; words >> word;) fields.push_back(word);
    if (fields.size() < 22) continue;
    const auto field = [&](std::size_t i) { return std::stoull(fields[i - 3]); };
    processes[std::stoll(number)] = {.name = printable(text->substr(open + 1, close - open - 1)),
                                     .start = field(22),
                                     .ticks = field(14) + field(15),
                                     .memory = field(24) * page_bytes};
  }
  return processes;
}

double Proc::seconds_until(const Reading& now) const {
  const std::chrono::duration<double> passed = now.when - before_.when;
  return std::max(passed.count(), 1e-3);
}

/// In percent. Ticks are coarse: over a fifth of a second a processor has 20 of them.
bulletin::Array Proc::cpu_rates(const Reading& now) const {
  bulletin::Array rates;
  for (std::size_t i = 0; i < std::min(now.cpus.size(), before_.cpus.size()); ++i) {
    const double total = grown(before_.cpus[i].total, now.cpus[i].total);
    const double busy = grown(before_.cpus[i].busy, now.cpus[i].busy);
    rates.emplace_back(total > 0 ? one_digit(100 * busy / total) : 0.0);
  }
  return rates;
}

/// In bytes, and bytes per second.
bulletin::Map Proc::network_rates(const Reading& now) const {
  bulletin::Map interfaces;
  for (const auto& [name, counters] : now.network) {
    const auto found = before_.network.find(name);
    const Interface& before = found != before_.network.end() ? found->second : counters;
    const double seconds = seconds_until(now);
    interfaces[name] = bulletin::Map{
        {"received", counters.received},
        {"received_rate", std::round(grown(before.received, counters.received) / seconds)},
        {"sent", counters.sent},
        {"sent_rate", std::round(grown(before.sent, counters.sent) / seconds)}};
  }
  return interfaces;
}

bulletin::Array Proc::busiest(const Reading& now) const {
  static const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  std::vector<std::pair<double, std::int64_t>> shares;
  for (const auto& [number, process] : now.processes) {
    const auto found = before_.processes.find(number);
    const bool same = found != before_.processes.end() && found->second.start == process.start;
    const double ticks = grown(same ? found->second.ticks : 0, process.ticks);
    shares.emplace_back(100 * ticks / ticks_per_second / seconds_until(now), number);
  }
  const std::size_t count = std::min(most_processes, shares.size());
  std::partial_sort(shares.begin(), shares.begin() + static_cast<std::ptrdiff_t>(count),
                    shares.end(), std::greater<>());
  bulletin::Array processes;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [share, number] = shares[i];
    const Process& process = now.processes.at(number);
    processes.emplace_back(bulletin::Map{{"cpu", one_digit(share)},
                                         {"memory", process.memory},
                                         {"name", process.name},
                                         {"pid", number}});
  }
  return processes;
}

}  // namespace telemetry
