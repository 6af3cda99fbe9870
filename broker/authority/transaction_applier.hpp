// Decides one transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/options.hpp>

#include "authority/commit_builder.hpp"
#include "authority/refusals.hpp"
#include "wire/replies.hpp"
#include "wire/transaction.hpp"

namespace bulletin::authority {

/// A commit would make one namespace more than there may be, or than its user may have.
enum class PastNamespaces : std::uint8_t { no, bound, quota };

/// What a transaction is decided with, beside the namespace.
struct TransactionContext {
  std::uint64_t session = 0;   ///< that its ephemeral attributes go with
  std::uint64_t clock_ms = 0;  ///< where its times to live begin
  std::uint64_t revision = 0;  ///< the commit's number, if there will be one
  PastNamespaces past_namespaces = PastNamespaces::no;
  /// What the outcome of a commit may take, encoded.
  std::size_t outcome_bytes = SIZE_MAX;
};

/// Conditions first, then the operations in their order, each of which sees what the earlier ones
/// did; all of it or nothing.
class TransactionApplier {
 public:
  /// `total`: of all namespaces, as the builder keeps it.
  TransactionApplier(CommitBuilder& builder, const AuthorityOptions& options, const Extent& total)
      : builder_(builder), limits_(options.limits), bounds_(options.bounds), total_(total) {}

  /// An outcome other than ok has changed nothing.
  wire::Outcome apply(Space& space, const wire::Transaction& transaction,
                      const TransactionContext& context);

 private:
  void fetch_ahead(std::span<const wire::Operation> operations, std::size_t index) const;
  std::optional<wire::Outcome> check(const wire::Condition& condition);
  Refused apply(const wire::Operation& operation);
  Refused set(const wire::Operation& operation, const CommitBuilder::Place& place);
  Refused add(const wire::Operation& operation, const CommitBuilder::Place& place);
  [[nodiscard]] Refused check_name(const CommitBuilder::Place& place) const;
  [[nodiscard]] Refused check_room(const wire::Outcome& outcome) const;
  [[nodiscard]] Refused check_extent() const;
  [[nodiscard]] Refused check_quota(const Extent& after) const;

  CommitBuilder& builder_;
  const Limits& limits_;
  const Bounds& bounds_;
  const Extent& total_;
  Space* space_ = nullptr;
  TransactionContext context_;
  std::vector<std::string> sums_;
};

}  // namespace bulletin::authority
