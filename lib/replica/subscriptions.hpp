// What a client subscribes to, and the proof that it is.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bulletin::replica {

/// One call on the updates socket.
struct SubscriptionChange {
  bool subscribe = true;
  std::string topic;
};

/// Topics, and one proof at a time: a one-off nonce topic that is subscribed after those that it is
/// to prove. When the broker's answer arrives on it, their subscriptions have arrived too.
/// Namespaces added meanwhile wait for the next proof; a new connection proves all of them again.
class Subscriptions {
 public:
  using RandomNonce = std::function<std::array<std::uint8_t, 16>()>;

  /// `patience_ms`: how long a nonce may stay unanswered before another is tried.
  Subscriptions(RandomNonce random_nonce, std::uint64_t patience_ms)
      : random_nonce_(std::move(random_nonce)), patience_ms_(patience_ms) {}

  /// In the order of their adding.
  using Number = std::uint64_t;

  Number add(std::string name);
  void remove(Number number);
  void connected(std::uint64_t now_ms);
  void disconnected();
  void advance(std::uint64_t now_ms);
  /// Forgets the socket and what was asked of it.
  void restart();

  /// A beat on a nonce topic: returns the names of those proven by it, in order.
  std::vector<std::string> prove(std::string_view topic);

  std::vector<SubscriptionChange> take_changes();
  [[nodiscard]] std::optional<std::uint64_t> next_event_ms() const;

 private:
  void begin_proof(std::uint64_t now_ms);
  void end_proof();

  struct Proof {
    std::string nonce;
    std::uint64_t since_ms = 0;
    Number last = 0;  // it covers all up to this one
  };

  const RandomNonce random_nonce_;
  const std::uint64_t patience_ms_;
  bool connected_ = false;
  std::map<Number, std::string> names_;
  Number last_ = 0;
  Number proven_ = 0;  // all up to this one
  std::optional<Proof> proof_;
  std::vector<SubscriptionChange> changes_;
};

}  // namespace bulletin::replica
