#include "table.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <bulletin/value.hpp>

namespace telemetry {
namespace {

using bulletin::Array;
using bulletin::Map;
using bulletin::Value;

constexpr int bar_cells = 20;
constexpr double mebibyte = 1024.0 * 1024.0;

/// A number in a map; 0 when it is not there.
double number(const Map& map, const char* name) {
  const auto found = map.find(name);
  return found != map.end() ? found->second.get_if<double>().value_or(0) : 0;
}

std::string text(const Map& map, const char* name) {
  const auto found = map.find(name);
  return found != map.end() ? found->second.get_if<std::string>().value_or("") : "";
}

std::string bar(double percent) {
  const int full = std::clamp(static_cast<int>(percent / 100 * bar_cells + 0.5), 0, bar_cells);
  return fmt::format("[{:#<{}}{:.<{}}]", "", full, "", bar_cells - full);
}

}  // namespace

std::string to_table(const std::string& host, const bulletin::Snapshot& state) {
  std::string lines;
  const auto out = std::back_inserter(lines);
  fmt::format_to(out, "{}  tick {}, revision {}{}\n", host, state.get_or("tick", 0),
                 state.revision().value(), state.contains("publisher") ? "" : "  (no publisher)");

  fmt::format_to(out, "  load     ");
  for (const Value& load : state.get_or("load", Array{})) {
    fmt::format_to(out, " {:.2f}", load.get_if<double>().value_or(0));
  }
  const Map memory = state.get_or("memory", Map{});
  const double total = number(memory, "total");
  const double used = total - number(memory, "available");
  fmt::format_to(out, "\n  memory    {} {:.0f} of {:.0f} MiB\n",
                 bar(total > 0 ? 100 * used / total : 0), used / mebibyte, total / mebibyte);

  int index = 0;
  for (const Value& value : state.get_or("cpus", Array{})) {
    const double percent = value.get_if<double>().value_or(0);
    fmt::format_to(out, "  cpu {:<4}  {} {:5.1f} %\n", index++, bar(percent), percent);
  }
  for (const auto& [name, value] : state.get_or("network", Map{})) {
    const Map rates = value.get_if<Map>().value_or(Map{});
    fmt::format_to(out, "  {:<9} in {:9.1f} KiB/s   out {:9.1f} KiB/s\n", name,
                   number(rates, "received_rate") / 1024, number(rates, "sent_rate") / 1024);
  }
  for (const Value& value : state.get_or("processes", Array{})) {
    const Map process = value.get_if<Map>().value_or(Map{});
    fmt::format_to(out, "  {:>7.0f}   {:<20} {:6.1f} %  {:8.1f} MiB\n", number(process, "pid"),
                   text(process, "name"), number(process, "cpu"),
                   number(process, "memory") / mebibyte);
  }
  return lines;
}

}  // namespace telemetry
