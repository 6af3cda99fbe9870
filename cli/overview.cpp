#include "cli/overview.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "cli/escape.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"

namespace bulletin::cli {
namespace {

constexpr std::size_t least_rows = 3;
constexpr std::size_t most_client_names = 8;

std::optional<Value> fact(const Sighting& sighting, std::string_view name) {
  const auto found = std::find_if(sighting.broker.begin(), sighting.broker.end(),
                                  [&](const auto& each) { return each.name == name; });
  if (found == sighting.broker.end()) return std::nullopt;
  return found->value;
}

std::uint64_t number(const Sighting& sighting, std::string_view name) {
  const std::optional<Value> value = fact(sighting, name);
  return value ? value->get_if<std::uint64_t>().value_or(0) : 0;
}

std::string text(const Sighting& sighting, std::string_view name) {
  const std::optional<Value> value = fact(sighting, name);
  return value ? escape(value->get_if<std::string>().value_or("?")) : "?";
}

/// With three digits, and k, M, G, T for thousands: "1.41k", "12.3 M" with a blank before the unit.
std::string short_number(double number, std::string_view blank = "") {
  constexpr std::string_view units = "kMGT";
  std::string_view unit;
  for (std::size_t i = 0; number >= 999.5 && i != units.size(); ++i) {
    number /= 1000;
    unit = units.substr(i, 1);
  }
  const bool whole = unit.empty() && number == std::floor(number);
  const int decimals = whole || number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f}{}{}", number, decimals, blank, unit);
}

std::string duration(std::uint64_t seconds) {
  constexpr std::uint64_t minute = 60;
  constexpr std::uint64_t hour = 60 * minute;
  constexpr std::uint64_t day = 24 * hour;
  if (seconds < minute) return fmt::format("{} s", seconds);
  if (seconds < hour) return fmt::format("{} min", seconds / minute);
  if (seconds < 2 * day) return fmt::format("{} h {} min", seconds / hour, seconds % hour / minute);
  return fmt::format("{} d {} h", seconds / day, seconds % day / hour);
}

class Rates {
 public:
  Rates(const Sighting& before, const Sighting& now)
      : before_(before), now_(now), seconds_(now.at - before.at) {}

  /// A broker that was started anew counts from the beginning.
  [[nodiscard]] double of(std::uint64_t before, std::uint64_t now) const {
    const std::uint64_t grown = now >= before ? now - before : now;
    return seconds_.count() > 0 ? static_cast<double>(grown) / seconds_.count() : 0;
  }
  [[nodiscard]] std::string of(std::string_view name, std::string_view blank = "") const {
    return short_number(of(number(before_, name), number(now_, name)), blank);
  }

 private:
  const Sighting& before_;
  const Sighting& now_;
  const std::chrono::duration<double> seconds_;
};

std::string count_of(const Sighting& now, std::string_view name, std::string_view blank = "") {
  return short_number(static_cast<double>(number(now, name)), blank);
}

/// "telemetry@robot7 3, observer 1": how many sessions each program has on each host.
std::string client_names(const Sighting& now) {
  std::map<std::string, std::size_t> count;
  for (const auto& session : now.sessions)
    ++count[session_of(session.name, session.value).program()];
  std::vector<std::pair<std::string, std::size_t>> names(count.begin(), count.end());
  std::stable_sort(names.begin(), names.end(),
                   [](const auto& left, const auto& right) { return left.second > right.second; });
  std::string line;
  for (std::size_t i = 0; i != names.size() && i != most_client_names; ++i)
    line += fmt::format("{}{} {}", i == 0 ? "" : ", ", names[i].first, names[i].second);
  return names.size() > most_client_names ? line + ", ..." : line;
}

struct Row {
  std::string name;
  NamespaceStatus state;
  double rate = 0;
};

std::vector<Row> rows_of(const Sighting& before, const Sighting& now, const Rates& rates) {
  std::map<std::string_view, std::uint64_t> changes;
  for (std::size_t i = 0; i != before.namespaces.size(); ++i)
    changes.emplace(before.namespaces[i], before.states[i].changes);
  std::vector<Row> rows;
  for (std::size_t i = 0; i != now.namespaces.size(); ++i) {
    const auto known = changes.find(now.namespaces[i]);
    const std::uint64_t was = known == changes.end() ? 0 : known->second;
    rows.push_back({now.namespaces[i], now.states[i], rates.of(was, now.states[i].changes)});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& left, const Row& right) {
    return std::pair(left.rate, left.state.bytes) > std::pair(right.rate, right.state.bytes);
  });
  return rows;
}

std::vector<std::string> head(const Sighting& now, const Rates& rates) {
  return {
      fmt::format("{}  version {}, up {}, data: {}, round trip {:.3f} ms", escape(now.endpoint),
                  text(now, "version"), duration(number(now, "uptime")), text(now, "data"),
                  now.round_trip.count()),
      fmt::format("board       {} namespaces, {} attributes, {}B", count_of(now, "namespaces"),
                  count_of(now, "attributes"), count_of(now, "attribute_bytes", " ")),
      fmt::format("per second  {} requests, {} commits, {} updates, {}B sent", rates.of("requests"),
                  rates.of("commits"), rates.of("updates"), rates.of("bytes", " ")),
      fmt::format("refused     {} overloaded, {} denied, {} rejected, {} malformed; {} a second "
                  "overloaded",
                  count_of(now, "overloaded"), count_of(now, "denied"), count_of(now, "rejected"),
                  count_of(now, "malformed"), rates.of("overloaded")),
      fmt::format("readers     {} updates that slow ones missed, {} a second; {} drops in all",
                  count_of(now, "missed"), rates.of("missed"), count_of(now, "drops")),
      fmt::format("clients     {} on {} connections{}{}", count_of(now, "clients"),
                  count_of(now, "connections"), now.sessions.empty() ? "" : ": ",
                  client_names(now)),
      "",
  };
}

}  // namespace

std::vector<std::string> overview(const Sighting& before, const Sighting& now, std::size_t rows) {
  const Rates rates(before, now);
  std::vector<std::string> lines = head(now, rates);
  std::vector<std::vector<std::string>> table = {
      {"CHANGES/S", "CHANGES", "ATTRIBUTES", "BYTES", "NAMESPACE"}};
  const std::vector<Row> all = rows_of(before, now, rates);
  const std::size_t room = std::max(rows, lines.size() + least_rows) - lines.size() - 2;
  for (std::size_t i = 0; i != std::min(all.size(), room); ++i) {
    const NamespaceStatus& state = all[i].state;
    table.push_back({short_number(all[i].rate), short_number(static_cast<double>(state.changes)),
                     short_number(static_cast<double>(state.attributes)),
                     short_number(static_cast<double>(state.bytes)), escape(all[i].name)});
  }
  const std::vector<std::string> spaces = lines_of(table);
  lines.insert(lines.end(), spaces.begin(), spaces.end());
  if (now.more_namespaces) {
    lines.push_back(fmt::format("of the first {} namespaces", all.size()));
  } else if (all.size() > room) {
    lines.push_back(fmt::format("and {} more", all.size() - room));
  }
  return lines;
}

}  // namespace bulletin::cli
