// A client's core, and as much of a broker as it takes to answer it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replica/client_core.hpp"
#include "replica/namespace_model.hpp"
#include "support/catch.hpp"

namespace bulletin::test {

using Events = std::vector<std::string>;

class CoreWorld : private replica::ClientObserver {
 public:
  NamespaceModel broker{"any"};  ///< every namespace has the same contents
  Events events;
  std::uint64_t now = 0;
  replica::ClientCore core{{"tester", {}, [this] { return next_nonce(); }, 1000}, *this};

  [[nodiscard]] wire::SessionId session(std::uint64_t number) const {
    return {broker.epoch(), number};
  }
  [[nodiscard]] std::string welcome(std::uint64_t number) const {
    wire::Welcome welcome;
    welcome.session = session(number);
    welcome.updates.port = 5571;
    welcome.beat_ms = 1000;
    welcome.session_ms = 10'000;
    return wire::encode(welcome);
  }
  static std::string status_request() { return wire::encode(wire::StatusRequest{{"plant"}}); }

  /// The next request, decoded; valid until the one after it.
  wire::Request ask() {
    asked_ = core.next_request(now).value_or("");
    REQUIRE_FALSE(asked_.empty());
    return wire::decode_request(asked_);
  }
  void reply(const std::string& bytes) { core.reply(bytes, now); }
  /// To the SNAPSHOT or SINCE asked last.
  void answer() { reply(broker.answer(asked_)); }

  void begin_session() {
    REQUIRE(std::holds_alternative<wire::Hello>(ask()));
    reply(welcome(1));
  }
  /// Connects the updates and answers the nonce.
  void prove() {
    core.updates_connected(now);
    std::string nonce;
    for (const auto& change : core.take_subscriptions()) {
      if (change.subscribe && wire::is_nonce(change.topic)) nonce = change.topic;
    }
    REQUIRE_FALSE(nonce.empty());
    core.update(nonce, broker.beat(), now);
  }
  void settle() {
    while (const auto request = core.next_request(now)) reply(broker.answer(*request));
  }
  std::shared_ptr<replica::NamespaceReplica> join(std::string_view name = "plant") {
    if (!core.welcome()) begin_session();
    const auto replica = core.open(name);
    prove();
    settle();
    REQUIRE(replica->live());
    return replica;
  }

 private:
  bool wants_changes(const replica::NamespaceReplica&) override { return false; }
  void applied(replica::NamespaceReplica&, const replica::ChangeBatch&) override {}
  void progressed(replica::NamespaceReplica&) override {}
  void session_started(const wire::Welcome& welcome, bool follows_lost) override {
    events.push_back("session " + std::to_string(welcome.session.number) +
                     (follows_lost ? " follows" : ""));
  }
  void session_lives(std::uint64_t asked_ms) override { lived_ms = asked_ms; }
  void session_lost() override { events.emplace_back("lost"); }
  void refused(const wire::Refusal& refusal) override {
    events.push_back("refused " + refusal.message);
  }
  void answered(replica::CallId call, std::optional<std::string_view> reply) override {
    events.push_back("call " + std::to_string(call) + ": " + std::string(reply.value_or("-")));
  }

  std::array<std::uint8_t, 16> next_nonce() {
    std::array<std::uint8_t, 16> nonce{};
    nonce[15] = ++nonces_;
    return nonce;
  }

  std::uint8_t nonces_ = 0;
  std::string asked_;

 public:
  std::uint64_t lived_ms = 0;  ///< when the KEEPALIVE was asked that was answered last
};

}  // namespace bulletin::test
