// A process of this program in another role.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/system/child_process.hpp"
#include "harness/contender.hpp"

namespace bulletin::bench {

/// The starter's side. The process ends when this does.
class FarEnd {
 public:
  /// `role` and what it wants to be told. Throws std::runtime_error if it cannot be started.
  FarEnd(const Setting& setting, const std::string& role,
         const std::vector<std::string>& arguments = {});
  /// The process has ended when this returns.
  ~FarEnd();
  FarEnd(const FarEnd&) = delete;
  FarEnd& operator=(const FarEnd&) = delete;

  /// What it says next. Throws std::runtime_error when it says nothing for a minute.
  std::string line();
  /// The same with less patience; nullopt: it said nothing.
  std::optional<std::string> line(std::chrono::milliseconds patience);
  void signal(int number) const noexcept;

 private:
  const std::string role_;
  std::optional<client::ChildProcess> process_;
};

/// The other side: says a line.
void say(const std::string& line);
/// True when the starter has gone.
bool starter_gone();
/// Returns when the starter has gone.
void wait_for_starter();

/// What is sent instead of a time: at the beginning of a round, which the far end answers with
/// `ready`, and at its end, which it answers with the round.
inline constexpr std::int64_t warm_up = 0;
inline constexpr std::int64_t end_of_round = -1;
inline constexpr const char* ready = "ready";

/// Collects what arrives, and answers the starter.
class Arrivals {
 public:
  /// What was sent then has arrived now.
  void arrived(std::int64_t sent_ns);

 private:
  bool in_round_ = false;
  std::vector<std::int64_t> latencies_;
};

/// Reads without a pause while a round lasts, and only then: the others need the processor. A value
/// that the next one has replaced before it was read does not count.
template <class Read>
void read_while_round_lasts(Arrivals& arrivals, Read read) {
  for (std::int64_t last = end_of_round, now = 0; (now = read()) != end_of_round;) {
    if (now == last) {
      std::this_thread::yield();
    } else {
      arrivals.arrived(last = now);
    }
  }
  arrivals.arrived(end_of_round);
}

}  // namespace bulletin::bench
