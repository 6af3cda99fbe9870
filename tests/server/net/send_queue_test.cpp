#include "server/net/send_queue.hpp"

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

#include "server/net/descriptor.hpp"
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

TEST_CASE("A message that was sent in part is kept whole and so it is counted") {
  std::array<int, 2> pair{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()) == 0);
  const Descriptor near(pair[0]);
  const Descriptor far(pair[1]);
  constexpr std::size_t size = 8u << 20;
  for (const bool shared : {false, true}) {
    SendQueue queue;
    if (shared)
      queue.append_shared(std::make_shared<const std::string>(size, 's'));
    else
      queue.append([](std::string& out) { out.append(size, 'o'); });
    CHECK(queue.held() >= size);
    CHECK(queue.held() < 2 * size);
    std::string received(1u << 20, '\0');
    std::size_t left = size;
    while (left != 0) {
      REQUIRE(queue.send_to(near.get()));
      if (!queue.empty()) CHECK(queue.held() >= size);
      const ssize_t part = ::recv(far.get(), received.data(), received.size(), 0);
      REQUIRE(part > 0);
      left -= static_cast<std::size_t>(part);
    }
    CHECK(queue.empty());
    CHECK(queue.held() == 0);
  }
}

TEST_CASE("Many small messages are counted with little more than their bytes") {
  SendQueue queue;
  for (int i = 0; i != 10'000; ++i)
    queue.append([](std::string& out) { out += "a small message"; });
  CHECK(queue.held() >= queue.bytes());
  CHECK(queue.held() < 3 * queue.bytes());
}
