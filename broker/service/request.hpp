// One request as it came, and where its answer goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bulletin::service {

struct Request {
  std::uint64_t connection = 0;
  std::string_view user;  ///< valid in this turn; empty without keys
  std::string envelope;   ///< what its answer begins with
  std::string body;
  bool whole = false;  ///< exactly one frame came behind the delimiter

  [[nodiscard]] std::string_view bytes() const noexcept { return body; }
};

}  // namespace bulletin::service
