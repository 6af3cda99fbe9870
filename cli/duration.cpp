#include "cli/duration.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/exit.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

constexpr std::pair<std::string_view, double> duration_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};

/// For a message that explains it: no longer than people can read.
[[noreturn]] void refuse_duration(const std::string& text, const std::string& why) {
  throw UsageError(wire::quoted(text) + " " + why);
}

}  // namespace

std::chrono::milliseconds parse_duration(const std::string& text, std::chrono::milliseconds least) {
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number, std::chars_format::fixed);
  const std::string_view unit(end, static_cast<std::size_t>(last - end));
  const auto* found = std::find_if(std::begin(duration_units), std::end(duration_units),
                                   [&](const auto& known) { return known.first == unit; });
  const bool is_number = error == std::errc() && std::isfinite(number) && !std::signbit(number);
  const bool known_unit = found != std::end(duration_units);
  // Of a zero it does not matter what it counts.
  if (!is_number || (!known_unit && !unit.empty()))
    refuse_duration(text, "is no time such as 500ms, 2s or 1.5m");
  if (!known_unit && number != 0)
    refuse_duration(text, fmt::format("has no unit: write {0}s or {0}ms", text));
  const double milliseconds = known_unit ? number * found->second : 0;
  if (milliseconds < static_cast<double>(least.count()))
    refuse_duration(text, fmt::format("is less than {}ms", least.count()));
  if (milliseconds > static_cast<double>(std::chrono::milliseconds(longest_duration).count()))
    refuse_duration(text, fmt::format("is more than {}h", longest_duration.count()));
  return std::chrono::milliseconds(std::llround(milliseconds));
}

}  // namespace bulletin::cli
