// An embedded broker with short times, and clients of it: real sockets, loopback only.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <bulletin/broker.hpp>
#include <bulletin/bulletin.hpp>

#include "support/await.hpp"

namespace bulletin::test {

/// A folder of its own under the system's temporary one; goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// A free loopback port, a beat of 50 ms, a session time that a busy machine does not exceed.
BrokerOptions short_times();

/// Options for a client that does not wait long for a broker.
ClientOptions impatient(std::chrono::milliseconds wait = std::chrono::milliseconds(300));

/// A started broker.
class Board {
 public:
  explicit Board(BrokerOptions options = short_times());

  /// The broker ends; what it held is gone.
  void stop() { broker_->stop(); }
  /// A new broker at the same endpoint. For tcp the port may meanwhile be another program's: boards
  /// that restart are `IpcBoard`s.
  void restart();

  const std::string& endpoint() const noexcept { return endpoint_; }
  const std::string& updates_endpoint() const noexcept { return updates_endpoint_; }

  /// For a client of this broker that waits as long as a test does, however busy the machine.
  ClientOptions options() const { return options(impatient(patience)); }
  ClientOptions options(ClientOptions options) const {
    options.endpoint = endpoint_;
    return options;
  }
  Client client() const { return Client(options()); }
  Client client(ClientOptions given) const { return Client(options(std::move(given))); }

 private:
  BrokerOptions options_;
  std::optional<Broker> broker_;
  std::string endpoint_;
  std::string updates_endpoint_;
};

/// A board that may be stopped and started again: nobody else can take its endpoint meanwhile.
class IpcBoard {
 public:
  explicit IpcBoard(BrokerOptions options = short_times());

  Board* operator->() noexcept { return &board_; }
  Board& operator*() noexcept { return board_; }

 private:
  TemporaryFolder folder_;
  Board board_;
};

}  // namespace bulletin::test
