// Each code once, and brokers that say no, nonsense or nothing.
#include <atomic>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "api/fake_broker.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/gate.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Errc;
using bulletin::Error;
using bulletin::Transaction;

namespace wire = bulletin::wire;

namespace {

// Answers every WRITE so.
FakeBroker::Answer to_writes(const std::string& reply) {
  return [reply](const wire::Request& request) -> std::optional<std::string> {
    if (std::holds_alternative<wire::Write>(request)) return reply;
    return std::nullopt;
  };
}

std::string outcome(wire::Status status, std::string message, std::string name) {
  wire::WriteReply reply;
  reply.outcomes.push_back(wire::Outcome::refused({status, std::move(message), std::move(name)}));
  return wire::encode(reply);
}

bulletin::Client client_of(const std::string& endpoint, std::chrono::milliseconds wait = 300ms) {
  bulletin::ClientOptions options = impatient(wait);
  options.endpoint = endpoint;
  options.close_timeout = 100ms;
  return bulletin::Client(options);
}

void check(const Error& error, Errc code, bool retryable, bool may_have_applied) {
  CAPTURE(error.what());
  CHECK(error.code() == code);
  CHECK(error.retryable() == retryable);
  CHECK(error.may_have_applied() == may_have_applied);
}

}  // namespace

TEST_CASE("every code has a name") {
  std::ostringstream out;
  for (const Errc code : {Errc::missing, Errc::wrong_type, Errc::rejected, Errc::denied,
                          Errc::disconnected, Errc::overloaded, Errc::in_doubt, Errc::protocol}) {
    out << code << ' ';
  }
  CHECK(out.str() ==
        "missing wrong_type rejected denied disconnected overloaded in_doubt protocol ");
}

TEST_CASE("missing and wrong_type name the attribute and are not to be tried again") {
  const Board board;
  bulletin::Client client = board.client();
  const bulletin::Namespace space = client.open("errors");
  const Error missing = failure_of([&] { space.at<int>("speed"); });
  check(missing, Errc::missing, false, false);
  CHECK(missing.name() == "speed");
  CHECK(mentions(missing, "'speed'"));
  space.set("speed", "fast");
  const Error wrong_type = failure_of([&] { space.at<int>("speed"); });
  check(wrong_type, Errc::wrong_type, false, false);
  CHECK(wrong_type.name() == "speed");
  CHECK(mentions(wrong_type, "'speed'"));
  const Error add = failure_of([&] { space.add("speed", 1); });
  check(add, Errc::wrong_type, false, false);
  CHECK(add.name() == "speed");
  CHECK(mentions(add, "speed"));
}

TEST_CASE("what the broker refuses is thrown with its words and the attribute", "[keyless]") {
  struct Refused {
    wire::Status status;
    Errc code;
    bool retryable;
  };
  for (const Refused& refused : {Refused{wire::Status::rejected, Errc::rejected, false},
                                 Refused{wire::Status::denied, Errc::denied, false},
                                 Refused{wire::Status::wrong_type, Errc::wrong_type, false},
                                 Refused{wire::Status::overloaded, Errc::overloaded, true}}) {
    FakeBroker broker(to_writes(outcome(refused.status, "for a good reason", "speed")));
    bulletin::Client client = client_of(broker.endpoint(), 5s);
    const bulletin::Namespace space = client.open("errors");
    const auto check_one = [&](auto&& call) {
      const Error error = failure_of(call);
      check(error, refused.code, refused.retryable, false);
      CHECK(error.name() == "speed");
      CHECK(mentions(error, "for a good reason"));
      CHECK(mentions(error, "errors"));
    };
    check_one([&] { space.set("speed", 1); });
    check_one([&] { space.set_async("speed", 1).get(); });
    check_one([&] { space.add("speed", 1); });
    check_one([&] { space.erase("speed"); });
    check_one([&] { space.compare_and_set("speed", bulletin::absent, 1); });
    check_one([&] { space.commit(Transaction().set("speed", 1)); });
    check_one([&] { space.commit_async(Transaction().set("speed", 1)).get(); });
  }
}

