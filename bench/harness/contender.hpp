// What is measured side by side.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/round.hpp"

namespace bulletin::bench {

/// One way to do the thing that a scenario is about. It is made once, with its processes, and then
/// runs round after round, in turn with the others.
class Contender {
 public:
  virtual ~Contender() = default;
  virtual Round round() = 0;
};

/// It cannot be measured on this machine: why, and what would change that.
class NotHere : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Pace {
  std::size_t samples = 0;            ///< in a round
  std::chrono::microseconds pause{};  ///< between two; 0: the next follows at once
};

/// What the contenders are told.
struct Setting {
  std::string program;   ///< starts this program in another role
  std::string endpoint;  ///< of a broker that runs
  Pace pace;
  bool quick = false;  ///< smaller, where size is what is measured
};

/// Where a contender stands in the comparison.
enum class Kind {
  limit,  ///< what a program could get at best
  rival,  ///< what users would pick instead
  ours
};

/// A contender before it is made.
struct Way {
  std::string name;
  Kind kind;
  /// Throws NotHere.
  std::function<std::unique_ptr<Contender>(const Setting&)> make;
};

template <class T, class... Arguments>
Way way(std::string name, Kind kind, Arguments... arguments) {
  return {std::move(name), kind, [=](const Setting& setting) -> std::unique_ptr<Contender> {
            return std::make_unique<T>(setting, arguments...);
          }};
}

/// Anything that is measured in one call.
class Measured final : public Contender {
 public:
  Measured(const Setting& /*setting*/, std::function<Round()> measure)
      : measure_(std::move(measure)) {}
  Round round() override { return measure_(); }

 private:
  std::function<Round()> measure_;
};

/// What a process of this program does that was started with `--role NAME ARGUMENT...`. It ends
/// when its standard input does.
using Roles = std::map<std::string, std::function<void(const std::vector<std::string>&)>>;
Roles roles();

}  // namespace bulletin::bench
