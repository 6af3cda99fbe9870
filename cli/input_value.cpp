#include "cli/input_value.hpp"

#include <cctype>

#include <fmt/format.h>

#include "cli/escape.hpp"
#include "cli/exit.hpp"
#include "cli/files.hpp"
#include "cli/values_json.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

/// Most who write `bulletin set plant/robot mode idle` mean text. `option`: where that can be said.
std::string hint_for_text(const std::string& text, bool option) {
  const bool is_word = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0;
  if (!is_word || text.find_first_of("\n\"'") != text.npos) return "";
  const std::string shown = escape(shorten(text, 40));
  const std::string quoted = fmt::format("'\"{}\"'", shown);
  return option ? fmt::format("; for text write --string '{}', or {}", shown, quoted)
                : "; for text write " + quoted;
}

Value parse_or_refuse(const std::string& text, const std::string& what, const std::string& hint) {
  try {
    return parse_value(text);
  } catch (const JsonError& error) {
    throw UsageError(fmt::format("{} is no JSON value: {}{}", what, error.what(), hint));
  }
}

}  // namespace

Value value_of_word(const std::string& text) {
  return parse_or_refuse(text, wire::quoted(text), hint_for_text(text, false));
}

Value value_of_argument(const std::string& word, bool is_text) {
  if (word != "-" && is_text) return word;
  if (word != "-") return parse_or_refuse(word, wire::quoted(word), hint_for_text(word, true));
  const std::string text = read_input();
  return is_text ? Value(text) : parse_or_refuse(text, "standard input", "");
}

}  // namespace bulletin::cli
