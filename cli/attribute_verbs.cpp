// set, get, del: one attribute, one request.

#include <cctype>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <fmt/format.h>

#include "cli/command_line.hpp"
#include "cli/escape.hpp"
#include "cli/files.hpp"
#include "cli/small_client.hpp"
#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

struct SetArguments {
  std::string space;
  std::string name;
  std::string value;  ///< "-": standard input
  bool is_text = false;
  bool if_absent = false;
  std::chrono::milliseconds ttl{0};
  std::optional<std::uint64_t> if_revision;  ///< 0: if absent
};

struct GetArguments {
  std::string space;
  std::string name;
  bool raw = false;
};

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

Exit set(const Common& common, SetArguments arguments) {
  if (arguments.if_absent) arguments.if_revision = 0;
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

Exit del(const Common& common, const GetArguments& arguments) {
  const auto& [space, name, raw] = arguments;
  SmallClient client(common);
  const auto written = client.write(space, Transaction().erase(name));
  if (written.unchanged) throw_missing(space, name);
  if (common.json) print_line(fmt::format("{{\"revision\": {}}}", written.revision.value()));
  return Exit::done;
}

}  // namespace

void add_attribute_verbs(CommandLine& line) {
  const auto set_words = std::make_shared<SetArguments>();
  line.verb("set", "Set an attribute",
            "  bulletin set plant/robot speed 3.2\n"
            "  bulletin set plant/robot pose '{\"x\": 1.5, \"y\": -2}'\n"
            "  bulletin set plant/robot mode --string idle\n"
            "  bulletin set plant/robot lease 7 --ttl 30s --if-absent\n"
            "  bulletin set plant/robot map - < map.json",
            [=](const Common& common) { return set(common, *set_words); })
      .word("NS", set_words->space, "The namespace")
      .word("NAME", set_words->name, "The attribute")
      .word("JSON", set_words->value, "The value; - reads standard input")
      .flag("--string", set_words->is_text, "The value is plain text, not JSON")
      .time("--ttl", set_words->ttl, "The attribute goes after this time")
      .revision("--if-revision", set_words->if_revision,
                "Only if the attribute's revision is still this one (see get --json)")
      .flag("--if-absent", set_words->if_absent, "Only if there is no such attribute")
      .excludes("--if-absent", "--if-revision");

  const auto get_words = std::make_shared<GetArguments>();
  line.verb("get", "Print the value of an attribute",
            "  bulletin get plant/robot speed\n"
            "  bulletin get plant/robot speed --json       with its revision\n"
            "  bulletin get plant/robot photo --raw > photo.jpg",
            [=](const Common& common) { return get(common, *get_words); })
      .word("NS", get_words->space, "The namespace")
      .word("NAME", get_words->name, "The attribute")
      .flag("--raw", get_words->raw, "Text without quotes, bytes as they are");

  const auto del_words = std::make_shared<GetArguments>();
  line.verb("del", "Remove an attribute", "  bulletin del plant/robot speed",
            [=](const Common& common) { return del(common, *del_words); })
      .word("NS", del_words->space, "The namespace")
      .word("NAME", del_words->name, "The attribute");
}

}  // namespace bulletin::cli
