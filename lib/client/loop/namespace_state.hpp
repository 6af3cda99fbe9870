// An open namespace as its handles share it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <bulletin/detail/namespace_state.hpp>

#include "client/loop/implementation.hpp"
#include "client/system/randomness.hpp"
#include "replica/attribute_table.hpp"
#include "replica/namespace_replica.hpp"
#include "wire/names.hpp"

/// All that a client knows of a namespace beside the replica's own, which is the core's as well.
class bulletin::detail::NamespaceState {
 public:
  NamespaceState(std::shared_ptr<Client::Implementation> client,
                 std::shared_ptr<replica::NamespaceReplica> replica)
      : client(std::move(client)), replica(std::move(replica)) {}

  const std::shared_ptr<Client::Implementation> client;
  const std::shared_ptr<replica::NamespaceReplica> replica;

  // Guarded by the client's lock.
  std::weak_ptr<NamespaceState> handle;  ///< those that exist
  bool published = false;                ///< there was a publisher before the replica was complete
  std::uint64_t lingers_until_ms = 0;    ///< without a handle; 0: it does not linger
  // Guarded by OpenNamespaces' lock of releases.
  bool released = false;  ///< it is known there that the last handle has gone

  /// Names that begin with '_': never leave this process. Written under the client's lock.
  replica::AttributeTable private_attributes{client::hash_seed()};

  [[nodiscard]] const replica::AttributeTable& table_of(std::string_view name) const noexcept {
    return wire::is_private(name) ? private_attributes : replica->table();
  }
};
