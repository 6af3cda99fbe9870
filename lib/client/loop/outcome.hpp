// From the broker's outcome of a transaction to the caller's.
#pragma once

#include <bulletin/commit_result.hpp>

#include "wire/replies.hpp"

namespace bulletin::client {

/// Of a write that was applied, or lost its race.
CommitResult to_commit_result(const wire::Outcome& outcome);

}  // namespace bulletin::client
