#include <bulletin/error.hpp>

#include <ostream>
#include <utility>

#include "vocabulary/escape.hpp"

namespace bulletin {

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::missing: return "missing";
    case Errc::wrong_type: return "wrong_type";
    case Errc::rejected: return "rejected";
    case Errc::denied: return "denied";
    case Errc::disconnected: return "disconnected";
    case Errc::overloaded: return "overloaded";
    case Errc::in_doubt: return "in_doubt";
    case Errc::protocol: return "protocol";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, Errc code) { return out << to_string(code); }

Error::Error(Errc code, const std::string& message, std::string name)
    : std::runtime_error(vocabulary::escaped(message, vocabulary::EscapeStyle::bytes)),
      code_(code),
      name_(std::move(name)) {}

bool Error::retryable() const noexcept {
  return code_ == Errc::disconnected || code_ == Errc::overloaded;
}

}  // namespace bulletin
