// bulletin-broker --metrics

#include <string>

#include "process/shell.hpp"
#include "support/catch.hpp"
#include "support/tcp_peer.hpp"

using namespace bulletin;
using namespace bulletin::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What is behind `event=metrics url=` in the log.
std::string url_of(BrokerProgram& broker) {
  std::string url;
  REQUIRE(await([&] {
    const std::string& log = broker.program().errors();
    const std::size_t begin = log.find("url=http://");
    if (begin == std::string::npos) return false;
    url = log.substr(begin + 4, log.find('\n', begin) - begin - 4);
    return true;
  }));
  return url;
}

std::string get(const std::string& url, const std::string& path = "/metrics",
                const std::string& method = "GET") {
  const std::string place = url.substr(0, url.rfind("/metrics"));
  const TcpPeer peer(place);
  REQUIRE(peer.connected());
  REQUIRE(peer.send(method + " " + path + " HTTP/1.0\r\n\r\n"));
  return peer.receive_all();
}

int status_of(const std::string& answer) { return std::stoi(answer.substr(answer.find(' '))); }

}  // namespace

TEST_CASE("metrics are told over HTTP, as they are at that moment") {
  BrokerProgram broker({"--metrics", "127.0.0.1:*"});
  const std::string url = url_of(broker);
  const std::string before = get(url);
  CHECK(status_of(before) == 200);
  CHECK(before.find("Content-Type: text/plain; version=0.0.4") != std::string::npos);
  CHECK(before.find("\nbulletin_attributes 0\n") != std::string::npos);
  CHECK(broker.run({"set", "plant", "speed", "1"}).exit == 0);
  const std::string after = get(url);
  CHECK(after.find("\nbulletin_attributes 1\n") != std::string::npos);
  CHECK(after.find("\nbulletin_commits_total 1\n") != std::string::npos);
  CHECK(after.find("\nbulletin_data_kept 1\n") != std::string::npos);
  CHECK(status_of(get(url, "/other")) == 404);
  CHECK(status_of(get(url, "/metrics", "POST")) == 405);
}

TEST_CASE("promtool finds no fault with the metrics, where it is installed") {
  if (run_shell("command -v promtool").exit != 0) return;
  BrokerProgram broker({"--metrics", "127.0.0.1:*"});
  const std::string answer = get(url_of(broker));
  const Result result = run_shell("printf '%s' '" + answer.substr(answer.find("\r\n\r\n") + 4) +
                                  "\n' | promtool check metrics");
  INFO(result.output + result.errors);
  CHECK(result.exit == 0);
}

TEST_CASE("an address for metrics that cannot be is refused by name") {
  BrokerProgram first({"--metrics", "127.0.0.1:*"});
  const std::string url = url_of(first);
  const std::string taken = url.substr(7, url.rfind("/metrics") - 7);
  const auto complaint = [](const std::string& address, int exit) {
    const Result result = run_shell(
        "\"$(dirname $bulletin)\"/bulletin-broker --bind 'tcp://127.0.0.1:*' --metrics '" +
        address + "'");
    CHECK(result.exit == exit);
    return result.errors;
  };
  CHECK(complaint(taken, 1).find("metrics: cannot bind " + taken) != std::string::npos);
  for (const char* const wrong :
       {"9570", "nonsense", "robot:9570", "127.0.0.1", "127.0.0.1:0", ":9570", "127.0.0.1:http",
        "tcp://127.0.0.1:9570", "127.0.0.1:70000", "::1:9570", "300.1.1.1:9570"}) {
    CHECK_THAT(complaint(wrong, 2), ContainsSubstring("metrics: '" + std::string(wrong) +
                                                      "' is no ADDRESS:PORT; write "));
  }
}
