#include "fuzz/hostile_peer.hpp"

#include <chrono>
#include <exception>

#include "support/await.hpp"
#include "wire/names.hpp"
#include "wire/replies.hpp"

namespace bulletin::fuzz {
namespace {

constexpr std::chrono::milliseconds at_once{0};
constexpr std::chrono::milliseconds soon{5};

}  // namespace

/// What it knows already it may hear: answers begin with the envelope of their request.
void HostilePeer::note(std::string_view said) {
  for (Hidden& hidden : hidden_)
    hidden.is_known = hidden.is_known || said.find(hidden.text) != std::string_view::npos;
}

void HostilePeer::say_bytes(std::string_view bytes) {
  note(bytes);
  const auto end = std::chrono::steady_clock::now() + test::patience;
  while (!bytes.empty() && peer_.connected() && !stuck_) {
    bytes.remove_prefix(peer_.send(bytes, soon));
    if (bytes.empty()) break;
    if (!reads) stuck_ = true;
    while (reads && take_frame(at_once)) {
    }
    if (std::chrono::steady_clock::now() > end) fail("a connection that reads is not read");
  }
  while (reads && take_frame(at_once)) {
  }
}

void HostilePeer::begin_session() {
  const std::string request = wire::encode(wire::Hello{1, 1, "hostile"});
  peer_.send(peer_.request(request));
  for (bool more = true; more;) {
    const std::optional<zmtp::Frame> frame = peer_.next_frame();
    if (!frame && peer_.connected()) fail("a request for a session is not answered");
    if (!frame) return;
    if (frame->command) continue;
    more = frame->more;
    if (more) continue;
    try {
      session_ = wire::decode_welcome(frame->body).session;
    } catch (const std::exception&) {  // refused: there are too many
    }
  }
}

bool HostilePeer::take_frame(std::chrono::milliseconds deadline) {
  const std::optional<zmtp::Frame> frame = peer_.next_frame(deadline);
  if (!frame) return false;
  for (const Hidden& hidden : hidden_) {
    if (!hidden.is_known && frame->body.find(hidden.text) != std::string::npos)
      fail("a user gets what is hidden from it: " + wire::quoted(frame->body));
  }
  return true;
}

void HostilePeer::finish() {
  if (!peer_.connected()) return;
  peer_.end_output();
  const auto end = std::chrono::steady_clock::now() + test::patience;
  while (std::chrono::steady_clock::now() < end && take_frame(test::patience)) {
  }
  if (peer_.connected()) fail("the broker neither reads a connection to its end nor ends it");
}

}  // namespace bulletin::fuzz
