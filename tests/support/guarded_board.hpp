// A broker with keys, which are made for it.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "client/transport/key_files.hpp"
#include "client/transport/keys.hpp"
#include "server/server.hpp"
#include "server/telemetry/loggers.hpp"
#include "support/board.hpp"

namespace bulletin::test {

/// Key files of alice and bob, whom it lets in, and a server that reads its files again as it is
/// told.
class GuardedBoard {
 public:
  /// `permissions`: TOML; empty: there are none.
  explicit GuardedBoard(const std::string& bind = "tcp://127.0.0.1:*",
                        const std::string& permissions = {}) {
    make_keys("broker");
    make_keys("alice");
    make_keys("bob");
    authorize({"alice", "bob"});
    options_ = short_times();
    options_.bind = bind == "ipc" ? "ipc://" + path("board") : bind;
    options_.secret_key = path("broker.key");
    options_.authorized_keys = path("authorized");
    if (!permissions.empty()) {
      permit(permissions);
      options_.permissions = path("permissions.toml");
    }
    start();
  }
  ~GuardedBoard() { stop(); }
  GuardedBoard(const GuardedBoard&) = delete;
  GuardedBoard& operator=(const GuardedBoard&) = delete;

  void start() {
    server_ = std::make_unique<server::Server>(options_, server::silent_log());
    thread_ = std::thread([this] { server_->serve(); });
  }
  void stop() {
    if (server_ == nullptr) return;
    server_->stop();
    thread_.join();
    server_.reset();
  }
  void reload() { server_->reload(); }
  /// What it was told before has been done. False: not in time.
  bool await_turn() { return server_->await_turn(patience); }

  void authorize(const std::vector<std::string>& names) {
    std::string text = "# PUBLIC-KEY USER COMMENT...\n";
    for (const std::string& name : names) text += keys(name).own_public + " " + name + " here\n";
    write("authorized", text);
  }
  void permit(const std::string& permissions) { write("permissions.toml", permissions); }

  void make_keys(const std::string& name) { client::make_key_files(path(name)); }
  client::Keys keys(const std::string& name) const {
    return *client::choose_keys(path("broker.pub"), path(name + ".key"));
  }

  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  BrokerOptions& broker_options() noexcept { return options_; }
  const std::string& endpoint() const { return server_->endpoint(); }
  const std::string& updates_endpoint() const { return server_->updates_endpoint(); }
  ClientOptions options(const std::string& name) const { return options(name, endpoint()); }
  ClientOptions options(const std::string& name, const std::string& endpoint) const {
    ClientOptions options = impatient(patience);
    options.endpoint = endpoint;
    options.server_key = path("broker.pub");
    options.key_file = path(name + ".key");
    return options;
  }

 private:
  /// At once, as an operator should: the server may be reading.
  void write(const std::string& name, const std::string& text) {
    std::ofstream(path(name + ".new")) << text;
    std::filesystem::rename(path(name + ".new"), path(name));
  }

  TemporaryFolder folder_;
  BrokerOptions options_;
  std::unique_ptr<server::Server> server_;
  std::thread thread_;
};

}  // namespace bulletin::test
