// A transaction as it travels.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/options.hpp>
#include <bulletin/value.hpp>

#include "wire/limits.hpp"

namespace bulletin::wire {

struct Condition {
  std::string_view name;
  std::uint64_t revision = 0;  ///< 0: must be absent
};

struct Operation {
  OperationKind kind = OperationKind::set;
  std::string_view name;   ///< empty for clear
  std::string_view value;  ///< set: any value; add: an integer or a double; as bytes
  std::uint64_t ttl_ms = 0;
  bool ephemeral = false;
};

/// [conditions, operations]; a condition is [name, revision]; an operation is [1, name, value], [1,
/// name, value, ttl_ms, ephemeral], [2, name], [3, name, amount] or [4]. Views point into the bytes
/// decoded.
struct Transaction {
  std::vector<Condition> conditions;
  std::vector<Operation> operations;
};

/// How many conditions and operations there are: to be asked before decoding, because a [4] takes
/// two bytes here and many in memory. Allocates nothing. Throws DecodeError.
std::size_t element_count(std::string_view bytes);

/// A transaction that sets one attribute and nothing else, as bulletin::Transaction would encode
/// it, onto the end of `out`. Throws Error rejected, as that does; then `out` is as it was.
void encode_set(std::string_view name, detail::Content value, const SetOptions& options,
                std::string& out);

/// The attribute of what `encode_set` has made.
std::string_view name_of_set(std::string_view transaction) noexcept;

/// Reads structure only, and validates values; names and limits are the authority's to judge.
/// Reuses `out`'s memory. Throws DecodeError. `most_value_bytes`: a value that has more may have
/// keys twice; the caller refuses it for its size.
void decode_transaction(std::string_view bytes, Transaction& out,
                        std::size_t most_value_bytes = SIZE_MAX);

/// The same transaction, but with conditions that do not hold instead of those that name a
/// revision. Throws DecodeError.
std::string without_revisions(std::string_view bytes);

}  // namespace bulletin::wire
