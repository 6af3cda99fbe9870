// watch: a line for each change.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <bulletin/client.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/escape.hpp"
#include "cli/interruption.hpp"
#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"

namespace bulletin::cli {
namespace {

struct WatchArguments {
  std::string space;
  std::string name;         ///< empty: all attributes
  std::uint64_t count = 0;  ///< 0: without end
};

std::string plain_line(const Change& change) {
  std::string line = fmt::format("{} {}", change.revision.value(), escape(change.name));
  line += change.value != nullptr ? " = " + to_json(*change.value) : " removed";
  if (change.skipped > 0) line += fmt::format(" ({} changes not seen)", change.skipped);
  return line;
}

std::string json_line(const Change& change) {
  std::string line = fmt::format(R"({{"revision": {}, "name": {}, )", change.revision.value(),
                                 to_json_string(change.name));
  line += change.value != nullptr ? R"("value": )" + to_json(*change.value) : R"("removed": true)";
  if (change.skipped > 0) line += fmt::format(R"(, "skipped": {})", change.skipped);
  return line + "}";
}

/// Prints changes until there were enough of them, or nobody reads any more.
class Lines {
 public:
  Lines(const Common& common, std::uint64_t most, Interruption& interruption)
      : json_(common.json), most_(most), interruption_(interruption) {}

  void add(const Change& change) {
    if (ended_) return;
    print_line(json_ ? json_line(change) : plain_line(change));
    const bool written = std::fflush(stdout) == 0;
    ++count_;
    ended_ = !written || count_ == most_;
    if (ended_) interruption_.end();
  }

 private:
  const bool json_;
  const std::uint64_t most_;  // 0: without end
  std::uint64_t count_ = 0;
  bool ended_ = false;
  Interruption& interruption_;
};

/// Tells people when what they see may be old.
void tell(ClientEvent event, bool& away) {
  if (event == ClientEvent::disconnected) {
    fmt::print(stderr, "bulletin: the broker is not heard; what is shown may be old\n");
    away = true;
  } else if (event == ClientEvent::connected && away) {
    fmt::print(stderr, "bulletin: the broker is heard again\n");
    away = false;
  }
}

Exit watch(const Common& common, const WatchArguments& arguments) {
  bool away = false;
  ClientOptions options = client_options(common);
  options.on_state = [&away](ClientEvent event) { tell(event, away); };
  Client client(options);
  const Namespace space = client.open(arguments.space);
  Interruption interruption;  // not before: Ctrl-C ends the wait for a broker at once
  Lines lines(common, arguments.count, interruption);
  const auto add = [&lines](const Change& change) { lines.add(change); };
  const Subscription subscription =
      arguments.name.empty() ? space.watch(add) : space.watch(arguments.name, add);
  interruption.wait();
  return Exit::done;
}

}  // namespace

void add_watch_verb(CommandLine& line) {
  const auto words = std::make_shared<WatchArguments>();
  line.verb("watch", "Print a line for each change, after the values that are there",
            "  bulletin watch plant/robot\n"
            "  bulletin watch plant/robot speed --json\n"
            "  bulletin watch plant/robot ready --count 1  waits until there is such an attribute\n"
            "Ctrl-C ends it.",
            [=](const Common& common) { return watch(common, *words); })
      .word("NS", words->space, "The namespace")
      .optional_word("NAME", words->name, "Only this attribute")
      .count("--count", words->count, "End after so many lines");
}

}  // namespace bulletin::cli
