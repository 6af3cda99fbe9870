// Brokers that lie to a client and to an inspector.
#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "api/fake_broker.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Errc;
using bulletin::Error;

namespace wire = bulletin::wire;

namespace {

bulletin::Client client_at(const std::string& endpoint, std::chrono::milliseconds wait = 300ms) {
  bulletin::ClientOptions options = impatient(wait);
  options.endpoint = endpoint;
  options.close_timeout = 100ms;
  return bulletin::Client(options);
}

bulletin::Inspector inspector_at(const std::string& endpoint) {
  bulletin::ClientOptions options = impatient(patience);
  options.endpoint = endpoint;
  return bulletin::Inspector(options);
}

}  // namespace

TEST_CASE("lists that do not ascend are an error and no list without end", "[keyless]") {
  const std::vector<std::string_view> names =
      GENERATE(std::vector<std::string_view>{"a", "b"}, std::vector<std::string_view>{"b", "a"},
               std::vector<std::string_view>{"a", "a"}, std::vector<std::string_view>{});
  FakeBroker broker([&](const wire::Request& request) -> std::optional<std::string> {
    if (std::holds_alternative<wire::List>(request))
      return wire::encode(wire::ListReply{true, names});
    return std::nullopt;
  });
  bulletin::Client client = client_at(broker.endpoint(), patience);
  CHECK(failure_of([&] { client.namespaces(); }).code() == Errc::protocol);
  bulletin::Inspector inspector = inspector_at(broker.endpoint());
  CHECK(failure_of([&] { inspector.namespaces(""); }).code() == Errc::protocol);
}

TEST_CASE("parts of a namespace that do not ascend are an error", "[keyless]") {
  FakeBroker broker([&](const wire::Request& request) -> std::optional<std::string> {
    if (std::holds_alternative<wire::SnapshotRequest>(request))
      return wire::encode(wire::SnapshotReply{{}, 1, 1, true, {{"x", "\x01", 1}}});
    return std::nullopt;
  });
  bulletin::Inspector inspector = inspector_at(broker.endpoint());
  CHECK(failure_of([&] { inspector.read_all("plant"); }).code() == Errc::protocol);
}

TEST_CASE("a list of small parts is asked for at a bounded pace", "[keyless]") {
  std::atomic<int> asked{0};
  FakeBroker broker([&](const wire::Request& request) -> std::optional<std::string> {
    const auto* list = std::get_if<wire::List>(&request);
    if (list == nullptr) return std::nullopt;
    const std::string name = std::string(list->after) + "a";
    return wire::encode(wire::ListReply{++asked < 30, {name}});
  });
  const auto begin = std::chrono::steady_clock::now();
  bulletin::Client client = client_at(broker.endpoint(), patience);
  CHECK(client.namespaces().size() == 30);
  CHECK(std::chrono::steady_clock::now() - begin >= 290ms);
}

TEST_CASE("a client goes to no updates endpoint but tcp and ipc", "[keyless]") {
  const std::string endpoint =
      GENERATE(as<std::string>{}, "inproc://x", "pgm://eth0;239.192.1.1:5555",
               "epgm://eth0;239.192.1.1:5555", "norm://1,239.192.1.1:5555", "tipc://{5560,0}",
               "ws://127.0.0.1:80", "vmci://*:5555", "udp://127.0.0.1:5", "TCP://127.0.0.1:5",
               "tcp://*:5571", "tcp://127.0.0.1", "ipc://", "tcp://127.0.0.1:1;127.0.0.1:2", "",
               "nonsense", "\x1b]0;x\x07");
  const std::uint64_t port = endpoint.empty() ? 65536 + 5571 : 0;
  FakeBroker broker([&](const wire::Request& request) -> std::optional<std::string> {
    if (!std::holds_alternative<wire::Hello>(request)) return std::nullopt;
    wire::Welcome welcome;
    welcome.session.number = 1;
    welcome.updates = {port, endpoint};
    welcome.beat_ms = 50;
    welcome.session_ms = 5000;
    return wire::encode(welcome);
  });
  bulletin::Client client = client_at(broker.endpoint(), patience);
  const Error error = failure_of([&] { client.open("plant"); });
  CAPTURE(error.what());
  CHECK(error.code() != Errc::disconnected);
  const std::string said = error.what();
  CHECK(said.find("tells") != std::string::npos);
  CHECK(said.find("wanted tcp://HOST:PORT or ipc://PATH") != std::string::npos);
  CHECK(said.find('\x1b') == std::string::npos);
}

TEST_CASE("a refusal's text cannot control a terminal", "[keyless]") {
  const std::string bad = "\x1b]0;x\x07\u009b2J\u202e\u2028";
  FakeBroker broker([&](const wire::Request& request) -> std::optional<std::string> {
    if (std::holds_alternative<wire::Hello>(request)) return std::nullopt;
    return refusal(wire::Status::denied, bad, bad);
  });
  bulletin::Client client = client_at(broker.endpoint(), patience);
  bulletin::Inspector inspector = inspector_at(broker.endpoint());
  for (const Error& error :
       {failure_of([&] { client.open("plant"); }), failure_of([&] { client.namespaces(); }),
        failure_of([&] { inspector.namespaces(""); }),
        failure_of([&] { inspector.read_all("a"); })}) {
    const std::string said = error.what();
    CHECK(said.find("\\x1b]0;x") != std::string::npos);
    for (const char* controls : {"\x1b", "\x07", "\u009b", "\u202e", "\u2028"})
      CHECK(said.find(controls) == std::string::npos);
  }
}

TEST_CASE("a backup that is larger than it told is an error", "[keyless]") {
  struct Target : bulletin::BackupTarget {
    void begin(std::uint64_t) override {}
    void write(const std::string&, std::string_view bytes) override { taken += bytes.size(); }
    std::size_t taken = 0;
  };
  FakeBroker broker([&](const wire::Request& request) -> std::optional<std::string> {
    if (std::holds_alternative<wire::Backup>(request))
      return wire::encode(wire::BackupReply{true, {{"db/1", 10}}});
    if (std::holds_alternative<wire::BackupPart>(request))
      return wire::encode(wire::BackupPartReply{"more than ten bytes"});
    return std::nullopt;
  });
  Target target;
  bulletin::Inspector inspector = inspector_at(broker.endpoint());
  CHECK(failure_of([&] { inspector.backup(target); }).code() == Errc::protocol);
  CHECK(target.taken == 0);
}
