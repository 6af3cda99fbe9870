#include "latency/far_end.hpp"

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace bulletin::bench {
namespace {

constexpr std::chrono::seconds patience{60};

std::vector<std::string> command(const Self& self, const std::string& role,
                                 const std::vector<std::string>& arguments) {
  std::vector<std::string> words{self.program, "--role", role};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace

FarEnd::FarEnd(const Self& self, const std::string& role, const std::vector<std::string>& arguments)
    : role_(role), process_(command(self, role, arguments)) {}

std::string FarEnd::line() {
  const auto line = process_.read_line(std::chrono::steady_clock::now() + patience);
  if (!line) throw std::runtime_error("the process with the role '" + role_ + "' says nothing");
  return *line;
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

bool starter_gone() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) > 0;
}

void Arrivals::arrived(std::int64_t sent_ns) {
  const std::int64_t now = now_ns();
  if (sent_ns == warm_up) {
    if (!told_ready_) say("ready");
    told_ready_ = true;
    return;
  }
  if (sent_ns != end_of_round) {
    latencies_.push_back(now - sent_ns);
    return;
  }
  if (!latencies_.empty()) say(percentiles_of(std::exchange(latencies_, {})).text());
}

}  // namespace bulletin::bench
