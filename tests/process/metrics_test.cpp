// bulletin-broker --metrics

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "process/shell.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"
#include "support/tcp_peer.hpp"

using namespace bulletin;
using namespace bulletin::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What is behind `event=metrics url=` in the log.
std::string url_of(Program& broker) {
  std::string url;
  REQUIRE(await([&] {
    const std::string& log = broker.errors();
    const std::size_t begin = log.find("url=http://");
    if (begin == std::string::npos) return false;
    url = log.substr(begin + 4, log.find('\n', begin) - begin - 4);
    return true;
  }));
  return url;
}

std::string url_of(BrokerProgram& broker) { return url_of(broker.program()); }

std::string get(const std::string& url, const std::string& path = "/metrics",
                const std::string& method = "GET") {
  const std::string place = url.substr(0, url.rfind("/metrics"));
  const TcpPeer peer(place);
  REQUIRE(peer.connected());
  REQUIRE(peer.send(method + " " + path + " HTTP/1.0\r\n\r\n"));
  return peer.receive_all();
}

/// The answer to a GET, while `meanwhile` is done again and again.
template <class Meanwhile>
std::string get_while(const std::string& url, Meanwhile&& meanwhile) {
  const TcpPeer honest(url.substr(0, url.rfind("/metrics")));
  REQUIRE(honest.connected());
  REQUIRE(honest.send("GET /metrics HTTP/1.0\r\n\r\n"));
  const auto is_answered = [&] {
    meanwhile();
    return honest.has_news();
  };
  return await(is_answered) ? honest.receive_all() : std::string();
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

TEST_CASE("metrics are told by a process with more than a thousand descriptors") {
  Program broker(
      "/bin/bash",
      {"-c",
       "ulimit -n $(ulimit -Hn); for ((i = 0; i != 1100; ++i)); do exec "
       "{unused}</dev/null; done; exec '" +
           bin_folder + "/bulletin-broker' --bind 'tcp://127.0.0.1:*' --metrics '127.0.0.1:*'"});
  REQUIRE(broker.read_line().starts_with("ready "));
  const std::string url = url_of(broker);
  for (int i = 0; i != 3; ++i) CHECK(get(url).starts_with("HTTP/1.1 200"));
}

TEST_CASE("connections that send a byte now and then do not keep others from the metrics") {
  BrokerProgram broker({"--metrics", "127.0.0.1:*"});
  const std::string url = url_of(broker);
  const std::string place = url.substr(0, url.rfind("/metrics"));
  std::deque<TcpPeer> slow;
  const auto come = [&] {
    slow.emplace_back(place);
    REQUIRE(slow.back().connected());
    slow.back().send_now("GET /metrics HTTP/1.1\r\nX: ");
  };
  const auto drip = [&] {
    for (const TcpPeer& peer : slow) peer.send_now("x");
  };
  for (const std::size_t many : {16, 64, 300}) {
    CAPTURE(many);
    while (slow.size() != many) come();
    drip();
    for (int i = 0; i != 3; ++i) CHECK(get_while(url, drip).starts_with("HTTP/1.1 200"));
  }
  // Those that were ended come again.
  CHECK(get_while(url, [&] {
          slow.pop_front();
          come();
          drip();
        }).starts_with("HTTP/1.1 200"));
}
