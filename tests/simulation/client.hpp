// The client's rim without sockets and threads: drives the real cores as lib/client does.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/transaction.hpp>

#include "replica/client_core.hpp"
#include "replica/write_lane.hpp"
#include "simulation/alarm.hpp"
#include "simulation/environment.hpp"
#include "simulation/replica_view.hpp"
#include "simulation/sockets.hpp"

namespace bulletin::simulation {

class Client : private replica::ClientObserver {
 public:
  Client(Environment& environment, std::string name);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() override;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // What its user does.

  ReplicaView& open(std::string_view space);
  /// To write to, whether it is open or not.
  replica::NamespaceReplica& destination(std::string_view space);
  using Views = std::map<std::string, ReplicaView, std::less<>>;
  Views& views() noexcept { return views_; }
  WriteId write(replica::NamespaceReplica& replica, const Transaction& transaction,
                std::uint64_t time_ms, bool renewable);
  /// Waits for what was committed before, as `sync` does.
  void sync(std::string_view space);
  void read(std::string_view space, std::vector<std::string> names);
  void list(std::string_view prefix);
  /// Closes: says GOODBYE, if it can.
  void leave();
  [[nodiscard]] bool leaving() const noexcept { return leaving_; }
  [[nodiscard]] bool left() const noexcept { return left_; }

  // What befalls it.

  void freeze(Time until) { frozen_until_ = until; }
  [[nodiscard]] bool frozen() const noexcept { return world_.schedule.now() < frozen_until_; }
  void unfreeze();
  void partition(Time until);
  /// It goes on as its own child; the parent's session is left to die.
  void fork();

  // Checks.

  void check_contents(bool thorough);
  /// After a quiet time: it has nothing to wait for, and everything is up to date.
  void check_settled() const;
  /// The number of its session; 0: none.
  [[nodiscard]] std::uint64_t session() const;

 private:
  /// A write that was answered before the replica has what decided it, or a `sync`.
  struct Waiting {
    const replica::NamespaceReplica* replica = nullptr;
    wire::Epoch epoch;
    std::uint64_t revision = 0;
  };
  /// A request in between.
  struct Call {
    wire::Epoch epoch;               ///< when it was made
    std::string space;               ///< READ and STATUS
    std::uint64_t newest = 0;        ///< STATUS: what was committed before
    std::vector<std::string> names;  ///< READ
    wire::RequestKind kind = wire::RequestKind::status;
  };
  struct SessionEvent {
    std::optional<wire::SessionId> started;
    bool follows_lost = false;
    std::optional<std::uint64_t> lives_ms;
  };

  // ClientObserver.
  bool wants_changes(const replica::NamespaceReplica& replica) override;
  void applied(replica::NamespaceReplica& replica, const replica::ChangeBatch& batch) override;
  void progressed(replica::NamespaceReplica& replica) override;
  void session_started(const wire::Welcome& welcome, bool follows_lost) override;
  void session_lives(std::uint64_t asked_ms) override;
  void session_lost() override;
  void refused(const wire::Refusal& refusal) override;
  void answered(replica::CallId call, std::optional<std::string_view> reply) override;

  void make_sockets();
  void notice();
  void poll();
  void read_sockets();
  [[nodiscard]] bool read_something();
  void read_commands();
  void read_writes();
  void read_updates();
  void take_write_reply(const std::string& bytes);
  void carry_out();
  void change_subscriptions();
  void connect_updates();
  void tell_lane();
  void finish(const std::vector<replica::FinishedWrite>& finished, const wire::Epoch& epoch);
  void await(const replica::NamespaceReplica& replica, const wire::Epoch& epoch,
             std::uint64_t revision);
  void check_waiting();
  void check_heard();
  void set_alarm();

  replica::CallId call(std::string request, Call call);
  void take_status(const Call& call, std::string_view reply);
  void take_read(const Call& call, std::string_view reply) const;
  void take_list(std::string_view reply) const;

  Environment& world_;
  const std::string name_;
  replica::ClientCore core_;
  std::unique_ptr<replica::WriteLane> lane_;
  std::optional<wire::SessionId> lane_session_;
  std::vector<SessionEvent> session_events_;
  Alarm alarm_;

  std::unique_ptr<RequestSocket> commands_;
  std::unique_ptr<RequestSocket> writes_;
  std::unique_ptr<SubscribeSocket> updates_;
  std::optional<wire::UpdatesPlace> connected_to_;
  std::optional<std::string> request_;  // given by the core, not yet taken by the network

  Views views_;
  std::map<replica::Ticket, WriteId> tickets_;
  std::vector<Waiting> waiting_;
  std::map<replica::CallId, Call> calls_;
  Time frozen_until_ = 0;
  bool welcomed_ = false;
  std::uint64_t heard_ms_ = 0;  // when the core was last given anything
  bool leaving_ = false;
  bool left_ = false;
  Time leave_until_ = 0;
};

}  // namespace bulletin::simulation
