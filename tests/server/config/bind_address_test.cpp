#include "server/config/bind_address.hpp"

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

std::string endpoint_complaint(const std::string& text) {
  try {
    parse_endpoint(text, "bind");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::rejected);
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("Endpoints are taken apart and put together again") {
  for (const char* text : {"tcp://127.0.0.1:5570", "tcp://*:5570", "tcp://*:*", "tcp://[::1]:1",
                           "tcp://eth0:65535", "ipc:///run/bulletin/board", "ipc://relative"}) {
    CHECK(to_string(parse_endpoint(text, "bind")) == text);
  }
  CHECK(parse_endpoint("tcp://127.0.0.1:*", "bind").port == 0);
  CHECK(parse_endpoint("tcp://localhost:5570", "bind").host == "127.0.0.1");
}

TEST_CASE("What is wrong with an endpoint is said, with the option's name") {
  CHECK(endpoint_complaint("udp://127.0.0.1:5570")
            .find("bind: 'udp://127.0.0.1:5570' has no known transport") == 0);
  CHECK(endpoint_complaint("tcp://127.0.0.1").find("no port") != std::string::npos);
  CHECK(endpoint_complaint("tcp://:5570").find("no host") != std::string::npos);
  CHECK(endpoint_complaint("tcp://127.0.0.1:").find("no port") != std::string::npos);
  CHECK(endpoint_complaint("tcp://127.0.0.1:0").find("the port '0'") != std::string::npos);
  CHECK(endpoint_complaint("tcp://127.0.0.1:65536").find("the port '65536'") != std::string::npos);
  CHECK(endpoint_complaint("tcp://127.0.0.1:5570x").find("the port '5570x'") != std::string::npos);
  CHECK(endpoint_complaint("tcp://::1:5570").find("brackets") != std::string::npos);
  CHECK(endpoint_complaint("tcp://eth0;127.0.0.1:1").find("in its host") != std::string::npos);
  CHECK(endpoint_complaint("ipc://").find("no path") != std::string::npos);
  CHECK(endpoint_complaint("ipc:///tmp/\x1b[2J").find("bind: 'ipc:///tmp/\\x1b[2J' has control") ==
        0);
  CHECK(endpoint_complaint("ipc://*").find("no path") != std::string::npos);
  CHECK(endpoint_complaint("ipc://@name").find("abstract") != std::string::npos);
  CHECK(endpoint_complaint("ipc://" + std::string(100, 'x')).find("at most 99") !=
        std::string::npos);
  CHECK(endpoint_complaint("ipc://" + std::string(99, 'x')).empty());
}

TEST_CASE("Updates are one port further on, or beside the path") {
  const auto beside = [](const char* text) {
    return to_string(updates_beside(parse_endpoint(text, "bind")));
  };
  CHECK(beside("tcp://10.0.0.1:5570") == "tcp://10.0.0.1:5571");
  CHECK(beside("tcp://*:*") == "tcp://*:*");
  CHECK(beside("ipc:///run/board") == "ipc:///run/board.updates");
  CHECK_THROWS_AS(beside("tcp://127.0.0.1:65535"), Error);
}
