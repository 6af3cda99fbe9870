// ls, show, stat: what there is.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <bulletin/client.hpp>
#include <bulletin/inspector.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/escape.hpp"
#include "cli/missing.hpp"
#include "cli/read_attribute.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "cli/timestamp.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

/// The broker's own namespaces are told when they are asked for.
std::vector<std::string> namespaces(Inspector& client, const std::string& prefix) {
  std::vector<std::string> names = client.namespaces(prefix);
  if (!wire::is_system(prefix)) std::erase_if(names, wire::is_system);
  return names;
}

void print_array(const std::vector<std::string>& items) {
  const char* separator = "[\n  ";
  for (const std::string& item : items) {
    print(separator + item);
    separator = ",\n  ";
  }
  print_line(items.empty() ? "[]" : "\n]");
}

struct ListArguments {
  std::string begin;  ///< of the names; or the whole name of a namespace
  bool null = false;
};

/// No name has a NUL, so that programs can split what this prints.
void print_null(std::string_view name) {
  print(name);
  print({"\0", 1});
}

using States = std::vector<NamespaceStatus>;

/// The first of them, as there may be many.
void print_sessions(const std::vector<ReadAttribute>& sessions) {
  constexpr std::size_t most = 50;
  if (sessions.empty()) return;
  std::vector<std::vector<std::string>> rows = {{"SESSION", "PROGRAM", "HOST", "USER", "SINCE"}};
  for (std::size_t i = 0; i != std::min(most, sessions.size()); ++i) {
    const Session session = session_of(sessions[i].name, sessions[i].value);
    const std::chrono::system_clock::time_point since{std::chrono::milliseconds(session.since_ms)};
    rows.push_back({session.number, session.name, session.host, session.user, timestamp(since)});
  }
  print_table(rows);
  if (sessions.size() > most) print_line(fmt::format("and {} more", sessions.size() - most));
  print_line("");
}

void print_stat(const std::vector<ReadAttribute>& broker,
                const std::vector<ReadAttribute>& sessions, const std::vector<std::string>& names,
                const States& states) {
  std::vector<std::vector<std::string>> facts;
  for (const auto& fact : broker) facts.push_back({escape(fact.name), to_json(fact.value)});
  print_table(facts, "  ");
  print_line("");
  print_sessions(sessions);
  std::vector<std::vector<std::string>> rows = {
      {"NAMESPACE", "ATTRIBUTES", "BYTES", "CHANGES", "REVISION"}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    rows.push_back({escape(names[i]), std::to_string(states[i].attributes),
                    std::to_string(states[i].bytes), std::to_string(states[i].changes),
                    std::to_string(states[i].revision.value())});
  }
  print_table(rows);
}

Map to_map(const std::vector<ReadAttribute>& attributes) {
  Map map;
  for (const auto& attribute : attributes) map.emplace(attribute.name, attribute.value);
  return map;
}

void print_stat_json(const std::vector<ReadAttribute>& broker,
                     const std::vector<ReadAttribute>& sessions,
                     const std::vector<std::string>& names, const States& states) {
  Map spaces;
  for (std::size_t i = 0; i < names.size(); ++i) {
    spaces.emplace(names[i], Map{{"attributes", states[i].attributes},
                                 {"bytes", states[i].bytes},
                                 {"changes", states[i].changes},
                                 {"revision", states[i].revision.value()}});
  }
  print_line(to_json(Map{{"broker", to_map(broker)},
                         {"namespaces", std::move(spaces)},
                         {"sessions", to_map(sessions)}}));
}

Exit ls(const Common& common, const ListArguments& arguments) {
  Inspector client(client_options(common));
  std::vector<std::string> names = namespaces(client, arguments.begin);
  if (arguments.null) {
    for (const std::string& name : names) print_null(name);
  } else if (common.json) {
    for (std::string& name : names) name = to_json_string(name);
    print_array(names);
  } else {
    for (const std::string& name : names) print_line(escape(name));
  }
  if (names.empty() && !wildcard_hint(arguments.begin).empty()) {
    note(fmt::format("no namespace begins with {}{}", wire::quoted(arguments.begin),
                     wildcard_hint(arguments.begin)));
  }
  return Exit::done;
}

Exit show(const Common& common, const ListArguments& arguments) {
  const Snapshot snapshot = contents(common, arguments.begin);
  if (arguments.null) {
    for (const Snapshot::Entry& entry : snapshot) print_null(entry.name);
    return Exit::done;
  }
  if (common.json) {
    std::vector<std::string> entries;
    for (const Snapshot::Entry& entry : snapshot) {
      entries.push_back(fmt::format("{{\"name\": {}, \"value\": {}, \"revision\": {}}}",
                                    to_json_string(entry.name), to_json(entry.value),
                                    entry.revision.value()));
    }
    print_array(entries);
    return Exit::done;
  }
  std::vector<std::vector<std::string>> rows = {{"REVISION", "NAME", "VALUE"}};
  for (const Snapshot::Entry& entry : snapshot) {
    rows.push_back(
        {std::to_string(entry.revision.value()), escape(entry.name), to_json(entry.value)});
  }
  print_table(rows);
  return Exit::done;
}

Exit stat(const Common& common) {
  Inspector client(client_options(common));
  const auto broker = attributes_of(client.read_all("$sys/broker"));
  const auto sessions = attributes_of(client.read_all("$sys/sessions"));
  const std::vector<std::string> names = namespaces(client, "");
  const States states = client.status(names);
  if (common.json) {
    print_stat_json(broker, sessions, names, states);
  } else {
    print_line("broker " + escape(client.endpoint()));
    print_stat(broker, sessions, names, states);
  }
  return Exit::done;
}

}  // namespace

void add_listing_verbs(CommandLine& line) {
  const auto listed = std::make_shared<ListArguments>();
  line.verb("ls", "List the namespaces, or those that begin with PREFIX",
            "  bulletin ls\n"
            "  bulletin ls plant/\n"
            "  bulletin ls '$sys/'                         the broker's own",
            [=](const Common& common) { return ls(common, *listed); })
      .optional_word("PREFIX", listed->begin, "How their names begin")
      .flag("--null", listed->null, "Print each name exactly, and a NUL after it; for xargs -0");

  const auto shown = std::make_shared<ListArguments>();
  line.verb("show", "Print a table of a namespace's attributes",
            "  bulletin show plant/robot\n"
            "  bulletin show plant/robot --null | xargs -0 -n 1 bulletin del plant/robot --",
            [=](const Common& common) { return show(common, *shown); })
      .word("NS", shown->begin, "The namespace")
      .flag("--null", shown->null, "Print only the names, each exactly and with a NUL after it");

  line.verb("stat", "Print what the broker tells about itself, its clients and its namespaces",
            "  bulletin stat\n  bulletin --endpoint tcp://robot7:5570 stat", stat);
}

}  // namespace bulletin::cli
