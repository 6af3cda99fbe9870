// How the program ends.
#pragma once

#include <stdexcept>

#include <bulletin/error.hpp>

namespace bulletin::cli {

enum class Exit {
  done = 0,
  refused = 1,      ///< the broker said no, no such attribute, it has not become so, or no output
  wrong_usage = 2,  ///< the command line, or a file that it names
  unreachable = 3,  ///< no broker in time; nothing was changed
  in_doubt = 4,     ///< a write was sent, and its outcome is not known
};

/// The command line, or a file that it names, makes no sense.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline Exit to_exit(const Error& error) noexcept {
  switch (error.code()) {
    case Errc::disconnected: return Exit::unreachable;
    case Errc::in_doubt: return Exit::in_doubt;
    default: return Exit::refused;
  }
}

}  // namespace bulletin::cli
