// ping: how far away the broker is.

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <bulletin/inspector.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/escape.hpp"
#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"

namespace bulletin::cli {
namespace {

struct PingArguments {
  std::uint64_t count = 4;
  std::chrono::milliseconds interval{200};
};

using Milliseconds = std::chrono::duration<double, std::milli>;

Exit ping(const Common& common, const PingArguments& arguments) {
  Inspector client(client_options(common));
  client.ping();  // makes the connection, which is not what is measured
  std::vector<double> times;
  while (times.size() < arguments.count) {
    if (!times.empty()) std::this_thread::sleep_for(arguments.interval);
    times.push_back(Milliseconds(client.ping()).count());
    if (common.json) continue;
    print_line(fmt::format("{} answered in {:.3f} ms", escape(client.endpoint()), times.back()));
    finish_output();
  }
  std::sort(times.begin(), times.end());
  const double least = times.front();
  const double median = times[times.size() / 2];
  const double most = times.back();
  if (common.json) {
    print_line(fmt::format(R"({{"endpoint": {}, "answers": {}, "least_ms": {:.3f}, )"
                           R"("median_ms": {:.3f}, "most_ms": {:.3f}}})",
                           to_json_string(client.endpoint()), times.size(), least, median, most));
  } else {
    print_line(fmt::format("{} {}: least {:.3f} ms, median {:.3f} ms, most {:.3f} ms", times.size(),
                           times.size() == 1 ? "answer" : "answers", least, median, most));
  }
  return Exit::done;
}

}  // namespace

void add_ping_verb(CommandLine& line) {
  const auto words = std::make_shared<PingArguments>();
  line.verb("ping", "Measure the way to the broker and back", "  bulletin ping --count 10",
            [=](const Common& common) { return ping(common, *words); })
      .count("--count", words->count, "How many times [4]")
      .time("--interval", words->interval, "The pause between them [200ms]",
            std::chrono::milliseconds(0));
}

}  // namespace bulletin::cli
