// watch: a line for each change.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <bulletin/client.hpp>

#include "cli/command_line.hpp"
#include "cli/condition.hpp"
#include "cli/contents.hpp"
#include "cli/escape.hpp"
#include "cli/interruption.hpp"
#include "cli/missing.hpp"
#include "cli/terminal.hpp"
#include "cli/timestamp.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

struct WatchArguments {
  std::string space;
  std::vector<std::string> names;  ///< empty: all attributes
  bool only_new = false;
  bool timestamps = false;
  std::uint64_t count = 0;  ///< 0: without end
  std::optional<std::string> until;
  std::chrono::milliseconds longest{0};  ///< 0: without end
};

/// As this program sees it.
std::string time_now() { return timestamp(std::chrono::system_clock::now()); }

std::string plain_line(const Change& change, bool timestamps) {
  std::string line = timestamps ? time_now() + " " : "";
  line += fmt::format("{} {}", change.revision.value(), escape(change.name));
  line += change.value != nullptr ? " = " + to_json(*change.value) : " removed";
  if (change.skipped > 0) line += fmt::format(" ({} changes not seen)", change.skipped);
  return line;
}

std::string json_line(const Change& change, bool timestamps) {
  std::string line = timestamps ? fmt::format(R"({{"time": "{}", )", time_now()) : "{";
  line += fmt::format(R"("revision": {}, "name": {}, )", change.revision.value(),
                      to_json_string(change.name));
  line += change.value != nullptr ? R"("value": )" + to_json(*change.value) : R"("removed": true)";
  if (change.skipped > 0) line += fmt::format(R"(, "skipped": {})", change.skipped);
  return line + "}";
}

/// Prints changes until there were enough of them, the condition holds, or nobody reads any more.
class Lines {
 public:
  /// `known`: present values up to this revision are not new.
  Lines(const Common& common, const WatchArguments& arguments,
        const std::optional<Condition>& condition, Revision known, Interruption& interruption)
      : json_(common.json),
        arguments_(arguments),
        condition_(condition),
        known_(known),
        interruption_(interruption) {}

  void add(const Change& change) {
    if (ended_ || (arguments_.only_new && is_present(change))) return;
    print_line(json_ ? json_line(change, arguments_.timestamps)
                     : plain_line(change, arguments_.timestamps));
    const bool written = std::fflush(stdout) == 0;
    ++count_;
    const bool holds = condition_ && condition_->holds(change.value);
    if (holds) met_ = true;
    ended_ = !written || count_ == arguments_.count || holds;
    if (ended_) interruption_.end();
  }

  /// Whether the condition has held.
  [[nodiscard]] bool met() const noexcept { return met_; }

 private:
  /// What was there before the watch.
  bool is_present(const Change& change) const {
    return change.resynced && change.value != nullptr && change.revision <= known_;
  }

  const bool json_;
  const WatchArguments& arguments_;
  const std::optional<Condition>& condition_;
  const Revision known_;
  std::uint64_t count_ = 0;
  bool ended_ = false;
  std::atomic<bool> met_ = false;
  Interruption& interruption_;
};

/// Tells people why they see nothing.
void tell_missing(const Namespace& space, const std::vector<std::string>& names) {
  if (names.empty() && space.empty()) {
    note(fmt::format("{} has no attributes yet; waiting{}", wire::quoted(space.name()),
                     wildcard_hint(space.name())));
  }
  for (const std::string& name : names) {
    if (space.contains(name)) continue;
    note(fmt::format("{} has no attribute {} yet; waiting{}", wire::quoted(space.name()),
                     wire::quoted(name), wildcard_hint(space.name() + name)));
  }
}

std::optional<Condition> condition_of(const WatchArguments& arguments) {
  if (!arguments.until) return std::nullopt;
  if (arguments.names.size() != 1) throw UsageError("--until wants one NAME, whose value it is of");
  return Condition(*arguments.until);
}

std::vector<Subscription> subscribe(const Namespace& space, const WatchArguments& arguments,
                                    Lines& lines) {
  const auto add = [&lines](const Change& change) { lines.add(change); };
  std::vector<Subscription> subscriptions;
  if (arguments.names.empty()) subscriptions.push_back(space.watch(add));
  for (const std::string& name : arguments.names) subscriptions.push_back(space.watch(name, add));
  return subscriptions;
}

Exit watch(const Common& common, const WatchArguments& arguments) {
  const std::optional<Condition> condition = condition_of(arguments);
  bool away = false;
  ClientOptions options = client_options(common);
  options.on_state = [&away](ClientEvent event) {
    tell_presence(event, away, "what is shown may be old");
  };
  Client client(options);
  const Namespace space = client.open(arguments.space);
  Interruption interruption;  // not before: Ctrl-C ends the wait for a broker at once
  Lines lines(common, arguments, condition, space.revision(), interruption);
  const std::vector<Subscription> subscriptions = subscribe(space, arguments, lines);
  const bool absent_now = condition && !space.contains(arguments.names.front());
  if (absent_now && !arguments.only_new && condition->holds(nullptr)) return Exit::done;
  tell_missing(space, arguments.names);
  if (arguments.longest.count() == 0) {
    interruption.wait();
  } else {
    static_cast<void>(interruption.wait_for(arguments.longest));
  }
  if (!condition || lines.met()) return Exit::done;
  throw Error(Errc::missing,
              fmt::format("{} of {} has not become {}", wire::quoted(arguments.names.front()),
                          wire::quoted(arguments.space), wire::quoted(*arguments.until)));
}

}  // namespace

void add_watch_verb(CommandLine& line) {
  const auto words = std::make_shared<WatchArguments>();
  line.verb("watch", "Print a line for each change, after the values that are there",
            "  bulletin watch plant/robot\n"
            "  bulletin watch plant/robot speed mode --json --timestamps\n"
            "  bulletin watch plant/robot ready --count 1  waits until there is such an attribute\n"
            "  bulletin watch plant/robot ready --until true --for 30s\n"
            "  bulletin watch plant/robot speed --until '>= 3.5'\n"
            "Ctrl-C ends it. --until takes JSON, which may have ==, !=, <, <=, > or >= before it, "
            "or\n"
            "present or absent. It ends with 0 when that holds, and with 1 when it ends without.",
            [=](const Common& common) { return watch(common, *words); })
      .word("NS", words->space, "The namespace")
      .optional_words("NAME", words->names, "Only these attributes")
      .flag("--new", words->only_new, "Only changes, not the values that are there")
      .count("--count", words->count, "End after so many lines")
      .text("--until", "CONDITION", words->until, "End when the value is, or is such")
      .time("--for", words->longest, "End after this time")
      .flag("-t,--timestamps", words->timestamps, "When this program saw each change, in UTC");
}

}  // namespace bulletin::cli
