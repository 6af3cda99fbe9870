// Decides the transactions of one WRITE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "authority/command.hpp"
#include "authority/options.hpp"
#include "authority/prepared_transaction.hpp"
#include "authority/transaction_applier.hpp"
#include "wire/requests.hpp"

namespace bulletin::authority {

struct Counters;

/// One outcome for each item, in order; a refused item does not keep the others from being applied.
class WriteApplier {
 public:
  WriteApplier(const AuthorityOptions& options, Counters& counters, Board& board,
               CommitBuilder& builder)
      : options_(options), counters_(counters), board_(board), applier_(builder, options.limits) {}

  Outcomes apply(std::span<const wire::WriteItem> items, std::uint64_t session);

 private:
  std::size_t prepare(std::span<const wire::WriteItem> items);
  wire::Outcome apply(const wire::WriteItem& item, const PreparedTransaction& prepared,
                      std::uint64_t session);
  wire::Outcome apply_to_new(const wire::WriteItem& item, const PreparedTransaction& prepared,
                             std::uint64_t session);
  wire::Outcome apply_to(Space& space, const PreparedTransaction& prepared, std::uint64_t session);

  const AuthorityOptions& options_;
  Counters& counters_;
  Board& board_;
  TransactionApplier applier_;
  std::vector<PreparedTransaction> prepared_;
};

}  // namespace bulletin::authority
