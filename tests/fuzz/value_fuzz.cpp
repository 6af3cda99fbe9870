// One value: the check and the decoder agree, and what decodes encodes to what decodes to it.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/decode_error.hpp"
#include "wire/reader.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using namespace bulletin::wire;

namespace {

bool passes(std::string_view bytes) {
  try {
    Reader reader(bytes);
    reader.value("value");
    reader.finish("value");
    return true;
  } catch (const DecodeError&) {
    return false;
  }
}

std::optional<Value> decoded(std::string_view bytes) {
  try {
    return decode_value(bytes);
  } catch (const DecodeError&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::optional<Value> value = decoded(bytes);
  assert(passes(bytes) == value.has_value());
  if (!value) return 0;
  const std::string usual = encode_value(*value);
  // Bytes and not values are compared: NaN is not equal to itself.
  assert(encode_value(decode_value(usual)) == usual);
  const detail::Scalar scalar = to_scalar(bytes);
  std::string out;
  append_scalar(scalar.kind, scalar.bits, out);
  assert(scalar.kind == detail::Kind::encoded || out == bytes);
  return 0;
}