TEST_CASE("a namespace that may not be read is denied, and named", "[keyless]") {
  FakeBroker broker([](const wire::Request& request) -> std::optional<std::string> {
    if (std::holds_alternative<wire::SnapshotRequest>(request))
      return refusal(wire::Status::denied, "no right to read it", "secret");
    return std::nullopt;
  });
  bulletin::Client client = client_of(broker.endpoint(), 5s);
  const Error error = failure_of([&] { client.open("secret"); });
  check(error, Errc::denied, false, false);
  CHECK(mentions(error, "secret"));
  CHECK(mentions(error, "no right to read it"));
}

TEST_CASE("a namespace that was denied is asked for again", "[keyless]") {
  std::atomic<bool> allowed{false};
  FakeBroker broker([&](const wire::Request& request) -> std::optional<std::string> {
    if (!allowed && std::holds_alternative<wire::SnapshotRequest>(request))
      return refusal(wire::Status::denied, "not yet", "secret");
    return std::nullopt;
  });
  bulletin::Client client = client_of(broker.endpoint(), 5s);
  CHECK(code_of([&] { client.open("secret"); }) == Errc::denied);
  CHECK(code_of([&] { client.open("secret"); }) == Errc::denied);
  allowed = true;
  CHECK(client.open("secret").empty());
}

TEST_CASE("sync and namespaces throw what the broker refuses", "[keyless]") {
  FakeBroker broker([](const wire::Request& request) -> std::optional<std::string> {
    if (std::holds_alternative<wire::StatusRequest>(request))
      return refusal(wire::Status::denied, "not for you", "errors");
    if (std::holds_alternative<wire::List>(request))
      return refusal(wire::Status::rejected, "what a prefix", "p");
    return std::nullopt;
  });
  bulletin::Client client = client_of(broker.endpoint(), 5s);
  const bulletin::Namespace space = client.open("errors");
  const Error sync = failure_of([&] { space.sync(); });
  check(sync, Errc::denied, false, false);
  CHECK(mentions(sync, "not for you"));
  const Error list = failure_of([&] { client.namespaces("p"); });
  check(list, Errc::rejected, false, false);
  CHECK(mentions(list, "what a prefix"));
}

TEST_CASE("answers that are no answers to sync and namespaces are a broken protocol or silence",
          "[keyless]") {
  FakeBroker broker([](const wire::Request& request) -> std::optional<std::string> {
    if (std::holds_alternative<wire::StatusRequest>(request)) return "nonsense";
    if (std::holds_alternative<wire::List>(request)) return wire::encode_done();
    return std::nullopt;
  });
  bulletin::Client client = client_of(broker.endpoint());
  const bulletin::Namespace space = client.open("errors");
  for (const Errc code : {code_of([&] { space.sync(); }), code_of([&] { client.namespaces(); })}) {
    CHECK((code == Errc::protocol || code == Errc::disconnected));
  }
}

TEST_CASE("a namespace that is refused for a moment is opened after all", "[keyless]") {
  std::atomic<int> refused{0};
  FakeBroker broker([&](const wire::Request& request) -> std::optional<std::string> {
    if (std::holds_alternative<wire::SnapshotRequest>(request) && refused++ < 2)
      return refusal(wire::Status::overloaded, "come later");
    return std::nullopt;
  });
  bulletin::Client client = client_of(broker.endpoint(), 10s);
  CHECK(client.open("errors").empty());
  CHECK(refused > 2);
}

TEST_CASE("a write that is never answered is sent again, and in doubt in the end", "[keyless]") {
  FakeBroker broker(to_writes(""));
  bulletin::Client client = client_of(broker.endpoint(), 500ms);
  const bulletin::Namespace space = client.open("errors");
  const Error error = failure_of([&] { space.set("speed", 1); });
  check(error, Errc::in_doubt, false, true);
  CHECK(error.name() == "speed");
  CHECK(mentions(error, "speed"));
  CHECK(broker.writes() > 1);
  check(failure_of([&] { space.commit(Transaction().set("a", 1)); }), Errc::in_doubt, false, true);
}

