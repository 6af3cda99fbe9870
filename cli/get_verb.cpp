// get: attributes, or parts of their values.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <bulletin/inspector.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/escape.hpp"
#include "cli/missing.hpp"
#include "cli/read_attribute.hpp"
#include "cli/terminal.hpp"
#include "cli/value_path.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

struct GetArguments {
  std::string space;
  std::vector<std::string> names;
  bool raw = false;
};

/// What a word of the command line means.
struct Found {
  const ReadAttribute* attribute = nullptr;
  std::string path;              ///< as it was written; empty: the whole value
  const Value* value = nullptr;  ///< null: the attribute has no such part
};

/// All attributes that the words can mean, by one request: of one moment, and in order of names.
std::vector<ReadAttribute> read_candidates(Inspector& client, const GetArguments& arguments) {
  std::vector<std::string> names;
  for (const std::string& word : arguments.names) {
    wire::check_attribute_name(word);
    for (ValuePath& path : possible_paths(word)) names.push_back(std::move(path.name));
  }
  return attributes_of(client.read(arguments.space, names));
}

Found resolve(const std::string& word, const std::vector<ReadAttribute>& attributes) {
  Found longest;
  for (const ValuePath& path : possible_paths(word)) {
    const auto attribute = std::lower_bound(
        attributes.begin(), attributes.end(), path.name,
        [](const auto& each, const std::string& name) { return each.name < name; });
    if (attribute == attributes.end() || attribute->name != path.name) continue;
    Found found{&*attribute, word.substr(path.name.size()), part_of(attribute->value, path.steps)};
    if (found.value != nullptr) return found;
    if (longest.attribute == nullptr) longest = std::move(found);
  }
  return longest;
}

[[noreturn]] void throw_no_part(const std::string& space, const Found& found) {
  throw Error(Errc::missing,
              fmt::format("{} of {} has no part {}: it is {}", wire::quoted(found.attribute->name),
                          wire::quoted(space), wire::quoted(found.path),
                          shorten(to_json(found.attribute->value), 80)),
              found.attribute->name);
}

/// What is not told of an attribute it does not have.
std::string json_line(const Found& found) {
  std::string line = fmt::format(R"({{"name": {})", to_json_string(found.attribute->name));
  if (!found.path.empty()) line += fmt::format(R"(, "path": {})", to_json_string(found.path));
  line += fmt::format(R"(, "value": {}, "revision": {})", to_json(*found.value),
                      found.attribute->revision.value());
  const Lease lease = found.attribute->lease.value_or(Lease{});
  if (lease.ttl.count() != 0) line += fmt::format(R"(, "ttl_ms": {})", lease.ttl.count());
  if (lease.ephemeral) line += R"(, "ephemeral": true)";
  return line + '}';
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

/// All of them or nothing is printed: a line that is left out could not be told from the next.
Exit get(const Common& common, const GetArguments& arguments) {
  Inspector client(client_options(common));
  const std::vector<ReadAttribute> attributes = read_candidates(client, arguments);
  std::vector<Found> all;
  for (const std::string& word : arguments.names) {
    all.push_back(resolve(word, attributes));
    if (all.back().attribute == nullptr) throw_missing(arguments.space, word);
    if (all.back().value == nullptr) throw_no_part(arguments.space, all.back());
  }
  for (const Found& found : all) {
    if (common.json) {
      print_line(json_line(found));
    } else if (arguments.raw) {
      print_raw(*found.value);
    } else {
      print_line(to_json(*found.value));
    }
  }
  return Exit::done;
}

}  // namespace

void add_get_verb(CommandLine& line) {
  const auto words = std::make_shared<GetArguments>();
  line.verb("get", "Print the values of attributes, or of parts of them",
            "  bulletin get plant/robot speed\n"
            "  bulletin get plant/robot speed mode         a line for each\n"
            "  bulletin get plant/robot pose.x             a member of its value\n"
            "  bulletin get plant/robot 'joints[0].angle'  0 is the first; joints.0.angle is the "
            "same\n"
            "  bulletin get plant/robot speed --json       with its revision\n"
            "  bulletin get plant/robot photo --raw > photo.jpg\n"
            "An attribute that is named pose.x comes before member x of pose. Keys with dots are "
            "written\n"
            "'limits[\"max.speed\"]'.",
            [=](const Common& common) { return get(common, *words); })
      .word("NS", words->space, "The namespace")
      .words("NAME", words->names, "An attribute, or a path into its value")
      .flag("--raw", words->raw, "Text without quotes, bytes as they are");
}

}  // namespace bulletin::cli
