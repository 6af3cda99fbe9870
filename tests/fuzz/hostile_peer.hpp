// A connection of a fuzzer to a broker: it says what the input makes it say, and looks through all
// that it gets.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz/watched_brokers.hpp"
#include "support/zmtp_peer.hpp"
#include "wire/requests.hpp"

namespace bulletin::fuzz {

class HostilePeer {
 public:
  /// `may_know`: it is no user from whom anything is hidden.
  HostilePeer(const std::string& endpoint, const WatchedBrokers& brokers, bool may_know)
      : peer_(endpoint), hidden_{{{brokers.hidden(), may_know}, {brokers.secret(), may_know}}} {
    if (!peer_.connected()) fail("a connection is refused");
  }

  [[nodiscard]] std::size_t sent() const noexcept { return peer_.sent(); }
  [[nodiscard]] const wire::SessionId& session() const noexcept { return session_; }
  /// What it is sent, as long as it can send.
  bool reads = true;

  /// True: the broker takes its requests.
  bool shake_hands(std::string_view properties, const std::optional<test::PeerKeys>& keys) {
    const auto answer = peer_.shake_hands(properties, keys);
    if (!answer && peer_.connected()) fail("a handshake is not answered");
    return answer && answer->find("ROUTER") != std::string::npos;
  }
  /// Asks for a session, and waits for the answer.
  void begin_session();
  /// A frame, or bytes as they are.
  void say(std::string_view body, bool more = false, bool command = false) {
    note(body);
    say_bytes(peer_.frame(body, more, command));
  }
  void say_bytes(std::string_view bytes);
  /// Says no more, and reads all until the broker hangs up.
  void finish();

 private:
  void note(std::string_view said);
  bool take_frame(std::chrono::milliseconds deadline);

  struct Hidden {
    std::string text;
    bool is_known = false;
  };

  test::ZmtpPeer peer_;
  std::array<Hidden, 2> hidden_;
  bool stuck_ = false;  // it does not read, and the broker does not either
  wire::SessionId session_;
};

}  // namespace bulletin::fuzz
