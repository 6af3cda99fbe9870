// A process of this program in another role.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/child_process.hpp"
#include "latency/contender.hpp"

namespace bulletin::bench {

/// The starter's side. The process ends when this does.
class FarEnd {
 public:
  /// `role` and what it wants to be told. Throws std::runtime_error if it cannot be started.
  FarEnd(const Self& self, const std::string& role, const std::vector<std::string>& arguments = {});
  /// What it says next. Throws std::runtime_error when it says nothing for some seconds.
  std::string line();

 private:
  const std::string role_;
  client::ChildProcess process_;
};

/// The other side: says a line.
void say(const std::string& line);
/// True when the starter has gone.
bool starter_gone();

/// What is sent instead of a time.
inline constexpr std::int64_t warm_up = 0;
inline constexpr std::int64_t end_of_round = -1;

/// Collects what arrives; at the end of a round its percentiles are told to the starter.
class Arrivals {
 public:
  /// What was sent then has arrived now.
  void arrived(std::int64_t sent_ns);

 private:
  bool told_ready_ = false;
  std::vector<std::int64_t> latencies_;
};

}  // namespace bulletin::bench
