#include "durability/hosts.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace bulletin::durability {
namespace {

using std::chrono::milliseconds;

std::string address(unsigned host) { return fmt::format("127.1.0.{}", host + 1); }

bool is_free(const std::string& host, unsigned port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, host.c_str(), &at.sin_addr);
  const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  ::close(socket);
  return bound;
}

}  // namespace

// Below those that Linux gives to connections.
unsigned free_ports(unsigned hosts) {
  std::random_device any;
  for (int tries = 0; tries != 100; ++tries) {
    const unsigned port = 20'000 + 2 * (any() % 5'000);
    bool all = is_free("127.0.0.1", port) && is_free("127.0.0.1", port + 1);
    for (unsigned host = 0; host != hosts; ++host)
      all = all && is_free(address(host), port) && is_free(address(host), port + 1);
    if (all) return port;
  }
  throw std::runtime_error("no two free ports in a row on loopback");
}

Hosts::Hosts(unsigned number, unsigned port, Schedule& schedule) : schedule_(schedule) {
  for (unsigned host = 0; host != number; ++host) {
    const auto line = [&](unsigned at) {
      auto made = std::make_unique<test::FaultyLine>(fmt::format("{}:{}", address(host), at));
      made->connect(fmt::format("tcp://127.0.0.1:{}", at));
      return made;
    };
    hosts_.push_back({line(port), line(port + 1)});
  }
}

Hosts::~Hosts() {
  if (thread_.joinable()) calm();
}

std::vector<std::string> Hosts::endpoints() const {
  std::vector<std::string> endpoints;
  for (const Host& host : hosts_) endpoints.push_back(host.commands->endpoint());
  return endpoints;
}

void Hosts::storm(std::uint64_t seed) {
  stop_ = std::make_unique<Stop>();
  thread_ = std::thread([this, seed] {
    std::mt19937_64 random(seed);
    while (!stop_->within(milliseconds(20 + random() % 400))) blow(random);
  });
}

std::size_t Hosts::calm() {
  stop_->raise();
  thread_.join();
  for (Host& host : hosts_) heal(host);
  schedule_.tell("all lines heal");
  return std::exchange(faults_, 0);
}

void Hosts::heal(Host& host) {
  for (test::FaultyLine* line : {host.commands.get(), host.updates.get()}) {
    line->cut(false);
    line->stall(false);
    line->delay(milliseconds(0));
    line->throttle(0);
  }
}

void Hosts::blow(std::mt19937_64& random) {
  const std::size_t number = random() % hosts_.size();
  Host& host = hosts_[number];
  test::FaultyLine& one = random() % 2 == 0 ? *host.commands : *host.updates;
  std::string what;
  switch (random() % 10) {
    case 0:
      one.cut(true);
      what = "a line is cut";
      break;
    case 1:
      host.commands->cut(true);
      host.updates->cut(true);
      what = "both lines are cut";
      break;
    case 2:
      host.commands->stall(true);
      host.updates->stall(true);
      what = "both lines are dead";
      break;
    case 3:
      one.stall(random() % 2 == 0 ? test::FaultyLine::up : test::FaultyLine::down, true);
      what = "a line is dead in one direction";
      break;
    case 4:
      one.delay(milliseconds(1 + random() % 100));
      what = "a line delays";
      break;
    case 5:
      one.throttle(32'000 + random() % 300'000);
      what = "a line is slow";
      break;
    default: what = "heals"; break;
  }
  if (what == "heals") heal(host);
  ++faults_;
  schedule_.tell(fmt::format("host {}: {}", number + 1, what));
}

}  // namespace bulletin::durability
