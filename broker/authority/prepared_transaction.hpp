// A transaction that is about to be applied.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <bulletin/options.hpp>

#include "authority/name_index.hpp"
#include "authority/refusals.hpp"
#include "wire/transaction.hpp"

namespace bulletin::authority {

/// A transaction, decoded, with the hashes of its names. Memory is slow and the processor can wait
/// for many places at once, so before it is applied the places that it will need are fetched, in
/// two steps; see NameIndex. Reuses its memory.
class PreparedTransaction {
 public:
  /// Refused: malformed, or over a limit. Then, and only then, `transaction` must not be used.
  void decode(std::string_view bytes, const Limits& limits);

  [[nodiscard]] const Refused& refused() const noexcept { return refused_; }
  [[nodiscard]] const wire::Transaction& transaction() const noexcept { return transaction_; }
  /// Of an operation's name.
  [[nodiscard]] std::uint64_t hash(std::size_t operation) const noexcept {
    return hashes_[operation];
  }

  /// For the first operations.
  void fetch_slots(const NameIndex& index) const noexcept;
  void fetch_attributes(const NameIndex& index) const noexcept;
  /// For those some way behind this one, which is about to be applied.
  void fetch_ahead(const NameIndex& index, std::size_t operation) const noexcept {
    if (operation + window < hashes_.size()) index.fetch_slot(hashes_[operation + window]);
    if (operation + window / 2 < hashes_.size()) {
      index.fetch_attribute(hashes_[operation + window / 2]);
    }
  }

  /// How far ahead it is worth to fetch.
  static constexpr std::size_t window = 32;

 private:
  Refused try_decode(std::string_view bytes, const Limits& limits);

  Refused refused_;
  wire::Transaction transaction_;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace bulletin::authority
