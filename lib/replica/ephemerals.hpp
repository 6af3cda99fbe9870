// The ephemeral attributes that a client sets again when it has lost its session.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "wire/transaction.hpp"

namespace bulletin::replica {

class NamespaceReplica;

/// Those that plain `set`s made and that no later write of this client ended. Told of every own
/// transaction that was committed, in order.
class Ephemerals {
 public:
  void committed(const NamespaceReplica* replica, std::string_view transaction, bool renewable);

  struct Renewal {
    const NamespaceReplica* replica = nullptr;
    std::string transaction;  ///< sets the attribute if it is absent
  };
  [[nodiscard]] std::vector<Renewal> renewals() const;

 private:
  struct Made {
    std::string value;
    std::uint64_t ttl_ms = 0;
  };
  using Names = std::map<std::string, Made, std::less<>>;

  /// Not by address: whoever replays a client sees the same order.
  struct ByName {
    bool operator()(const NamespaceReplica* left, const NamespaceReplica* right) const noexcept;
  };

  static void note(Names& names, const wire::Operation& operation, bool made);

  std::map<const NamespaceReplica*, Names, ByName> made_;
  wire::Transaction decoded_;  // its memory is used again
};

}  // namespace bulletin::replica
