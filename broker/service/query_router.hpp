// The clients' namespaces and the broker's own, as one.
#pragma once

#include <string>
#include <string_view>

#include "authority/authority.hpp"
#include "service/rights.hpp"
#include "service/system_namespaces.hpp"
#include "wire/requests.hpp"

namespace bulletin::service {

/// Answers queries: about names that begin with `$` from the system board, about all others from
/// the authority.
class QueryRouter {
 public:
  QueryRouter(const authority::Authority& clients, const SystemNamespaces& system) noexcept
      : clients_(clients), system_(system) {}

  [[nodiscard]] std::string answer(const wire::Read& request) const;
  [[nodiscard]] std::string answer(const wire::SnapshotRequest& request) const;
  [[nodiscard]] std::string answer(const wire::Since& request) const;
  [[nodiscard]] std::string answer(const wire::StatusRequest& request) const;
  /// Namespaces that may not be read make no difference to the answer, nor to the work.
  [[nodiscard]] std::string answer(const wire::List& request, const Rights& rights) const;

  [[nodiscard]] wire::NamespaceStatus status(std::string_view space) const;

 private:
  const authority::Authority& of(std::string_view space) const noexcept;

  const authority::Authority& clients_;
  const SystemNamespaces& system_;
};

}  // namespace bulletin::service
