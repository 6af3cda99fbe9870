// The places where a client looks for its broker.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bulletin::client {

/// The addresses of the name in a tcp endpoint, each as an endpoint; none for an address, for ipc,
/// and for a name that nobody knows. Asks the system (getaddrinfo(3)), and may wait for it.
std::vector<std::string> addresses_of(const std::string& endpoint);

/// The endpoints that were given, each followed by the addresses of its name, in a ring. (ZeroMQ
/// takes the first address of a name and no other, and of IPv6 if there is one: on many hosts
/// localhost is ::1 first, and the broker at 127.0.0.1.) Names are looked up when the first one is
/// left, and not before. Not thread-safe.
class EndpointRing {
 public:
  using Lookup = std::function<std::vector<std::string>(const std::string&)>;

  /// `chosen`: as of choose_endpoint.
  explicit EndpointRing(std::string_view chosen, Lookup lookup = addresses_of);

  /// The one to use now.
  [[nodiscard]] const std::string& current() const noexcept { return all_[place_]; }
  /// The broker is heard there.
  void works() noexcept { at_once_ = true; }
  /// Nobody listens at the current one: goes to the next, until all have been tried since one
  /// worked, or since `next`. False: it stays.
  bool next_at_once();
  /// The broker was not heard in time: goes to the next. False: there is only one.
  bool next();

 private:
  bool advance();

  const std::vector<std::string> given_;
  const Lookup lookup_;
  std::vector<std::string> all_;
  std::size_t place_ = 0;
  bool at_once_ = true;
};

}  // namespace bulletin::client
