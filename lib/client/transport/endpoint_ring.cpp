#include "client/transport/endpoint_ring.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <utility>

#include "client/transport/endpoint.hpp"
#include "wire/endpoint_text.hpp"

namespace bulletin::client {
namespace {

bool is_address(const std::string& host) {
  in_addr address{};
  return host.starts_with('[') || ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

std::string numeric(const addrinfo& found) {
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(found.ai_addr, found.ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0)
    return {};
  const std::string address = text.data();
  return found.ai_family == AF_INET6 ? "[" + address + "]" : address;
}

}  // namespace

std::vector<std::string> addresses_of(const std::string& endpoint) {
  if (!endpoint.starts_with(wire::tcp_scheme)) return {};
  const auto [name, port] = wire::host_and_port(endpoint);
  const std::string host(name);
  if (is_address(host)) return {};
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) return {};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (std::string address = numeric(*one); !address.empty())
      addresses.push_back(std::string(wire::tcp_scheme) + address + ":" + std::string(port));
  }
  return addresses;
}

EndpointRing::EndpointRing(std::string_view chosen, Lookup lookup)
    : given_(endpoints_in(chosen)), lookup_(std::move(lookup)), all_(given_) {}

bool EndpointRing::next_at_once() {
  if (!at_once_) return false;
  const bool advanced = advance();
  // All have been tried.
  if (place_ == 0) at_once_ = false;
  return advanced;
}

bool EndpointRing::next() {
  at_once_ = advance();
  return at_once_;
}

bool EndpointRing::advance() {
  if (place_ == 0) {
    all_.clear();
    for (const std::string& endpoint : given_) {
      all_.push_back(endpoint);
      const std::vector<std::string> addresses = lookup_(endpoint);
      all_.insert(all_.end(), addresses.begin(), addresses.end());
    }
  }
  if (all_.size() == 1) return false;
  place_ = (place_ + 1) % all_.size();
  return true;
}

}  // namespace bulletin::client
