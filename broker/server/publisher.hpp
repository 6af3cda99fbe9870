// Sends updates.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <zmq.hpp>

#include "authority/authority.hpp"
#include "server/boards.hpp"
#include "server/counted_body.hpp"
#include "server/counters.hpp"
#include "server/wait_budget.hpp"
#include "wire/epoch.hpp"

namespace bulletin::server {

/// The updates socket, seen from the side of what is told.
///
/// A reader with no room left is waited for as long as a WaitBudget allows; then it misses the
/// update, which is counted, and it repairs itself. ZeroMQ does not look at such a reader again
/// until it has room, so one that stands still costs one short wait, not one for each update.
class Publisher {
 public:
  /// `updates` has XPUB_NODROP set. `most_held`: bytes of updates past the common size that may
  /// wait for readers, all together.
  Publisher(zmq::socket_t& updates, const Boards& boards, std::size_t most_held,
            Counters& counters);

  /// Where too many bytes wait for readers, a beat takes the place of a large update: readers fetch
  /// what it tells of.
  void publish(std::span<const authority::Publication> publications, const wire::Epoch& epoch);
  void beat(std::string_view space);
  /// Proves a subscription live.
  void answer_nonce(const std::string& topic, const wire::Epoch& epoch);

 private:
  using Time = WaitBudget::Time;

  void send(zmq::message_t&& topic, zmq::message_t&& body);
  bool try_topic(zmq::message_t& topic);
  bool wait_for_room(zmq::message_t& topic);
  void let_readers_report();

  zmq::socket_t& updates_;
  const Boards& boards_;
  const std::size_t most_held_;
  Counters& counters_;
  WaitBudget budget_;
  unsigned since_report_ = 0;
  ByteCount held_;  // large bodies
};

}  // namespace bulletin::server
