// Decides which connections are let in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "server/access.hpp"
#include "server/socket.hpp"
#include "server/stranger_log.hpp"

namespace bulletin::server {

/// The side that ZeroMQ asks in every handshake (ZAP, https://rfc.zeromq.org/spec/27/). It has to
/// be there before any socket that it guards is bound: without it ZeroMQ would encrypt, and let
/// everybody in.
class Gate {
 public:
  Gate(zmq::context_t& context, const Access& access);

  /// The domains that the guarded sockets name: the commands', for all who have a key, and that of
  /// the updates of an audience, for its users.
  static std::string commands_domain() { return "commands"; }
  static std::string updates_domain(std::uint64_t audience) {
    return "updates." + std::to_string(audience);
  }

  Socket& socket() noexcept { return socket_; }
  /// Answers all that wait.
  void answer();
  /// Those with unknown keys since the last call; of many, the first ones.
  std::vector<Stranger> take_strangers() { return std::exchange(strangers_, {}); }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

 private:
  struct Question;
  [[nodiscard]] const std::string* user_of(const Question& question);
  void note_stranger(const Question& question, std::string_view key);
  void answer(Question& question, const std::string* user);

  Socket socket_;
  const Access& access_;
  std::uint64_t refused_ = 0;
  std::vector<Stranger> strangers_;
};

}  // namespace bulletin::server