TEST_CASE("a write that is answered with nonsense is in doubt", "[keyless]") {
  FakeBroker broker(to_writes("\xC1 nonsense"));
  bulletin::Client client = client_of(broker.endpoint());
  const bulletin::Namespace space = client.open("errors");
  check(failure_of([&] { space.set("speed", 1); }), Errc::in_doubt, false, true);
  FakeBroker terse(to_writes(wire::encode(wire::WriteReply{})));
  bulletin::Client second = client_of(terse.endpoint());
  const bulletin::Namespace other = second.open("errors");
  const Errc code = code_of([&] { other.set("speed", 1); });
  CHECK((code == Errc::in_doubt || code == Errc::protocol));
}

TEST_CASE("a broker of another version is a protocol error, with both versions told", "[keyless]") {
  FakeBroker broker([](const wire::Request&) -> std::optional<std::string> {
    return refusal(wire::Status::wrong_version, "speaks 7 to 9, asked for 1");
  });
  bulletin::Client client = client_of(broker.endpoint(), 5s);
  const auto before = std::chrono::steady_clock::now();
  const Error error = failure_of([&] { client.open("errors"); });
  check(error, Errc::protocol, false, false);
  CHECK(mentions(error, "speaks 7 to 9, asked for 1"));
  CHECK(mentions(error, broker.endpoint()));
  CHECK(std::chrono::steady_clock::now() - before < 5s);
}

TEST_CASE("an open without a broker names the endpoint and the time that it waited") {
  bulletin::Client client = client_of("ipc:///tmp/nobody-listens-here", 150ms);
  const auto before = std::chrono::steady_clock::now();
  const Error error = failure_of([&] { client.open("errors"); });
  CHECK(std::chrono::steady_clock::now() - before >= 150ms);
  check(error, Errc::disconnected, true, false);
  CHECK(mentions(error, "ipc:///tmp/nobody-listens-here"));
  CHECK(mentions(error, "errors"));
  CHECK(mentions(error, "150 ms"));
}

TEST_CASE("a host that cannot be found is no broker") {
  bulletin::Client client = client_of("tcp://no-such-host.invalid:5570", 150ms);
  check(failure_of([&] { client.open("errors"); }), Errc::disconnected, true, false);
}

TEST_CASE("an endpoint of something that is not Bulletin is told as such or as nobody") {
  // A listener that says nothing.
  Gate silent;
  silent.hold();
  bulletin::Client first = client_of(silent.endpoint());
  const Error silence = failure_of([&] { first.open("errors"); });
  check(silence, Errc::disconnected, true, false);
  CHECK(mentions(silence, silent.endpoint()));

  // One that cuts every connection.
  Gate rude;
  rude.shut();
  bulletin::Client second = client_of(rude.endpoint());
  check(failure_of([&] { second.open("errors"); }), Errc::disconnected, true, false);

  // ZeroMQ, but another protocol.
  FakeBroker other([](const wire::Request&) -> std::optional<std::string> { return "hello!"; });
  bulletin::Client third = client_of(other.endpoint());
  const Error stranger = failure_of([&] { third.open("errors"); });
  CHECK((stranger.code() == Errc::protocol || stranger.code() == Errc::disconnected));
  CHECK(mentions(stranger, other.endpoint()));
}

TEST_CASE("namespaces are listed by a prefix, which has to be text") {
  const Board board;
  bulletin::Client client = board.client();
  client.open("errors").set("x", 1);
  CHECK(client.namespaces("nobody").empty());
  CHECK(client.namespaces("err") == std::vector<std::string>{"errors"});
  CHECK(client.namespaces("errors") == std::vector<std::string>{"errors"});
  CHECK(code_of([&] { client.namespaces("\xFF"); }) == Errc::rejected);
}

TEST_CASE("options that cannot be are rejected when the client is made") {
  const auto make = [](bulletin::ClientOptions options) {
    return code_of([&] { bulletin::Client client(options); });
  };
  CHECK(make({.endpoint = "robot7:5570"}) == Errc::rejected);
  CHECK(make({.endpoint = "tcp://robot7"}) == Errc::rejected);
  CHECK(make({.endpoint = "udp://robot7:1"}) == Errc::rejected);
  CHECK(make({.name = std::string(256, 'n')}) == Errc::rejected);
  CHECK(make({.name = "\xFF"}) == Errc::rejected);
  CHECK(code_of([] { bulletin::open("tcp://127.0.0.1:5570"); }) == Errc::rejected);
  CHECK(code_of([] { bulletin::open("nonsense#x"); }) == Errc::rejected);
}
