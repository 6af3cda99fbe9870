// Tells those who may read of what happens.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <zmq.hpp>

#include "authority/authority.hpp"
#include "server/boards.hpp"
#include "server/channel.hpp"
#include "server/counted_body.hpp"
#include "server/counters.hpp"
#include "wire/epoch.hpp"

namespace bulletin::server {

/// The channels, seen from the side of what is told. A namespace is told of on the channels of
/// those who may read it, and on no other.
class Publisher {
 public:
  /// `most_held`: bytes of updates past the common size that may wait for readers, all together.
  Publisher(Channels& channels, const Boards& boards, std::size_t most_held, Counters& counters);

  /// Where too many bytes wait for readers, a beat takes the place of a large update: readers fetch
  /// what it tells of.
  void publish(std::span<const authority::Publication> publications, const wire::Epoch& epoch);
  void beat(std::string_view space);
  /// Proves subscriptions of this channel live, by the news that it has read.
  void answer_nonces(Channel& channel, const wire::Epoch& epoch);

 private:
  void send(std::string_view space, zmq::message_t&& body);
  void send(Channel& channel, zmq::message_t&& topic, zmq::message_t&& body);

  Channels& channels_;
  const Boards& boards_;
  const std::size_t most_held_;
  Counters& counters_;
  ByteCount held_;  // large bodies
};

}  // namespace bulletin::server
