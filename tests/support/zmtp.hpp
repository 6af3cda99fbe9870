// Bytes of ZMTP 3, for peers that are not ZeroMQ's (https://rfc.zeromq.org/spec/23/).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bulletin::test {

constexpr std::uint8_t more_flag = 1;
constexpr std::uint8_t command_flag = 4;

inline std::string zmtp_greeting(std::string_view mechanism, char minor_version = 0) {
  std::string bytes("\xFF\0\0\0\0\0\0\0\0\x7F\x03", 11);
  bytes.push_back(minor_version);
  bytes.append(mechanism).append(20 - mechanism.size(), '\0');
  return bytes.append(32, '\0');
}

/// A short one: what is behind 255 bytes is left out.
inline std::string zmtp_frame(std::uint8_t flags, std::string_view body) {
  const std::string_view part = body.substr(0, 255);
  std::string bytes(1, static_cast<char>(flags));
  bytes.push_back(static_cast<char>(part.size()));
  return bytes.append(part);
}

/// One that says its size in eight bytes.
inline std::string zmtp_long_frame(std::uint8_t flags, std::string_view body) {
  constexpr std::uint8_t long_flag = 2;
  std::string bytes(1, static_cast<char>(flags | long_flag));
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(std::uint64_t{body.size()} >> shift & 0xFF));
  return bytes.append(body);
}

inline std::string zmtp_ready(std::string_view socket_type, std::string_view identity) {
  const auto property = [](std::string_view name, std::string_view value) {
    std::string bytes(1, static_cast<char>(name.size()));
    bytes.append(name).append(3, '\0');
    bytes.push_back(static_cast<char>(value.size()));
    return bytes.append(value);
  };
  return zmtp_frame(command_flag, "\x05READY" + property("Socket-Type", socket_type) +
                                      property("Identity", identity));
}

/// `ttl`: in tenths of a second, after which silence means that the peer is gone; 0: never.
inline std::string zmtp_ping(std::uint16_t ttl) {
  std::string body = "\x04PING";
  body.push_back(static_cast<char>(ttl >> 8));
  body.push_back(static_cast<char>(ttl & 0xFF));
  return zmtp_frame(command_flag, body);
}

}  // namespace bulletin::test
