#include "cli/value_path.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "cli/values_json.hpp"

namespace bulletin::cli {
namespace {

bool is_place(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The end of the string that begins with a quote; npos: it has none.
std::size_t end_of_quoted(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// Takes what stands between brackets from the front: a place, or a key in quotes.
std::optional<std::string> take_bracket(std::string_view& rest) {
  rest.remove_prefix(1);
  const bool quoted = rest.starts_with('"');
  const std::size_t size = quoted ? end_of_quoted(rest) : rest.find(']');
  if (size >= rest.size() || rest[size] != ']') return std::nullopt;
  const std::string_view inside = rest.substr(0, size);
  rest.remove_prefix(size + 1);
  if (!quoted) return is_place(inside) ? std::optional<std::string>(inside) : std::nullopt;
  try {
    return parse_value(inside).get_if<std::string>();
  } catch (const JsonError&) {
    return std::nullopt;
  }
}

std::string take_key(std::string_view& rest) {
  rest.remove_prefix(1);
  const std::size_t size = std::min(rest.find_first_of(".["), rest.size());
  std::string key(rest.substr(0, size));
  rest.remove_prefix(size);
  return key;
}

/// nothing: it is no path.
std::optional<std::vector<std::string>> steps_of(std::string_view rest) {
  std::vector<std::string> steps;
  while (!rest.empty()) {
    std::optional<std::string> step;
    if (rest[0] == '.') step = take_key(rest);
    if (!step && rest[0] == '[') step = take_bracket(rest);
    if (!step) return std::nullopt;
    steps.push_back(*std::move(step));
  }
  return steps;
}

const Value* child_of(const Value& value, const std::string& step) {
  if (const auto* map = std::get_if<Map>(&value.data())) {
    const auto found = map->find(step);
    return found == map->end() ? nullptr : &found->second;
  }
  const auto* array = std::get_if<Array>(&value.data());
  if (array == nullptr || !is_place(step)) return nullptr;
  std::size_t place = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), place);
  return error == std::errc() && place < array->size() ? &(*array)[place] : nullptr;
}

}  // namespace

std::vector<ValuePath> possible_paths(std::string_view word) {
  std::vector<ValuePath> paths = {{std::string(word)}};
  for (std::size_t end = word.size(); end-- > 1;) {
    if (word[end] != '.' && word[end] != '[') continue;
    if (auto steps = steps_of(word.substr(end)))
      paths.push_back({std::string(word.substr(0, end)), *std::move(steps)});
  }
  return paths;
}

const Value* part_of(const Value& value, const std::vector<std::string>& steps) {
  const Value* part = &value;
  for (const std::string& step : steps) {
    part = child_of(*part, step);
    if (part == nullptr) return nullptr;
  }
  return part;
}

}  // namespace bulletin::cli
