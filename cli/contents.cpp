#include "cli/contents.hpp"

#include <bulletin/client.hpp>
#include <bulletin/error.hpp>

#include "wire/names.hpp"

namespace bulletin::cli {

Snapshot contents(const Common& common, const std::string& space) {
  Client client({.endpoint = common.endpoint, .open_timeout = common.timeout});
  Snapshot snapshot = client.open(space).snapshot();
  if (snapshot.empty()) {
    throw Error(Errc::missing,
                wire::quoted(space) + " has no attributes; `bulletin ls` lists the namespaces");
  }
  return snapshot;
}

}  // namespace bulletin::cli
