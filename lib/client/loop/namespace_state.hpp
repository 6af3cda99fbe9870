// An open namespace as its handles share it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "client/loop/destination.hpp"
#include "client/system/randomness.hpp"
#include "replica/attribute_table.hpp"
#include "wire/names.hpp"

/// All that a client knows of a namespace beside the replica's own, which is the core's as well.
class bulletin::detail::NamespaceState : public Destination {
 public:
  using Destination::Destination;

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
