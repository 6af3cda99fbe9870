#include "durability/mortal_broker.hpp"

#include <csignal>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "durability/killer_env.hpp"
#include "server/log.hpp"
#include "server/server.hpp"

namespace bulletin::durability {

int serve(const std::string& endpoint, const std::string& folder, std::uint64_t fatal) {
  BrokerOptions options;
  options.bind = endpoint;
  options.data = folder;
  options.beat = std::chrono::milliseconds(100);
  options.session_time = std::chrono::seconds(10);
  KillerEnv env(fatal);
  server::Server server(options, server::standard_log("warning"), &env);
  std::cout << "ready" << std::endl;
  server.serve();
  return 0;
}

void MortalBroker::start(std::uint64_t fatal) {
  program_ = std::make_unique<test::Program>(
      std::string(BULLETIN_BIN_DIR) + "/bulletin-durability",
      std::vector<std::string>{"--serve", endpoint(), "--data", data(), "--fatal",
                               std::to_string(fatal)});
  const std::string line = program_->read_line();
  // It may die while it starts, too.
  if (line != "ready" && program_->wait() != -SIGKILL)
    throw std::runtime_error("the broker did not start: " + program_->errors());
}

void MortalBroker::kill() {
  program_->signal(SIGKILL);
  if (program_->wait() != -SIGKILL)
    throw std::runtime_error("the broker ended by itself: " + program_->errors());
}

bool MortalBroker::await_death(std::chrono::milliseconds deadline) {
  const int exit = program_->wait(deadline);
  if (exit != test::Program::running && exit != -SIGKILL)
    throw std::runtime_error("the broker ended by itself: " + program_->errors());
  return exit == -SIGKILL;
}

}  // namespace bulletin::durability
