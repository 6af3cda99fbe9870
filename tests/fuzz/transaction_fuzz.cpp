// The broker's side: one transaction.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/decode_error.hpp"
#include "wire/transaction.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin::wire;

namespace {

void check(std::string_view bytes) {
  const std::size_t elements = element_count(bytes);
  Transaction transaction;
  decode_transaction(bytes, transaction);
  assert(transaction.conditions.size() + transaction.operations.size() == elements);
  for (const Operation& operation : transaction.operations) {
    if (!operation.value.empty()) (void)decode_value(operation.value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    check({reinterpret_cast<const char*>(data), size});
  } catch (const DecodeError&) {
  }
  return 0;
}
