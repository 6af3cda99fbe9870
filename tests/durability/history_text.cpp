#include "durability/history_text.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace bulletin::durability {
namespace {

constexpr std::size_t lines_before = 60;
constexpr std::size_t lines_after = 20;

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::set: return "set";
    case Kind::add: return "add";
    case Kind::compare_and_set: return "compare_and_set";
  }
  return "?";
}

std::string_view word(Outcome outcome) {
  switch (outcome) {
    case Outcome::applied: return "applied";
    case Outcome::lost: return "lost";
    case Outcome::not_applied: return "not applied";
    case Outcome::in_doubt: return "in doubt";
  }
  return "?";
}

double in_ms(Time time) { return static_cast<double>(time) / 1e6; }

using Line = std::pair<Time, std::string>;

void sort(std::vector<Line>& lines) {
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& left, const Line& right) { return left.first < right.first; });
}

std::string text(const Write& write) {
  std::string text = fmt::format("{} '{}' {}", word(write.kind), write.name, write.value);
  if (write.kind == Kind::compare_and_set) text += fmt::format(" over {}", write.expected);
  return text;
}

void add(std::vector<Line>& lines, const Write& write) {
  lines.emplace_back(write.start, text(write) + " begins");
  std::string end = fmt::format("{} ends: {}", text(write), word(write.outcome));
  if (write.revision != 0) end += fmt::format(", revision {}", write.revision);
  lines.emplace_back(write.end, std::move(end));
}

void add(std::vector<Line>& lines, const Sight& sight, std::string_view who) {
  std::string seen =
      fmt::format("{} sees '{}' {}, revision {}", who, sight.name, sight.value, sight.revision);
  if (sight.current_since != 0)
    seen += fmt::format(", by a sync that took {:.3f} ms", in_ms(sight.at - sight.current_since));
  lines.emplace_back(sight.at, std::move(seen));
}

/// Of one attribute, or of all.
std::vector<Line> lines_of(const History& history, const std::string* name) {
  std::vector<Line> lines;
  for (const Write& write : history.writes) {
    if (name == nullptr || write.name == *name) add(lines, write);
  }
  for (const Sight& sight : history.sights) {
    if (name == nullptr || sight.name == *name)
      add(lines, sight, fmt::format("observer {}", sight.observer));
  }
  for (const Sight& sight : history.last) {
    if (name == nullptr || sight.name == *name) add(lines, sight, "the end");
  }
  sort(lines);
  return lines;
}

/// Events between them.
std::vector<std::string> told(const History& history, std::vector<Line> lines) {
  for (const Event& event : history.events) lines.emplace_back(event.at, "* " + event.text);
  sort(lines);
  std::vector<std::string> texts;
  for (const auto& [at, text] : lines)
    texts.push_back(fmt::format("{:.3f} ms: {}", in_ms(at - history.began), text));
  return texts;
}

}  // namespace

std::vector<std::string> text_of(const History& history) {
  return told(history, lines_of(history, nullptr));
}

std::vector<std::string> text_around(const History& history, const Finding& finding) {
  std::vector<Line> lines = lines_of(history, finding.name.empty() ? nullptr : &finding.name);
  const auto middle = std::find_if(lines.begin(), lines.end(),
                                   [&](const Line& line) { return line.first >= finding.at; }) -
                      lines.begin();
  const auto place = static_cast<std::size_t>(middle);
  lines.resize(std::min(lines.size(), place + lines_after));
  if (place > lines_before)
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(place - lines_before));
  return told(history, std::move(lines));
}

}  // namespace bulletin::durability
