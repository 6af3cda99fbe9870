// The client's side of CurveZMQ (https://rfc.zeromq.org/spec/26/), for tests: also one that cheats.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "zmtp/curve.hpp"

namespace bulletin::test {

class CurveClient {
 public:
  explicit CurveClient(const zmtp::Key& server, const zmtp::KeyPair& own = {})
      : server_(server), own_(own) {}

  [[nodiscard]] const zmtp::KeyPair& own() const noexcept { return own_; }

  // Bodies of commands.
  std::string hello();
  /// Takes WELCOME, returns INITIATE. `vouched_for`: of the short-term key; null: its own.
  std::string initiate(std::string_view welcome, std::string_view metadata,
                       const zmtp::Key* vouched_for = nullptr);
  /// Takes READY, returns the server's metadata.
  std::string ready(std::string_view ready);

  std::string close(std::string_view body, bool more = false, bool command = false);
  /// Flags and body.
  std::string open(std::string_view message);

 private:
  std::string next_number();

  zmtp::Key server_;
  zmtp::KeyPair own_;
  zmtp::KeyPair short_term_;
  zmtp::Key server_short_term_{};
  std::uint64_t sent_ = 0;
};

}  // namespace bulletin::test
