#include "durability/mortal_broker.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "client/transport/key_files.hpp"
#include "durability/killer_env.hpp"
#include "server/server.hpp"
#include "server/telemetry/loggers.hpp"

namespace bulletin::durability {

namespace {

std::string beside(const std::string& data, const char* name) {
  return (std::filesystem::path(data).parent_path() / name).string();
}

}  // namespace

int serve(const std::string& endpoint, const std::string& folder, std::uint64_t fatal, bool keys) {
  BrokerOptions options;
  options.bind = endpoint;
  options.data = folder;
  options.beat = std::chrono::milliseconds(100);
  options.session_time = std::chrono::seconds(10);
  if (keys) {
    options.secret_key = beside(folder, "broker.key");
    options.authorized_keys = beside(folder, "authorized_keys");
  }
  KillerEnv env(fatal);
  server::Server server(options, server::standard_log("warning"), &env);
  std::cout << "ready" << std::endl;
  server.serve();
  return 0;
}

MortalBroker::MortalBroker(bool keys, std::string endpoint)
    : endpoint_(endpoint.empty() ? "ipc://" + (folder_.path() / "b").string()
                                 : std::move(endpoint)),
      keys_(keys) {
  if (!keys_) return;
  client::make_key_files(beside(data(), "broker"));
  const client::Keys own = client::make_key_files(beside(data(), "client"));
  std::ofstream(beside(data(), "authorized_keys")) << own.own_public << " somebody\n";
  ::setenv("BULLETIN_SERVER_KEY", beside(data(), "broker.pub").c_str(), 1);
  ::setenv("BULLETIN_KEY", beside(data(), "client.key").c_str(), 1);
}

MortalBroker::~MortalBroker() {
  if (!keys_) return;
  ::unsetenv("BULLETIN_SERVER_KEY");
  ::unsetenv("BULLETIN_KEY");
}

void MortalBroker::start(std::uint64_t fatal) {
  std::vector<std::string> words{"--serve", endpoint(), "--data",
                                 data(),    "--fatal",  std::to_string(fatal)};
  if (keys_) words.emplace_back("--guarded");
  program_ = std::make_unique<test::Program>(std::string(BULLETIN_BIN_DIR) + "/bulletin-durability",
                                             words);
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
