// An attribute of $sys/sessions.
#pragma once

#include <cstdint>
#include <string>

#include <bulletin/value.hpp>

namespace bulletin::cli {

/// A client's session as the broker tells it. Text is safe to print; what it does not tell is
/// empty.
struct Session {
  std::string number;
  std::string name;
  std::string host;
  std::string user;
  std::int64_t since_ms = 0;  ///< of Unix time

  /// "arm@robot7", or what is known of it.
  [[nodiscard]] std::string program() const;
};

Session session_of(const std::string& number, const Value& told);

}  // namespace bulletin::cli
