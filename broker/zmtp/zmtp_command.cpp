#include "zmtp/zmtp_command.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "zmtp/protocol_error.hpp"

namespace bulletin::zmtp {
namespace {

constexpr std::string_view socket_type_name = "Socket-Type";

std::string_view take(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size) throw ProtocolError("a command is cut short");
  const std::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return taken;
}

std::size_t take_number(std::string_view& bytes, std::size_t size) {
  std::size_t number = 0;
  for (const char byte : take(bytes, size)) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

/// Names of properties are the same in upper and lower case.
bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

void append_property(std::string_view name, std::string_view value, std::string& out) {
  out.push_back(static_cast<char>(name.size()));
  out.append(name);
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<std::uint32_t>(value.size()) >> shift));
  out.append(value);
}

}  // namespace

Command read_command(std::string_view body) {
  const std::size_t size = take_number(body, 1);
  const std::string_view name = take(body, size);
  return {name, body};
}

std::string make_command(std::string_view name, std::string_view rest) {
  std::string body(1, static_cast<char>(name.size()));
  return body.append(name).append(rest);
}

Metadata read_metadata(std::string_view bytes) {
  Metadata metadata;
  while (!bytes.empty()) {
    const std::string_view name = take(bytes, take_number(bytes, 1));
    const std::string_view value = take(bytes, take_number(bytes, 4));
    if (same_name(name, socket_type_name)) metadata.socket_type = value;
  }
  return metadata;
}

std::string make_metadata(std::string_view socket_type) {
  std::string bytes;
  append_property(socket_type_name, socket_type, bytes);
  return bytes;
}

}  // namespace bulletin::zmtp
