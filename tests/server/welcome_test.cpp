#include "server/welcome.hpp"

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

wire::Welcome welcome(const char* commands, const char* updates) {
  return make_welcome({}, parse_endpoint(commands, "bind"), parse_endpoint(updates, "updates"));
}

}  // namespace

TEST_CASE("Where the address of the commands serves, only a port is told") {
  CHECK(welcome("tcp://10.0.0.1:1", "tcp://10.0.0.1:2").updates_port == 2);
  CHECK(welcome("tcp://10.0.0.1:1", "tcp://0.0.0.0:2").updates_port == 2);
  CHECK(welcome("tcp://[::]:1", "tcp://[::]:2").updates_port == 2);
  CHECK(welcome("tcp://10.0.0.1:1", "tcp://10.0.0.1:2").updates_endpoint.empty());
}

TEST_CASE("Updates elsewhere are told as an endpoint") {
  CHECK(welcome("tcp://10.0.0.1:1", "tcp://10.0.0.2:2").updates_endpoint == "tcp://10.0.0.2:2");
  CHECK(welcome("tcp://10.0.0.1:1", "ipc:///run/u").updates_endpoint == "ipc:///run/u");
  CHECK(welcome("ipc:///run/c", "ipc:///run/u").updates_endpoint == "ipc:///run/u");
  CHECK(welcome("ipc:///run/c", "tcp://0.0.0.0:2").updates_endpoint == "tcp://127.0.0.1:2");
  CHECK(welcome("ipc:///run/c", "tcp://10.0.0.2:2").updates_port == 0);
}

TEST_CASE("Updates beside an ipc path need not be told") {
  CHECK(welcome("ipc:///run/c", "ipc:///run/c.updates").updates_endpoint.empty());
}
