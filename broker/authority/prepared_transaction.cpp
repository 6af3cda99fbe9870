#include "authority/prepared_transaction.hpp"

#include <algorithm>

#include "wire/decode_error.hpp"
#include "wire/digest.hpp"

namespace bulletin::authority {

void PreparedTransaction::decode(std::string_view bytes, const Limits& limits) {
  hashes_.clear();
  refused_ = try_decode(bytes, limits);
  if (refused_) return;
  for (const wire::Operation& operation : transaction_.operations) {
    hashes_.push_back(wire::name_hash(operation.name));
  }
}

Refused PreparedTransaction::try_decode(std::string_view bytes, const Limits& limits) {
  Refused refused = check_size("the transaction", bytes.size(), limits.transaction_bytes, "bytes");
  if (refused) return refused;
  try {
    refused = check_size("the transaction", wire::element_count(bytes),
                         limits.transaction_operations, "conditions and operations");
    if (!refused) wire::decode_transaction(bytes, transaction_);
    return refused;
  } catch (const wire::DecodeError& error) {
    return wire::Refusal{wire::Status::malformed, error.what(), {}};
  }
}

void PreparedTransaction::fetch_slots(const NameIndex& index) const noexcept {
  for (std::size_t i = 0; i != std::min(window, hashes_.size()); ++i) index.fetch_slot(hashes_[i]);
}

void PreparedTransaction::fetch_attributes(const NameIndex& index) const noexcept {
  for (std::size_t i = 0; i != std::min(window, hashes_.size()); ++i) {
    index.fetch_attribute(hashes_[i]);
  }
}

}  // namespace bulletin::authority
