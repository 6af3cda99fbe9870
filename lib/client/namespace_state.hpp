// An open namespace as its handles share it.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <bulletin/detail/namespace_state.hpp>

#include "client/implementation.hpp"
#include "replica/attribute_table.hpp"
#include "replica/namespace_replica.hpp"
#include "wire/names.hpp"

class bulletin::detail::NamespaceState {
 public:
  NamespaceState(std::shared_ptr<Client::Implementation> client,
                 std::shared_ptr<replica::NamespaceReplica> replica)
      : client(std::move(client)), replica(std::move(replica)) {}

  const std::shared_ptr<Client::Implementation> client;
  const std::shared_ptr<replica::NamespaceReplica> replica;
  /// Names that begin with '_': never leave this process. Written under the client's apply mutex.
  replica::AttributeTable private_attributes;

  [[nodiscard]] const replica::AttributeTable& table_of(std::string_view name) const noexcept {
    return wire::is_private(name) ? private_attributes : replica->table();
  }
};
