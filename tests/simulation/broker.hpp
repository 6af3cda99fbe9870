// The broker's service on a simulated network and disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/service.hpp"
#include "simulation/alarm.hpp"
#include "simulation/environment.hpp"
#include "simulation/watched_sequencer.hpp"

namespace bulletin::simulation {

/// One life of the broker, from its start to its end; a reboot passes the authority on, as a store
/// would. The service is the product's; sockets and files are not.
class Broker : public BrokerEnd,
               private service::Outbox,
               private service::Persistence,
               private service::Backups,
               private service::Host {
 public:
  Broker(Environment& environment, authority::Authority authority, std::uint64_t updates_port);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  void start();
  /// Ends, and gives back the authority that the next one begins with.
  authority::Authority stop();
  /// The disk failed within a commit, and the process is gone: only `stop` is left.
  [[nodiscard]] bool crashed() const noexcept { return crashed_; }
  /// Stands still.
  void pause(simulation::Time until) { paused_until_ = until; }
  /// It decides.
  [[nodiscard]] bool available() const noexcept { return sequencer_.available(); }

  [[nodiscard]] const authority::Authority& authority() const noexcept {
    return sequencer_.authority();
  }

  void gone(const Peer& peer) override;
  void subscription(const Peer& peer, Packet packet) override;
  void request(const Peer& peer, Packet packet) override;

 private:
  struct Asked {
    Peer peer;
    std::uint64_t packet = 0;
    std::string body;
  };
  /// Something that a subscriber did; without a packet: it is gone.
  struct News {
    Peer peer;
    std::optional<Packet> packet;
  };
  /// What a turn is about: the model needs it as long as it is unknown whether the turn happened.
  struct Input {
    std::vector<service::Request> requests;
    std::vector<std::pair<Peer, std::uint64_t>> clients;  // of the requests: peer, packet
    std::vector<service::SubscriptionEvent> subscriptions;
    std::vector<service::Nonce> nonces;
    std::vector<Peer> readers;  // of the nonces
  };

  void wake_soon();
  void turn();
  void receive();
  void read_subscriptions();
  void unsubscribe(const std::string& topic);
  [[nodiscard]] service::Service::Time now() const;

  // service::Outbox
  [[nodiscard]] bool has_room_for(const service::Request&) override { return true; }
  void answer(const service::Request& request, std::string_view body) override;
  void answer(const service::Nonce& nonce, std::string_view body) override;
  void publish(std::string_view topic, std::string_view body) override;
  [[nodiscard]] bool is_heard(std::string_view topic) const override;
  [[nodiscard]] std::string_view first_user_of(std::string_view) const override { return {}; }
  // service::Persistence
  std::optional<service::Service::Time> keep(const authority::Authority& authority,
                                             service::Service::Time now) override;
  [[nodiscard]] bool failed() const noexcept override { return failed_; }
  std::optional<Reopened> reopen(service::Service::Time now) override;
  // service::Backups
  std::string answer(const wire::Backup&, service::Service::Time) override { return {}; }
  std::string answer(const wire::BackupPart&, service::Service::Time) override { return {}; }
  std::string answer(const wire::BackupEnd&, service::Service::Time) override { return {}; }
  // service::Host
  [[nodiscard]] std::chrono::system_clock::time_point wall_time() const override { return {}; }
  void describe(service::Metrics&) const override {}
  void on_malformed(std::size_t bytes, std::string_view reason) override;
  void on_session_opened(std::uint64_t, std::string_view, std::string_view) override {}
  void on_session_closed(std::uint64_t) override {}
  void on_subscription_refused(std::string_view space, std::string_view reason) override;

  Environment& world_;
  const std::uint64_t updates_port_;
  service::UserRights rights_;
  service::Counters counters_;
  bool failed_ = false;
  simulation::Time reopens_at_ = 0;
  WatchedSequencer sequencer_;
  service::Service service_;
  simulation::Time paused_until_ = 0;
  bool crashed_ = false;
  Alarm alarm_;

  std::deque<Asked> inbox_;
  std::deque<News> news_;
  Input input_;
  std::optional<Input> failed_input_;  // while the disk has failed
  std::map<Peer, std::set<std::string>> subscriptions_;
  std::map<std::string, std::size_t, std::less<>> subscribers_;  // of each topic
};

}  // namespace bulletin::simulation
