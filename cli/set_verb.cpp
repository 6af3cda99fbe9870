// set: one attribute, for good or for as long as this program runs.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <bulletin/client.hpp>
#include <bulletin/transaction.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/input_value.hpp"
#include "cli/interruption.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

struct SetArguments {
  std::string space;
  std::string name;
  std::string value;  ///< "-": standard input
  bool is_text = false;
  bool ephemeral = false;
  bool if_absent = false;
  std::chrono::milliseconds ttl{0};
  std::optional<std::uint64_t> if_revision;  ///< 0: if absent

  [[nodiscard]] std::optional<Revision> expected() const {
    if (if_absent) return absent;
    return if_revision ? std::optional(Revision(*if_revision)) : std::nullopt;
  }
};

std::string described(const SetArguments& arguments) {
  return fmt::format("{} of {}", wire::quoted(arguments.name), wire::quoted(arguments.space));
}

[[noreturn]] void throw_lost(const SetArguments& arguments) {
  const std::string what = described(arguments);
  throw Error(Errc::rejected,
              *arguments.expected() == absent
                  ? what + " exists already; nothing was changed"
                  : fmt::format("{} is not at revision {}; nothing was changed", what,
                                arguments.expected()->value()),
              arguments.name);
}

void print_revision(const Common& common, Revision revision) {
  if (common.json) print_line(fmt::format("{{\"revision\": {}}}", revision.value()));
}

Exit set_for_good(const Common& common, const SetArguments& arguments) {
  Transaction transaction;
  if (const auto expected = arguments.expected()) transaction.require(arguments.name, *expected);
  transaction.set(arguments.name, value_of_argument(arguments.value, arguments.is_text),
                  {.ttl = arguments.ttl});
  Client client(client_options(common));
  const CommitResult written = commit(client, client.publisher(arguments.space), transaction);
  if (!written) throw_lost(arguments);
  print_revision(common, written.revision());
  return Exit::done;
}

/// Sets it, and returns its revision.
Revision claim(const Namespace& space, const SetArguments& arguments, const Value& value) {
  const SetOptions options{.ephemeral = true, .ttl = arguments.ttl};
  const auto expected = arguments.expected();
  if (!expected) return space.set(arguments.name, value, options);
  const auto revision = space.compare_and_set(arguments.name, *expected, value, options);
  if (!revision) throw_lost(arguments);
  return *revision;
}

/// The client sets it again when its session was lost, unless that depended on a condition: then
/// somebody else may have it.
Exit hold(const Common& common, const SetArguments& arguments) {
  const Value value = value_of_argument(arguments.value, arguments.is_text);
  const bool conditional = arguments.expected().has_value();
  std::atomic<Interruption*> holding = nullptr;
  std::atomic<bool> lost = false;
  bool away = false;
  ClientOptions options = client_options(common);
  options.on_state = [&](ClientEvent event) {
    tell_presence(event, away, "it ends the session after a while");
    Interruption* const ended = holding;
    if (event != ClientEvent::session_lost || ended == nullptr) return;
    if (conditional) {
      lost = true;
      ended->end();
    } else {
      note(
          fmt::format("the broker has ended the session; {} is set again unless somebody else "
                      "has set it",
                      described(arguments)));
    }
  };
  std::optional<Interruption> interruption;  // ends after the client, whose thread may end it
  Client client(options);
  const Namespace space = client.open(arguments.space);
  interruption.emplace(Interruption::Output::may_close);  // Ctrl-C ended the wait for a broker
  holding = &*interruption;
  print_revision(common, claim(space, arguments, value));
  finish_output();
  note(fmt::format("{} is set until this program ends (Ctrl-C)", described(arguments)));
  interruption->wait();
  if (!lost) return Exit::done;
  throw Error(Errc::rejected, described(arguments) + " is lost: the broker has ended this session",
              arguments.name);
}

Exit set(const Common& common, const SetArguments& arguments) {
  return arguments.ephemeral ? hold(common, arguments) : set_for_good(common, arguments);
}

}  // namespace

void add_set_verb(CommandLine& line) {
  const auto words = std::make_shared<SetArguments>();
  line.verb("set", "Set an attribute",
            "  bulletin set plant/robot speed 3.2\n"
            "  bulletin set plant/robot pose '{\"x\": 1.5, \"y\": -2}'\n"
            "  bulletin set plant/robot mode --string idle\n"
            "  bulletin set plant/robot lease 7 --ttl 30s --if-absent\n"
            "  bulletin set plant/robot driver --string anna --ephemeral\n"
            "  bulletin set plant/robot map - < map.json",
            [=](const Common& common) { return set(common, *words); })
      .word("NS", words->space, "The namespace")
      .word("NAME", words->name, "The attribute")
      .word("JSON", words->value, "The value; - reads standard input")
      .flag("--string", words->is_text, "The value is plain text, not JSON")
      .time("--ttl", words->ttl, "The attribute goes after this time")
      .flag("--ephemeral", words->ephemeral,
            "The attribute goes with this program, which runs until Ctrl-C; exit code 1: it was "
            "lost before")
      .revision("--if-revision", words->if_revision,
                "Only if the attribute's revision is still this one (see get --json)")
      .flag("--if-absent", words->if_absent, "Only if there is no such attribute")
      .excludes("--if-absent", "--if-revision");
}

}  // namespace bulletin::cli
