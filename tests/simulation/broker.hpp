// The broker's rim without sockets: drives the real authority as broker/server does.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "authority/authority.hpp"
#include "server/beat_schedule.hpp"
#include "service/running_clock.hpp"
#include "simulation/alarm.hpp"
#include "simulation/environment.hpp"
#include "wire/requests.hpp"

namespace bulletin::simulation {

/// One life of the broker, from its start to its end; a reboot passes the authority on, as a store
/// would.
class Broker : public BrokerEnd {
 public:
  Broker(Environment& environment, authority::Authority authority);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /// Listens; the updates are at this port.
  void start(std::uint64_t updates_port);
  /// Ends, and gives the authority back.
  authority::Authority stop();
  /// The disk failed within a commit: only `stop` is left, whose authority is what was kept.
  [[nodiscard]] bool crashed() const noexcept { return crashed_; }
  /// Stands still.
  void pause(Time until) { paused_until_ = until; }

  [[nodiscard]] const authority::Authority& authority() const noexcept { return authority_; }

  void gone(const Peer& peer) override;
  void subscription(const Peer& peer, Packet packet) override;
  void request(const Peer& peer, Packet packet) override;

 private:
  struct Asked {
    Peer peer;
    Packet packet;
    wire::Request request;
    std::optional<std::size_t> applied;  ///< the place of its command in the turn
  };
  /// Something that a subscriber did; without a packet: it is gone.
  struct News {
    Peer peer;
    std::optional<Packet> packet;
  };

  void wake_soon();
  void turn();
  void receive(std::vector<Asked>& requests);
  void read_subscriptions();
  void unsubscribe(const Peer& peer, const std::string& topic);
  void decide(Asked& asked);
  void apply(authority::Command command);
  void apply_owed();
  [[nodiscard]] bool settle(bool abandon);
  bool keep();
  void crash();
  bool differs(const authority::Authority& after, const authority::Authority& before) const;
  void publish(std::span<const authority::Publication> updates);
  void publish(const std::string& topic, const Bytes& body);
  void answer_nonces();
  void answer(const std::vector<Asked>& requests, bool committed);
  std::string answer(const Asked& asked);
  void beat();

  bool apply_again(wire::Write& write);

  Environment& world_;
  authority::Authority authority_;
  service::RunningClock clock_;
  server::BeatSchedule beats_;
  std::uint64_t updates_port_ = 0;
  Time paused_until_ = 0;
  bool crashed_ = false;
  Alarm alarm_;

  std::deque<Asked> inbox_;
  std::deque<News> news_;
  std::map<Peer, std::set<std::string>> subscriptions_;
  std::map<std::string, std::size_t> subscribers_;  // of each topic
  std::vector<std::pair<Peer, std::string>> nonces_;
  std::map<std::string, bool, std::less<>> owed_;  // namespaces to remember, or to forget
  std::vector<Applied> turn_;
  std::map<std::uint64_t, std::uint64_t> newest_number_;  // of each session; for Plant::apply_twice
};

}  // namespace bulletin::simulation
