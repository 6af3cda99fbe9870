#include "server/welcome.hpp"

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

wire::UpdatesPlace welcome(const char* commands, const char* updates,
                           const BrokerOptions& options = {}) {
  return make_welcome(options, parse_endpoint(commands, "bind"), parse_endpoint(updates, "updates"))
      .updates;
}

}  // namespace

TEST_CASE("Where the address of the commands serves, only a port is told") {
  CHECK(welcome("tcp://10.0.0.1:1", "tcp://10.0.0.1:2").port == 2);
  CHECK(welcome("tcp://10.0.0.1:1", "tcp://0.0.0.0:2").port == 2);
  CHECK(welcome("tcp://[::]:1", "tcp://[::]:2").port == 2);
  CHECK(welcome("tcp://10.0.0.1:1", "tcp://10.0.0.1:2").endpoint.empty());
}

TEST_CASE("Updates elsewhere are told as an endpoint") {
  CHECK(welcome("tcp://10.0.0.1:1", "tcp://10.0.0.2:2").endpoint == "tcp://10.0.0.2:2");
  CHECK(welcome("tcp://10.0.0.1:1", "ipc:///run/u").endpoint == "ipc:///run/u");
  CHECK(welcome("ipc:///run/c", "ipc:///run/u").endpoint == "ipc:///run/u");
  CHECK(welcome("ipc:///run/c", "tcp://0.0.0.0:2").endpoint == "tcp://127.0.0.1:2");
  CHECK(welcome("ipc:///run/c", "tcp://10.0.0.2:2").port == 0);
}

TEST_CASE("Updates beside an ipc path need not be told") {
  CHECK(welcome("ipc:///run/c", "ipc:///run/c.updates").endpoint.empty());
}

TEST_CASE("What is advertised is told") {
  BrokerOptions options;
  options.advertise = "tcp://gateway:7000";
  CHECK(welcome("tcp://10.0.0.1:1", "tcp://10.0.0.1:10", options).endpoint == "tcp://gateway:7000");
}
