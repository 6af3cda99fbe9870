#include "server/send_queue.hpp"

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

#include "server/descriptor.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

TEST_CASE("What was appended before an exception is counted and sent") {
  std::array<int, 2> pair{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
  const Descriptor near(pair[0]);
  const Descriptor far(pair[1]);
  SendQueue queue;
  CHECK_THROWS_AS(queue.append([](std::string& out) {
    out += "before";
    throw std::runtime_error("a test");
  }),
                  std::runtime_error);
  CHECK(queue.bytes() == 6);
  queue.append_shared(std::make_shared<const std::string>(" shared"));
  queue.append([](std::string& out) { out += " after"; });
  CHECK(queue.bytes() == 19);
  REQUIRE(queue.send_to(near.get()));
  CHECK(queue.empty());
  std::array<char, 100> received{};
  const ssize_t size = ::recv(far.get(), received.data(), received.size(), 0);
  CHECK(std::string(received.data(), static_cast<std::size_t>(size)) == "before shared after");
}
