// Which ends of a write are errors.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <bulletin/error.hpp>

#include "replica/write_lane.hpp"

namespace bulletin::client {

/// It was applied, or lost its race; otherwise it failed.
inline bool is_decided(const replica::FinishedWrite& write) noexcept {
  return write.fate == replica::FinishedWrite::Fate::answered &&
         (write.outcome.status == wire::Status::ok ||
          write.outcome.status == wire::Status::unchanged ||
          write.outcome.status == wire::Status::lost);
}

/// The beginning of what is said about a write, with a blank behind it.
std::string describe(const replica::FinishedWrite& write, std::string_view name);

/// The error for a write that failed; nullopt: it did not. `name`: the one attribute that it is
/// about, if it is known. Without memory it says less.
std::optional<Error> write_error(const replica::FinishedWrite& write,
                                 std::string_view name = {}) noexcept;

}  // namespace bulletin::client
