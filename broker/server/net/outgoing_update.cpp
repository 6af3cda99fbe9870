#include "server/net/outgoing_update.hpp"

#include <cstddef>
#include <memory>
#include <utility>

#include "zmtp/peer.hpp"

namespace bulletin::server {
namespace {

/// From here on the connections share the bytes of an update.
constexpr std::size_t worth_sharing = 4096;

}  // namespace

void OutgoingUpdate::append_to(Connection& connection) {
  if (connection.peer.encrypts()) {
    connection.output.append(
        [&](std::string& out) { connection.peer.append_update(topic_, body_, out); });
    return;
  }
  if (plain_.empty() && !shared_) zmtp::Peer::append_update_plain(topic_, body_, plain_);
  if (!shared_ && plain_.size() >= worth_sharing)
    shared_ = std::make_shared<const std::string>(std::exchange(plain_, {}));
  if (shared_)
    connection.output.append_shared(shared_);
  else
    connection.output.append([&](std::string& out) { out.append(plain_); });
}

}  // namespace bulletin::server
