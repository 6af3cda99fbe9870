#include "server/inbox.hpp"

#include <algorithm>
#include <utility>

namespace bulletin::server {
namespace {

constexpr std::size_t most_bytes = 1u << 20;
/// While more comes than is read: as fast as ZeroMQ's thread can bring it, and no more, as those
/// who have a request in the portion wait meanwhile.
constexpr std::size_t most_ahead = 2048;
/// At once; a flood makes no flood of answers.
constexpr std::size_t most_refused = 64;
constexpr std::size_t most_bytes_ahead = 64u << 20;
constexpr std::size_t most_envelope_frames = 8;

/// What belongs to a message that is no use.
void skip_frames(zmq::socket_t& socket, zmq::message_t& frame) {
  while (frame.more()) {
    if (!receive(socket, frame)) return;
  }
}

/// The next one to write to.
Request& next(std::vector<Request>& requests, std::size_t count) {
  return count == requests.size() ? requests.emplace_back() : requests[count];
}

}  // namespace

std::span<Request> Inbox::receive(zmq::socket_t& commands, std::size_t most_requests) {
  received_ = 0;
  refused_count_ = 0;
  floods_.clear();
  std::size_t bytes = 0;
  while (received_ < most_requests && bytes < most_bytes &&
         room_.take(next(requests_, received_))) {
    bytes += requests_[received_++].body.size();
  }
  drained_ = false;
  // Who waits comes before what its connection has sent since.
  if (room_.empty()) read_portion(commands, most_requests, bytes);
  if (!drained_) read_ahead(commands);
  if (drained()) room_.forget();
  return {requests_.data(), received_};
}

void Inbox::read_portion(zmq::socket_t& commands, std::size_t most_requests, std::size_t bytes) {
  for (std::size_t read = received_; read < most_requests && bytes < most_bytes; ++read) {
    Request& request = next(requests_, received_);
    switch (Inbox::read(commands, request)) {
      case Reading::nothing: drained_ = true; return;
      case Reading::no_use: ++dropped_; break;
      case Reading::request:
        bytes += request.body.size();
        ++received_;
        break;
    }
  }
}

void Inbox::read_ahead(zmq::socket_t& commands) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < ahead_ && bytes < most_bytes_ahead; ++i) {
    switch (read(commands, read_)) {
      case Reading::nothing:
        drained_ = true;
        ahead_ = least_ahead;
        return;
      case Reading::no_use: ++dropped_; break;
      case Reading::request:
        bytes += read_.body.size();
        admit(read_);
        break;
    }
  }
  ahead_ = std::min(ahead_ * 2, most_ahead);
}

void Inbox::admit(Request& request) {
  switch (room_.add(request)) {
    case WaitingRoom::Entry::waits: break;
    case WaitingRoom::Entry::too_many:
      if (refused_count_ == most_refused) {
        ++dropped_;
      } else {
        std::swap(next(refused_, refused_count_++), request);
      }
      break;
    case WaitingRoom::Entry::flood:
      floods_.push_back(request.descriptor());
      ++dropped_;
      break;
    case WaitingRoom::Entry::too_large: ++dropped_; break;
  }
}

void Inbox::release() {
  for (std::size_t i = 0; i < received_; ++i) requests_[i].body.rebuild();
  for (std::size_t i = 0; i < refused_count_; ++i) refused_[i].body.rebuild();
}

Inbox::Reading Inbox::read(zmq::socket_t& commands, Request& request) {
  request.envelope.clear();
  request.whole = false;
  zmq::message_t identity;
  if (!server::receive(commands, identity)) return Reading::nothing;
  request.envelope.push_back(std::move(identity));
  return read_rest(commands, request) ? Reading::request : Reading::no_use;
}

bool Inbox::read_rest(zmq::socket_t& commands, Request& request) {
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
