// A namespace as it is, for the verbs that print it.
#pragma once

#include <cstddef>
#include <string>

#include <bulletin/client.hpp>
#include <bulletin/commit_result.hpp>
#include <bulletin/options.hpp>
#include <bulletin/publisher.hpp>
#include <bulletin/snapshot.hpp>
#include <bulletin/transaction.hpp>

#include "cli/verbs.hpp"

namespace bulletin::cli {

/// For clients and inspectors.
ClientOptions client_options(const Common& common);

/// Bytes of a transaction that every broker takes.
inline constexpr std::size_t no_limit_is_less = 64u << 10;

/// Commits the transaction by a client that may not have met its broker yet.
CommitResult commit(const Client& client, const Publisher& publisher,
                    const Transaction& transaction);

/// Tells people when the broker is not heard, and what follows from that, and when it is heard
/// again. `away`: whether it has been told.
void tell_presence(ClientEvent event, bool& away, const char* consequence);

/// Throws Error missing when there is nothing to print.
Snapshot contents(const Common& common, const std::string& space);

}  // namespace bulletin::cli
