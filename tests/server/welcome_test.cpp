#include "server/welcome.hpp"

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

UpdatesPlace welcome(const char* commands, const char* updates) {
  const std::vector<Endpoint> places{parse_endpoint(updates, "updates")};
  return places_of_updates({}, parse_endpoint(commands, "bind"), places).front();
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

TEST_CASE("What is advertised is for the first of several, and the others follow as theirs do") {
  BrokerOptions options;
  options.advertise = "tcp://gateway:7000";
  const Endpoint commands = parse_endpoint("tcp://10.0.0.1:1", "bind");
  const std::vector<Endpoint> places{parse_endpoint("tcp://10.0.0.1:10", "updates"),
                                     parse_endpoint("tcp://10.0.0.1:12", "updates")};
  const std::vector<UpdatesPlace> told = places_of_updates(options, commands, places);
  REQUIRE(told.size() == 2);
  CHECK(told[0].endpoint == "tcp://gateway:7000");
  CHECK(told[1].endpoint == "tcp://gateway:7002");
}
