// Decides the transactions of one WRITE.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "authority/authority_options.hpp"
#include "authority/command.hpp"
#include "authority/commit_builder.hpp"
#include "authority/refusals.hpp"
#include "authority/transaction_applier.hpp"
#include "wire/requests.hpp"
#include "wire/transaction.hpp"

namespace bulletin::authority {

struct AuthorityCounters;

[[nodiscard]] bool is_among(Places places, std::size_t item) noexcept;

/// One outcome for each item, in order; a refused item does not keep the others from being applied.
class WriteApplier {
 public:
  WriteApplier(const AuthorityOptions& options, AuthorityCounters& counters,
               NamespaceTable& namespaces, CommitBuilder& builder);

  struct Writer {
    std::uint64_t session;
    Account& account;
  };

  /// `most_bytes`: of the outcomes, encoded; the items behind are refused. It has room for the
  /// refusal of each item.
  Outcomes apply(std::span<const wire::WriteItem> items, const Writer& writer, Places denied,
                 std::size_t most_bytes);

 private:
  /// What was done for an item before its turn.
  struct Prepared {
    bool decoded = false;
    Refused refused;
    wire::Transaction transaction;  // its memory is used again
  };
  static constexpr std::size_t most_prepared = 16;

  /// Null: there is none. Most items are of the same one as the item before.
  Space* find(std::string_view name);
  /// What an item has cost: see `Bounds::write_work`.
  std::uint64_t work_of(const wire::WriteItem& item, const wire::Outcome& outcome);
  void prepare(std::span<const wire::WriteItem> all, std::size_t first, Places denied);
  void fetch_ahead(std::span<const wire::WriteItem> items);
  wire::Outcome apply(const wire::WriteItem& item, Prepared* prepared);
  Refused decode(std::string_view bytes, wire::Transaction& transaction);
  wire::Outcome apply_to_new(std::string_view name, const wire::Transaction& transaction);
  wire::Outcome apply_to_empty(Space& space, const wire::Transaction& transaction);
  wire::Outcome apply_to(Space& space, const wire::Transaction& transaction, PastNamespaces past);

  const AuthorityOptions& options_;
  AuthorityCounters& counters_;
  NamespaceTable& namespaces_;
  CommitBuilder& builder_;
  TransactionApplier applier_;
  // Of the request and the item at hand.
  std::uint64_t session_ = 0;
  Account* writer_ = nullptr;
  std::size_t outcome_room_ = 0;
  std::size_t elements_ = 0;
  std::uint64_t further_work_ = 0;  // that is not of elements
  Space* last_found_ = nullptr;     // in this request
  std::string_view last_space_;     // of the item before
  std::array<Prepared, most_prepared> prepared_;
  wire::Transaction at_hand_;  // one that was not prepared; its memory is used again
};

}  // namespace bulletin::authority
