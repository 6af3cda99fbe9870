#include "harness/far_end.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace bulletin::bench {
namespace {

constexpr std::chrono::seconds patience{60};
constexpr std::chrono::seconds time_to_end{10};

std::vector<std::string> command(const Setting& setting, const std::string& role,
                                 const std::vector<std::string>& arguments) {
  std::vector<std::string> words{setting.program, "--role", role};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace

FarEnd::FarEnd(const Setting& setting, const std::string& role,
               const std::vector<std::string>& arguments)
    : role_(role) {
  process_.emplace(command(setting, role, arguments));
}

FarEnd::~FarEnd() {
  process_->close_input();
  const auto now = std::chrono::steady_clock::now();
  if (process_->wait(now + time_to_end)) return;
  process_->signal(SIGKILL);
  (void)process_->wait(now + 2 * time_to_end);
}

std::string FarEnd::line() {
  const auto said = line(patience);
  if (!said) throw std::runtime_error("the process with the role '" + role_ + "' says nothing");
  return *said;
}

std::optional<std::string> FarEnd::line(std::chrono::milliseconds for_so_long) {
  return process_->read_line(std::chrono::steady_clock::now() + for_so_long);
}

void FarEnd::signal(int number) const noexcept { process_->signal(number); }

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

bool starter_gone() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) > 0;
}

void wait_for_starter() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (poll(&input, 1, -1) < 0 && errno == EINTR) {
  }
}

void Arrivals::arrived(std::int64_t sent_ns) {
  const std::int64_t now = now_ns();
  if (sent_ns == warm_up) {
    in_round_ = true;
    say(ready);
  } else if (sent_ns != end_of_round) {
    latencies_.push_back(now - sent_ns);
  } else if (std::exchange(in_round_, false)) {
    say(round_of(std::exchange(latencies_, {})).text());
  }
}

}  // namespace bulletin::bench
