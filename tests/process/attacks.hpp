// What hostile peers send, and what it takes of a broker.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "process/shell.hpp"
#include "support/zmtp.hpp"

namespace bulletin::test {

inline const std::string handshake = zmtp_greeting("NULL") + zmtp_ready("DEALER", "");
inline const std::string subscriber = zmtp_greeting("NULL") + zmtp_ready("SUB", "");

struct Attack {
  const char* name;
  std::string greeting;
  std::string part;  ///< sent again and again
};

std::vector<Attack> attacks();

/// What is not taken within it waits for the broker.
inline constexpr std::chrono::milliseconds send_time{200};

/// A request as a frame behind its delimiter.
std::string framed(const std::string& request);
std::string repeated(const std::string& part, std::size_t times);
/// Subscriptions to so many namespaces that no other part has, in frames that follow each other.
std::string new_subscriptions(std::size_t count);

std::string updates_endpoint_of(const BrokerProgram& broker);
std::size_t resident_bytes(BrokerProgram& broker);
/// The most that it has been.
std::size_t most_resident_bytes(BrokerProgram& broker);

}  // namespace bulletin::test
