#include "client/transport/endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include <bulletin/error.hpp>

#include "wire/endpoint_text.hpp"
#include "wire/names.hpp"

namespace bulletin::client {
namespace {

using wire::ipc_scheme;
using wire::tcp_scheme;

void throw_fault(std::string_view endpoint, const std::string& fault) {
  if (fault.empty()) return;
  throw Error(Errc::rejected, "endpoint " + wire::quoted(endpoint) + " " + fault +
                                  "; wanted tcp://HOST:PORT or ipc://PATH");
}

std::string checked(std::string_view endpoints) {
  for (const std::string& endpoint : endpoints_in(endpoints))
    throw_fault(endpoint, wire::connect_fault(endpoint));
  return std::string(endpoints);
}

// Host names have no case, IPv6 addresses many spellings, ports leading zeros.
std::string canonical_tcp(std::string_view endpoint) {
  const std::string_view address = endpoint.substr(tcp_scheme.size());
  const std::size_t colon = address.rfind(':');
  std::string host(address.substr(0, colon));
  std::transform(host.begin(), host.end(), host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  in6_addr binary{};
  if (host.size() > 2 && host.front() == '[' &&
      inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &binary) == 1) {
    char text[INET6_ADDRSTRLEN];
    host = "[" + std::string(inet_ntop(AF_INET6, &binary, text, sizeof text)) + "]";
  }
  std::string_view port = address.substr(colon + 1);
  port.remove_prefix(std::min(port.find_first_not_of('0'), port.size()));
  return std::string(tcp_scheme) + host + ":" + std::string(port);
}

// With ".." in it, a path is what the links on its way make of it.
std::string canonical_ipc(std::string_view endpoint) {
  const std::filesystem::path path(endpoint.substr(ipc_scheme.size()));
  if (std::find(path.begin(), path.end(), "..") != path.end()) return std::string(endpoint);
  return std::string(ipc_scheme) + path.lexically_normal().string();
}

bool stays_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/:@!$&'()*+,;=[]").find(c) != std::string_view::npos;
}

std::string percent_encode(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (stays_plain(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

std::string percent_decode(std::string_view text, std::string_view uri) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned byte = 0;
    const char* const first = text.data() + i + 1;
    if (i + 2 >= text.size() || std::from_chars(first, first + 2, byte, 16).ptr != first + 2) {
      throw Error(Errc::rejected,
                  "the URI '" + std::string(uri) + "' has a '%' without two hexadecimal digits");
    }
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

}  // namespace

/// A comma may be in a path, too: one that divides has a transport behind it.
std::vector<std::string> endpoints_in(std::string_view chosen) {
  std::vector<std::string> endpoints;
  std::size_t begin = 0;
  for (std::size_t comma = chosen.find(','); comma != std::string_view::npos;
       comma = chosen.find(',', comma + 1)) {
    const std::string_view rest = chosen.substr(comma + 1);
    if (!rest.starts_with(tcp_scheme) && !rest.starts_with(ipc_scheme)) continue;
    endpoints.emplace_back(chosen.substr(begin, comma - begin));
    begin = comma + 1;
  }
  endpoints.emplace_back(chosen.substr(begin));
  return endpoints;
}

std::string choose_endpoint(std::string_view given) {
  if (!given.empty()) return checked(given);
  if (const char* configured = std::getenv("BULLETIN_ENDPOINT");
      configured != nullptr && *configured != '\0') {
    return checked(configured);
  }
  return "tcp://127.0.0.1:5570";
}

std::string canonical_endpoint(std::string_view chosen) {
  std::string all;
  for (const std::string& endpoint : endpoints_in(chosen)) {
    if (!all.empty()) all += ',';
    all += endpoint.starts_with(tcp_scheme) ? canonical_tcp(endpoint) : canonical_ipc(endpoint);
  }
  return all;
}

std::string updates_endpoint(std::string_view commands, std::string_view peer_address,
                             std::uint64_t port) {
  if (commands.starts_with(ipc_scheme))
    return std::string(commands) + std::string(wire::updates_suffix);
  std::string host(peer_address);
  if (host.empty()) {
    host = wire::host_and_port(commands).host;
  } else if (host.find(':') != std::string::npos && host.front() != '[') {
    host = "[" + host + "]";
  }
  return std::string(tcp_scheme) + host + ":" + std::to_string(port);
}

void check_updates_endpoint(std::string_view endpoint) {
  // The suffix has room beside the longest path.
  std::string_view known = endpoint;
  if (known.starts_with(ipc_scheme) && known.ends_with(wire::updates_suffix))
    known.remove_suffix(wire::updates_suffix.size());
  throw_fault(endpoint, wire::connect_fault(known));
}

std::string make_uri(std::string_view endpoint, std::string_view space) {
  return percent_encode(endpoint) + "#" + percent_encode(space);
}

BoardUri parse_uri(std::string_view uri) {
  const std::size_t mark = uri.find('#');
  if (mark == std::string_view::npos) {
    throw Error(Errc::rejected,
                "'" + std::string(uri) + "' names no namespace; wanted ENDPOINT#NAMESPACE");
  }
  return {percent_decode(uri.substr(0, mark), uri), percent_decode(uri.substr(mark + 1), uri)};
}

}  // namespace bulletin::client
