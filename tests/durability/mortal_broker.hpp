// A broker with data, in a process of its own, that dies and comes back.
#pragma once

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>

#include "support/board.hpp"
#include "support/program.hpp"

namespace bulletin::durability {

/// The part of bulletin-durability that is this broker: serves the data in `folder` at `endpoint`
/// until it is killed, or at the `fatal`-th use of its journal (0: never). `keys`: those beside the
/// folder.
int serve(const std::string& endpoint, const std::string& folder, std::uint64_t fatal, bool keys);

class MortalBroker {
 public:
  /// `endpoint`: where it serves; empty: at a path of its own. `keys`: it has some, and the
  /// environment of this process names those of its clients, as long as this lives.
  explicit MortalBroker(bool keys, std::string endpoint = {});
  ~MortalBroker();
  MortalBroker(const MortalBroker&) = delete;
  MortalBroker& operator=(const MortalBroker&) = delete;

  /// Starts it, to die at the `fatal`-th use of its journal; 0: it lives.
  void start(std::uint64_t fatal);
  /// From outside, unless it is dead already; and waits for its end.
  void kill();
  /// Waits for the end that it was started for. False: it lives still.
  bool await_death(std::chrono::milliseconds deadline);

  /// Stands still, and goes on.
  void freeze(bool frozen) { program_->signal(frozen ? SIGSTOP : SIGCONT); }

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  [[nodiscard]] std::string data() const { return (folder_.path() / "data").string(); }

 private:
  test::TemporaryFolder folder_;
  const std::string endpoint_;
  const bool keys_;
  std::unique_ptr<test::Program> program_;
};

}  // namespace bulletin::durability
