// The broker's side: what a client sends. Whatever decodes is encoded, and decodes to the same
// again.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "wire/decode_error.hpp"
#include "wire/requests.hpp"
#include "wire/transaction.hpp"

using namespace bulletin::wire;

namespace {

void decode_items(const Request& request) {
  const auto* write = std::get_if<Write>(&request);
  if (write == nullptr) return;
  Transaction transaction;
  for (const WriteItem& item : write->items) {
    try {
      decode_transaction(item.transaction, transaction);
    } catch (const DecodeError&) {
    }
  }
}

void check(std::string_view bytes) {
  const auto again = [](const auto& request) { return encode(request); };
  const Request request = decode_request(bytes);
  decode_items(request);
  const std::string usual = std::visit(again, request);
  assert(std::visit(again, decode_request(usual)) == usual);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    check({reinterpret_cast<const char*>(data), size});
  } catch (const DecodeError&) {
  }
  return 0;
}
