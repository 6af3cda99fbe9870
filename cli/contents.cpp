#include "cli/contents.hpp"

#include <cstddef>
#include <cstdio>

#include <fmt/format.h>
#include <bulletin/client.hpp>
#include <bulletin/error.hpp>

#include "cli/missing.hpp"
#include "cli/terminal.hpp"

namespace bulletin::cli {

ClientOptions client_options(const Common& common) {
  ClientOptions options;
  options.endpoint = common.endpoint;
  options.server_key = common.server_key;
  options.key_file = common.key;
  options.open_timeout = common.timeout;
  options.write_timeout = common.timeout;
  return options;
}

CommitResult commit(const Client& client, const Publisher& publisher,
                    const Transaction& transaction) {
  // What is over the broker's limit is refused here, which has to know it.
  if (transaction.encoded().size() > no_limit_is_less) client.ping();
  return publisher.commit(transaction);
}

void tell_presence(ClientEvent event, bool& away, const char* consequence) {
  if (event == ClientEvent::disconnected) {
    note(fmt::format("the broker is not heard; {}", consequence));
    away = true;
  } else if (event == ClientEvent::connected && away) {
    note("the broker is heard again");
    away = false;
  }
}

Snapshot contents(const Common& common, const std::string& space) {
  Client client(client_options(common));
  Snapshot snapshot = client.open(space).snapshot();
  if (snapshot.empty()) throw_empty(space);
  return snapshot;
}

}  // namespace bulletin::cli
