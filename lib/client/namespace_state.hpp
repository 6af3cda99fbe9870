// An open namespace as its handles share it.
#pragma once

#include <string_view>

#include "client/destination.hpp"
#include "replica/attribute_table.hpp"
#include "wire/names.hpp"

class bulletin::detail::NamespaceState : public Destination {
 public:
  using Destination::Destination;

  /// Names that begin with '_': never leave this process. Written under the client's apply mutex.
  replica::AttributeTable private_attributes;

  [[nodiscard]] const replica::AttributeTable& table_of(std::string_view name) const noexcept {
    return wire::is_private(name) ? private_attributes : replica->table();
  }
};
