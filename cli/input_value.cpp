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

/// Most who write `bulletin set plant/robot mode idle` mean text.
std::string hint_for_text(const std::string& text) {
  const bool is_word = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0;
  if (!is_word || text.find_first_of("\n\"'") != text.npos) return "";
  return fmt::format("; for text write --string '{0}', or '\"{0}\"'", escape(shorten(text, 40)));
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
  return parse_or_refuse(text, wire::quoted(text), hint_for_text(text));
}

Value value_of_argument(const std::string& word, bool is_text) {
  if (word != "-") return is_text ? Value(word) : value_of_word(word);
  const std::string text = read_input();
  return is_text ? Value(text) : parse_or_refuse(text, "standard input", "");
}

}  // namespace bulletin::cli
