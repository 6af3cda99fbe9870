#include "client/transport/endpoint_ring.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "support/catch.hpp"

using bulletin::client::addresses_of;
using bulletin::client::EndpointRing;

namespace {

/// board has two addresses, the others are known to nobody.
std::vector<std::string> two_of_board(const std::string& endpoint) {
  if (endpoint != "tcp://board:1") return {};
  return {"tcp://[::1]:1", "tcp://127.0.0.1:1"};
}

}  // namespace

TEST_CASE("One endpoint without a name is no ring") {
  EndpointRing ring("tcp://127.0.0.1:1", two_of_board);
  CHECK_FALSE(ring.next_at_once());
  CHECK_FALSE(ring.next());
  CHECK(ring.current() == "tcp://127.0.0.1:1");
}

TEST_CASE("The addresses of a name follow it, and all are tried at once, but only once") {
  EndpointRing ring("tcp://board:1,ipc:///board", two_of_board);
  CHECK(ring.current() == "tcp://board:1");
  for (const char* next : {"tcp://[::1]:1", "tcp://127.0.0.1:1", "ipc:///board", "tcp://board:1"}) {
    CHECK(ring.next_at_once());
    CHECK(ring.current() == next);
  }
  CHECK_FALSE(ring.next_at_once());
  CHECK(ring.current() == "tcp://board:1");
  CHECK(ring.next());
  CHECK(ring.current() == "tcp://[::1]:1");
  CHECK(ring.next_at_once());
  CHECK(ring.current() == "tcp://127.0.0.1:1");
}

TEST_CASE("When an endpoint has worked, all others are tried at once again") {
  EndpointRing ring("tcp://a:1,tcp://b:1", two_of_board);
  CHECK(ring.next_at_once());
  CHECK(ring.next_at_once());
  CHECK_FALSE(ring.next_at_once());
  ring.works();
  CHECK(ring.next_at_once());
  CHECK(ring.current() == "tcp://b:1");
}

TEST_CASE("Names are looked up when the first endpoint is left, and each time anew") {
  int lookups = 0;
  EndpointRing ring("tcp://board:1", [&](const std::string& endpoint) {
    return ++lookups == 1 ? std::vector<std::string>() : two_of_board(endpoint);
  });
  CHECK(lookups == 0);
  CHECK_FALSE(ring.next_at_once());
  CHECK_FALSE(ring.next_at_once());
  CHECK(lookups == 1);
  CHECK(ring.next());
  CHECK(lookups == 2);
  CHECK(ring.current() == "tcp://[::1]:1");
}

TEST_CASE("The system knows the addresses of this host's name for itself") {
  const std::vector<std::string> found = addresses_of("tcp://localhost:5570");
  const bool one = std::any_of(found.begin(), found.end(), [](const std::string& endpoint) {
    return endpoint == "tcp://127.0.0.1:5570" || endpoint == "tcp://[::1]:5570";
  });
  CHECK(one);
  CHECK(addresses_of("tcp://127.0.0.1:5570").empty());
  CHECK(addresses_of("tcp://[::1]:5570").empty());
  CHECK(addresses_of("ipc:///run/board").empty());
  CHECK(addresses_of("tcp://no-such-host.invalid:5570").empty());
}
