// Commands of ZMTP: a name, and what is behind it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bulletin::zmtp {

struct Command {
  std::string_view name;
  std::string_view rest;
};

/// The views are into `body`. Throws ProtocolError.
Command read_command(std::string_view body);
/// The body of a command.
std::string make_command(std::string_view name, std::string_view rest);

/// What a peer says of itself in its handshake; of all properties, what is used here.
struct Metadata {
  std::string_view socket_type;
};

/// Throws ProtocolError.
Metadata read_metadata(std::string_view bytes);
std::string make_metadata(std::string_view socket_type);

}  // namespace bulletin::zmtp
