#include "wire/endpoint_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "wire/names.hpp"

namespace bulletin::wire {
namespace {

enum class Use { bind, connect };

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool may_be_in_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/// The whole text is a number of that base, and not more than `most`.
bool is_number(std::string_view text, std::uint64_t most, int base = 10) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc{} && end == text.data() + text.size() && number <= most;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

/// Also in its short forms, such as 127.1, which the system's resolver takes: the last number fills
/// what is left.
bool is_ipv4(std::string_view address) {
  const std::vector<std::string_view> parts = split(address, '.');
  if (parts.size() > 4) return false;
  const std::uint64_t last = (std::uint64_t{1} << (8 * (5 - parts.size()))) - 1;
  return std::all_of(parts.begin(), parts.end() - 1,
                     [](std::string_view part) { return is_number(part, 255); }) &&
         is_number(parts.back(), last);
}

/// How many groups of 16 bits the text has; more than there are: it is not an address's.
std::size_t ipv6_groups(std::string_view text, bool at_end) {
  constexpr std::size_t impossible = 9;
  if (text.empty()) return 0;
  const std::vector<std::string_view> parts = split(text, ':');
  std::size_t groups = parts.size();
  for (const std::string_view& part : parts) {
    const bool ends = at_end && &part == &parts.back();
    if (ends && part.find('.') != std::string_view::npos && split(part, '.').size() == 4 &&
        is_ipv4(part)) {
      ++groups;
    } else if (part.size() > 4 || !is_number(part, 0xFFFF, 16)) {
      return impossible;
    }
  }
  return groups;
}

/// With a zone or without.
bool is_ipv6(std::string_view address) {
  if (const std::size_t zone = address.find('%'); zone != std::string_view::npos) {
    if (zone + 1 == address.size()) return false;
    address = address.substr(0, zone);
  }
  const std::size_t gap = address.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(address, true) == 8;
  return ipv6_groups(address.substr(0, gap), false) + ipv6_groups(address.substr(gap + 2), true) <
         8;
}

std::string bracketed_fault(std::string_view host) {
  if (host.back() != ']' || host.size() == 1) return "has an opening bracket without a closing one";
  const std::string_view address = host.substr(1, host.size() - 2);
  if (address.empty()) return "has no address in its brackets";
  if (is_ipv6(address) || is_ipv4(address)) return {};
  return "has " + quoted(address) + " in its brackets, which is not an IPv6 address";
}

std::string host_fault(std::string_view host) {
  constexpr std::size_t longest = 253;
  if (host.empty()) return "has no host";
  if (host.front() == '[') return bracketed_fault(host);
  if (host.find(',') != std::string_view::npos)
    return "has a comma: endpoints of a list are written tcp://A:1,tcp://B:2, with nothing else "
           "between them";
  if (host.find_first_of(":]") != std::string_view::npos)
    return "has an IPv6 address that is not in brackets, as tcp://[::1]:5570";
  const auto bad = std::find_if_not(host.begin(), host.end(), may_be_in_name);
  if (bad != host.end())
    return "has " + quoted({&*bad, 1}) + " in its host, which no host name contains";
  if (host.size() > longest) return "has a host of more than 253 bytes";
  if (host.front() == '.' || host.front() == '-' || host.find("..") != std::string_view::npos)
    return "has the host " + quoted(host) + ", which is not a host name";
  if (host.find_first_not_of("0123456789.") == std::string_view::npos && !is_ipv4(host))
    return "has the host " + quoted(host) + ", which is not an IPv4 address";
  return {};
}

std::string port_fault(std::string_view port) {
  if (port.empty()) return "has no port";
  const bool is_zero = port.find_first_not_of('0') == std::string_view::npos;
  if (!is_zero && is_number(port, 65535)) return {};
  return "has the port " + quoted(port) + ", which is not a number between 1 and 65535";
}

std::string tcp_fault(std::string_view endpoint, Use use) {
  const auto [host, port] = host_and_port(endpoint);
  const bool binds = use == Use::bind;
  if (host == "*" && !binds) return "names no host to connect to";
  if (host != "*") {
    if (std::string fault = host_fault(host); !fault.empty()) return fault;
  }
  return binds && port == "*" ? std::string() : port_fault(port);
}

std::string path_fault(std::string_view path, Use use) {
  if (path.empty() || path == "*" || path == "@") return "has no path";
  if (path.front() == '@' && use == Use::bind)
    return "is an abstract socket, which has no file that could be locked";
  if (path.size() <= longest_socket_path) return {};
  return "has a path of " + std::to_string(path.size()) +
         " bytes, and a socket's path has at most " + std::to_string(longest_socket_path) + " here";
}

std::string fault(std::string_view endpoint, Use use) {
  if (endpoint.empty()) return "is empty";
  if (std::any_of(endpoint.begin(), endpoint.end(), is_control)) return "has control characters";
  if (endpoint.starts_with(tcp_scheme)) return tcp_fault(endpoint, use);
  if (endpoint.starts_with(ipc_scheme)) return path_fault(endpoint.substr(ipc_scheme.size()), use);
  return "has no known transport";
}

}  // namespace

std::string connect_fault(std::string_view endpoint) { return fault(endpoint, Use::connect); }

std::string bind_fault(std::string_view endpoint) { return fault(endpoint, Use::bind); }

HostAndPort host_and_port(std::string_view tcp_endpoint) {
  const std::string_view address = tcp_endpoint.substr(tcp_scheme.size());
  const std::size_t colon = address.rfind(':');
  // A colon in brackets is the address's.
  if (colon == std::string_view::npos || address.find(']', colon) != std::string_view::npos)
    return {address, {}};
  return {address.substr(0, colon), address.substr(colon + 1)};
}

}  // namespace bulletin::wire
