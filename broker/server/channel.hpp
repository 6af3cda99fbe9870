// One updates socket, and what is sent on it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "server/counters.hpp"
#include "server/door.hpp"
#include "server/endpoint.hpp"
#include "server/rights.hpp"
#include "server/socket.hpp"
#include "server/subscriptions.hpp"
#include "server/wait_budget.hpp"

namespace bulletin::server {

/// The updates of one audience: of users who may read the same.
///
/// A reader with no room left is waited for as long as a WaitBudget allows; then it misses the
/// update, which is counted, and it repairs itself. ZeroMQ does not look at such a reader again
/// until it has room, so one that stands still costs one short wait, not one for each update.
class Channel {
 public:
  struct Line {
    Socket socket;  ///< bound at the endpoint, with XPUB_NODROP set
    std::unique_ptr<Door> door;
    Endpoint endpoint;
  };

  Channel(std::uint64_t audience, Rights rights, Line line, Counters& counters);

  [[nodiscard]] std::uint64_t audience() const noexcept { return audience_; }
  [[nodiscard]] const Endpoint& endpoint() const noexcept { return line_.endpoint; }
  [[nodiscard]] bool may_read(std::string_view space) const { return rights_.may_read(space); }
  Socket& socket() noexcept { return line_.socket; }
  Door& door() noexcept { return *line_.door; }
  [[nodiscard]] const Door& door() const noexcept { return *line_.door; }

  /// Drops all peers.
  void close();
  /// Another one after the line was closed.
  void replace(Line line);

  /// Reads what subscribers say.
  void read();
  [[nodiscard]] const SubscriptionNews& news() const noexcept { return news_; }
  [[nodiscard]] const SubscriptionBook& book() const noexcept { return book_; }
  /// Somebody here hears of the namespace.
  [[nodiscard]] bool follows(std::string_view space) const {
    return may_read(space) && book_.has_namespace(space);
  }

  void send(zmq::message_t&& topic, zmq::message_t&& body);

 private:
  bool try_topic(zmq::message_t& topic);
  bool wait_for_room(zmq::message_t& topic);
  void let_readers_report();

  std::uint64_t audience_;
  Rights rights_;
  Line line_;
  Counters& counters_;
  SubscriptionNews news_;
  SubscriptionBook book_;
  WaitBudget budget_;
  unsigned since_report_ = 0;
};

/// In the order of their audiences.
using Channels = std::vector<std::unique_ptr<Channel>>;

}  // namespace bulletin::server
