#include "server/outbox.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "server/message.hpp"
#include "wire/limits.hpp"

namespace bulletin::server {
namespace {

/// Of answers larger than the common ones, for one client. ZeroMQ bounds how many answers wait, but
/// not their bytes.
constexpr std::size_t most_bytes_waiting = 64u << 20;

}  // namespace

void Outbox::answer(Request& request, std::string&& body) {
  const std::size_t size = body.size();
  zmq::message_t frame;
  if (size <= wire::update_bytes) {
    frame = to_message(std::move(body));
  } else {
    const ByteCount& waiting = large_answers_to(request.connection());
    if (bytes_in(waiting) + size > most_bytes_waiting) {
      ++counters_.dropped;
      return;
    }
    frame = to_counted_message(std::move(body), waiting);
  }
  if (!send_envelope(request)) {
    ++(errno == EHOSTUNREACH ? counters_.unclaimed : counters_.dropped);
    return;
  }
  counters_.bytes += size;
  send(commands_, frame, false);
}

bool Outbox::has_room_for(const Request& request) {
  if (large_answers_.empty()) return true;
  const auto known = large_answers_.find(request.connection());
  return known == large_answers_.end() || bytes_in(known->second) < most_bytes_waiting;
}

bool Outbox::send_envelope(Request& request) {
  // Only the first frame, which names the client, can fail.
  return std::all_of(request.envelope.begin(), request.envelope.end(),
                     [this](zmq::message_t& frame) { return send(commands_, frame, true); });
}

const ByteCount& Outbox::large_answers_to(std::string_view client) {
  if (const auto known = large_answers_.find(client); known != large_answers_.end())
    return known->second;
  if (large_answers_.size() >= forget_at_) {
    std::erase_if(large_answers_, [](const auto& entry) { return bytes_in(entry.second) == 0; });
    forget_at_ = 64 + 2 * large_answers_.size();
  }
  return large_answers_.emplace(client, make_byte_count()).first->second;
}

}  // namespace bulletin::server
