// What ends a connection.
#pragma once

#include <stdexcept>

namespace bulletin::zmtp {

/// The peer has broken the protocol, and its connection has to end. `what()` says how.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace bulletin::zmtp
