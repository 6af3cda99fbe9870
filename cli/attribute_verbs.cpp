// set, get, del: one attribute, one request.

#include <cctype>
#include <variant>

#include <fmt/format.h>

#include "cli/escape.hpp"
#include "cli/files.hpp"
#include "cli/small_client.hpp"
#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

[[noreturn]] void throw_missing(const std::string& space, const std::string& name) {
  throw Error(Errc::missing,
              fmt::format("{} has no attribute {}", wire::quoted(space), wire::quoted(name)), name);
}

/// Most who write `bulletin set plant/robot mode idle` mean text.
std::string hint_for(const std::string& text) {
  const bool is_word = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0;
  if (!is_word || text.find_first_of("\n\"'") != text.npos) return "";
  return fmt::format("; for text write --string '{0}', or '\"{0}\"'", escape(shorten(text, 40)));
}

Value value_of(const SetArguments& arguments) {
  const bool from_input = arguments.value == "-";
  const std::string text = from_input ? read_input() : arguments.value;
  if (arguments.is_text) return text;
  try {
    return parse_value(text);
  } catch (const JsonError& error) {
    const std::string what = from_input ? "standard input" : wire::quoted(text);
    throw UsageError(fmt::format("{} is no JSON value: {}{}", what, error.what(),
                                 from_input ? "" : hint_for(text)));
  }
}

std::string lost_race(const SetArguments& arguments) {
  const std::string what =
      fmt::format("{} of {}", wire::quoted(arguments.name), wire::quoted(arguments.space));
  if (*arguments.if_revision == 0) return what + " exists already; nothing was changed";
  return fmt::format("{} is not at revision {}; nothing was changed", what, *arguments.if_revision);
}

/// A value for people and pipes: text and bytes as they are, everything else as JSON.
void print_raw(const Value& value) {
  if (const auto* bytes = std::get_if<Bytes>(&value.data()); bytes && !output_is_terminal()) {
    print({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  } else if (const auto* text = std::get_if<std::string>(&value.data())) {
    print_line(output_is_terminal() ? escape(*text) : *text);
  } else {
    print_line(to_json(value));
  }
}

}  // namespace

Exit set(const Common& common, const SetArguments& arguments) {
  Transaction transaction;
  if (arguments.if_revision) transaction.require(arguments.name, Revision(*arguments.if_revision));
  transaction.set(arguments.name, value_of(arguments), {.ttl = arguments.ttl});
  SmallClient client(common);
  const auto written = client.write(arguments.space, transaction);
  if (written.lost) throw Error(Errc::rejected, lost_race(arguments), arguments.name);
  if (common.json) print_line(fmt::format("{{\"revision\": {}}}", written.revision.value()));
  return Exit::done;
}

Exit get(const Common& common, const GetArguments& arguments) {
  SmallClient client(common);
  const auto found = client.read(arguments.space, arguments.name);
  if (!found) throw_missing(arguments.space, arguments.name);
  if (common.json) {
    print_line(fmt::format("{{\"name\": {}, \"value\": {}, \"revision\": {}}}",
                           to_json_string(arguments.name), to_json(found->value),
                           found->revision.value()));
  } else if (arguments.raw) {
    print_raw(found->value);
  } else {
    print_line(to_json(found->value));
  }
  return Exit::done;
}

Exit del(const Common& common, const std::string& space, const std::string& name) {
  SmallClient client(common);
  const auto written = client.write(space, Transaction().erase(name));
  if (written.unchanged) throw_missing(space, name);
  if (common.json) print_line(fmt::format("{{\"revision\": {}}}", written.revision.value()));
  return Exit::done;
}

}  // namespace bulletin::cli
