// Requests without a replica: for programs that ask the broker a few things and go.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client/transport/keys.hpp"

namespace bulletin::client {

/// One socket for commands: no session, no replica, no thread that calls back. One thread at a
/// time.
class CommandConnection {
 public:
  /// Does not wait for the broker. An empty endpoint: $BULLETIN_ENDPOINT, and without that
  /// tcp://127.0.0.1:5570. Throws Error rejected for an endpoint that cannot be one.
  explicit CommandConnection(std::string_view endpoint, const std::optional<Keys>& keys = {},
                             std::chrono::milliseconds timeout = std::chrono::seconds(5));
  ~CommandConnection();
  CommandConnection(const CommandConnection&) = delete;
  CommandConnection& operator=(const CommandConnection&) = delete;

  /// The bytes of the reply. The request is sent again, byte for byte, when the connection breaks
  /// and when no reply is arriving. Throws Error disconnected when none has come in time;
  /// `transmissions` then tells whether the broker may have it.
  std::string ask(std::string_view request);
  std::string ask(std::string_view request, std::chrono::milliseconds timeout);

  /// How often the newest request was handed to the network.
  [[nodiscard]] std::size_t transmissions() const noexcept;

  /// In use now.
  [[nodiscard]] const std::string& endpoint() const noexcept;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace bulletin::client
