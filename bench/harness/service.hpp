// Servers of other products, started for a measurement and ended with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/contender.hpp"
#include "harness/far_end.hpp"

namespace bulletin::bench {

/// A folder that is removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// The path of an installed program. Throws NotHere, naming the Debian package.
std::string installed(const std::string& program, const std::string& package);

/// A port of loopback that nobody has, nor the one after it; no outgoing connection takes it while
/// a listener is away.
int free_port();
/// A connection to a port of loopback; throws std::system_error.
int connect_to(int port);

/// A server on loopback that accepts connections. It ends when this does, or when this process
/// dies.
class Service {
 public:
  /// Throws std::runtime_error when nobody accepts connections on the port after some seconds.
  Service(const Setting& setting, const std::vector<std::string>& command, int port);
  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] int process_id() const noexcept { return process_id_; }

 private:
  const int port_;
  FarEnd keeper_;  // runs the server as its child
  int process_id_ = 0;
};

/// Bytes of memory that a process holds (resident).
std::size_t resident_bytes(int process_id);

/// The keeper: runs a program until its starter has gone.
void service_role(const std::vector<std::string>& command);

}  // namespace bulletin::bench
