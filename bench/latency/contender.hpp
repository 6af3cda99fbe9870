// What is measured side by side.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "latency/samples.hpp"

namespace bulletin::bench {

/// One way to do the thing that a scenario is about. It is made once, with its processes, and then
/// runs round after round, in turn with the others.
class Contender {
 public:
  virtual ~Contender() = default;
  virtual Percentiles round() = 0;
};

struct Pace {
  std::size_t samples = 0;            ///< in a round
  std::chrono::microseconds pause{};  ///< between two; 0: the next follows at once
};

/// How this program starts itself in another role.
struct Self {
  std::string program;
  Pace pace;
};

// One round trip of 32 bytes or of a small write.
std::unique_ptr<Contender> zmq_ping_pong(const Self& self);
std::unique_ptr<Contender> bulletin_set(const Self& self, const std::string& endpoint);

// From the writer until another process has it.
std::unique_ptr<Contender> zmq_relay(const Self& self);
std::unique_ptr<Contender> bulletin_watch(const Self& self, const std::string& endpoint);
std::unique_ptr<Contender> bulletin_read(const Self& self, const std::string& endpoint);

/// The other processes: they end when their standard input does.
using Roles = std::map<std::string, std::function<void(const std::vector<std::string>&)>>;
Roles roles();

}  // namespace bulletin::bench
