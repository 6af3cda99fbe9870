// An address at which clients connect.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/config/bind_address.hpp"
#include "server/net/descriptor.hpp"
#include "server/net/path_lock.hpp"

namespace bulletin::server {

class Listener {
 public:
  /// Binds and listens. Throws Error rejected, which names the endpoint and says what to do.
  Listener(const BindAddress& endpoint, std::string_view option);

  /// With its real port.
  [[nodiscard]] const BindAddress& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] int descriptor() const noexcept { return socket_.get(); }

  struct Accepted {
    Descriptor connection;
    std::string address;  ///< of the peer, as text; empty on ipc
    int error = 0;        ///< why it failed
  };
  enum class Outcome {
    accepted,
    nobody,  ///< waits
    gone,    ///< one that waited; there may be others
    failed,  ///< and would fail again at once
  };
  /// Does not wait. What it accepts does not wait either.
  Outcome accept(Accepted& accepted) const;

 private:
  void bind_path(std::string_view option);
  void bind_address(std::string_view option);

  BindAddress endpoint_;
  std::optional<PathLock> lock_;  // of an ipc path; before the socket, whose end comes first
  Descriptor socket_;
};

}  // namespace bulletin::server
