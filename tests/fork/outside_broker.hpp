// A broker in a process of its own: what a forked child holds of its parent is not the broker's.
#pragma once

#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "support/board.hpp"
#include "support/program.hpp"

namespace bulletin::test {

class OutsideBroker {
 public:
  OutsideBroker() { start(); }

  /// At the same endpoint as before.
  void start() {
    program_.emplace(std::string(BULLETIN_BIN_DIR) + "/bulletin-broker",
                     std::vector<std::string>{"--bind", endpoint(), "--beat-ms", "50",
                                              "--session-ms", "3000", "--exit-on-eof", "0"});
    if (!program_->read_line().starts_with("ready "))
      throw std::runtime_error("the broker is not ready: " + program_->errors());
  }

  void stop() {
    program_->signal(SIGTERM);
    if (program_->wait() != 0) throw std::runtime_error("the broker did not end cleanly");
  }

  std::string endpoint() const { return "ipc://" + (folder_.path() / "board").string(); }

  Client client(ClientOptions options = {}) const {
    options.endpoint = endpoint();
    return Client(options);
  }

 private:
  TemporaryFolder folder_;
  std::optional<Program> program_;
};

}  // namespace bulletin::test
