#include "server/inbox.hpp"

#include <utility>

namespace bulletin::server {
namespace {

constexpr std::size_t most_bytes = 1u << 20;
constexpr std::size_t most_envelope_frames = 8;

/// What belongs to a message that is no use.
void skip_frames(zmq::socket_t& socket, zmq::message_t& frame) {
  while (frame.more()) {
    if (!receive(socket, frame)) return;
  }
}

}  // namespace

std::span<Request> Inbox::receive(zmq::socket_t& commands, std::size_t most_requests) {
  requests_.reserve(most_requests);
  received_ = 0;
  drained_ = false;
  std::size_t messages = 0;
  for (std::size_t bytes = 0; messages < most_requests && bytes < most_bytes; ++messages) {
    if (received_ == requests_.size()) requests_.emplace_back();
    Request& request = requests_[received_];
    request.envelope.clear();
    request.whole = false;
    zmq::message_t identity;
    if (!server::receive(commands, identity)) {
      drained_ = true;
      break;
    }
    request.envelope.push_back(std::move(identity));
    if (!receive_rest(commands, request)) {
      ++dropped_;
      continue;
    }
    bytes += request.body.size();
    ++received_;
  }
  return {requests_.data(), received_};
}

void Inbox::release() {
  for (std::size_t i = 0; i < received_; ++i) requests_[i].body.rebuild();
}

bool Inbox::receive_rest(zmq::socket_t& commands, Request& request) {
  // The frames of a message arrive together.
  while (request.envelope.back().more()) {
    if (request.envelope.size() > most_envelope_frames) {
      skip_frames(commands, request.envelope.back());
      return false;
    }
    zmq::message_t frame;
    if (!server::receive(commands, frame)) return false;
    const bool delimiter = frame.empty();
    request.envelope.push_back(std::move(frame));
    if (!delimiter) continue;
    if (!request.envelope.back().more() || !server::receive(commands, request.body)) return true;
    request.whole = !request.body.more();
    skip_frames(commands, request.body);
    return true;
  }
  return false;
}

}  // namespace bulletin::server
