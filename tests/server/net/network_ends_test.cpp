// What a network does when connections end, and when none can begin.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "server/config/descriptors.hpp"
#include "server/config/network_bounds.hpp"
#include "server/net/network_world.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"
#include "support/tcp_peer.hpp"
#include "support/zmtp.hpp"
#include "wire/update.hpp"

using namespace bulletin;
using namespace bulletin::server;
using namespace bulletin::test;

namespace {

/// So few descriptors that connections may take no more.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = 3;
    ::setrlimit(RLIMIT_NOFILE, &low);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("The end of a connection wakes nobody for newcomers that no descriptor is there for") {
  NetworkWorld world;
  TcpPeer ending = world.connect("DEALER");
  const TcpPeer waiting(to_string(world.network->commands_endpoint()));
  // Nothing is checked before there are descriptors again: sanitizers need some to look.
  std::optional<NoDescriptors> none(std::in_place);
  ending.close();
  const bool ended = await([&] {
    world.turn();
    return world.network->connections() == 0;
  });
  const auto end = Network::Time::clock::now() + std::chrono::milliseconds(90);
  int turns = 0;
  for (; Network::Time::clock::now() < end; ++turns) {
    world.network->wait(std::min(end, Network::Time::clock::now() + world.network->next_look()));
    world.turn();
  }
  none.reset();
  CHECK(ended);
  CHECK(turns < 20);
}

TEST_CASE("Connections never take the descriptors in reserve, however many are wanted") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit low = before;
  low.rlim_cur = 256;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  BrokerOptions options;
  options.bounds.connections = 1000;
  CHECK(NetworkBounds(options).connections == 256 - reserved_descriptors());
  options.bounds.connections = 100;
  CHECK(NetworkBounds(options).connections == 100);
  options.bounds.connections = 0;
  CHECK(NetworkBounds(options).connections == 128);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("Many subscriptions that end at once end over turns in which requests are served") {
  NetworkWorld world;
  const TcpPeer busy = world.connect("DEALER");
  TcpPeer reader = world.connect("SUB");
  std::size_t subscribed = 0;
  constexpr std::size_t count = 5000;
  std::string all;
  for (std::size_t i = 0; i != count; ++i)
    all += zmtp_frame(0, "\1" + wire::topic_of(std::to_string(i)));
  reader.send(all);
  REQUIRE(await([&] {
    world.turn();
    subscribed += world.network->take_subscription_events().size();
    return subscribed == count;
  }));
  reader.close();
  std::size_t ended = 0;
  std::size_t turns = 0;
  std::size_t ended_before_request = count;
  REQUIRE(await([&] {
    if (!world.turn().empty()) ended_before_request = ended;
    const std::size_t events = world.network->take_subscription_events().size();
    CHECK(events <= 1024);
    ended += events;
    if (events != 0 && ++turns == 1) busy.send(request("ask"));
    return ended == count;
  }));
  CHECK(turns >= 5);
  CHECK(ended_before_request < count - 1024);
  CHECK(world.network->connections() == 1);
}
