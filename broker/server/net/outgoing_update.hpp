// One update on its way to many connections.
#pragma once

#include <string>
#include <string_view>

#include "server/net/connection.hpp"
#include "server/net/send_queue.hpp"

namespace bulletin::server {

/// Is encoded once for all connections that do not encrypt, and from some size on they share its
/// memory. The topic and the body have to outlive it.
class OutgoingUpdate {
 public:
  OutgoingUpdate(std::string_view topic, std::string_view body) : topic_(topic), body_(body) {}

  void append_to(Connection& connection);

 private:
  std::string_view topic_;
  std::string_view body_;
  std::string plain_;
  SendQueue::Shared shared_;
};

}  // namespace bulletin::server
