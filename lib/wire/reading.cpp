// What was read from a slot, as the templates of Namespace want it.

#include <bit>
#include <string>
#include <utility>

#include <bulletin/detail/namespace_state.hpp>
#include <bulletin/error.hpp>

#include "wire/decode_error.hpp"
#include "wire/token.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::detail {

Value to_value(const Reading& reading) {
  const std::uint64_t bits = reading.scalar.bits;
  switch (reading.scalar.kind) {
    case Kind::absent:
    case Kind::nil: return {};
    case Kind::boolean: return bits != 0;
    case Kind::integer: return static_cast<std::int64_t>(bits);
    case Kind::unsigned_integer: return bits;
    case Kind::real: return std::bit_cast<double>(bits);
    case Kind::encoded: break;
  }
  try {
    return wire::decode_value(reading.bytes);
  } catch (const wire::DecodeError& error) {
    throw Error(Errc::protocol,
                std::string("the replica holds bytes that are no value; ") + error.what());
  }
}

bool to_string(Reading& reading, std::string& out) {
  if (reading.scalar.kind != Kind::encoded) return false;
  std::string_view rest = reading.bytes;
  const wire::Token token = wire::take_token(rest);
  if (token.family != wire::Family::string) return false;
  // The bytes are the caller's own: cutting the head off spares a second string.
  const auto head = static_cast<std::size_t>(token.payload.data() - reading.bytes.data());
  const std::size_t size = token.payload.size();
  out = std::move(reading.bytes);
  out.resize(head + size);
  out.erase(0, head);
  return true;
}

Encoded to_encoded(Reading& reading) {
  if (reading.scalar.kind == Kind::encoded) return {std::move(reading.bytes)};
  return {std::string(wire::ScalarBytes(reading.scalar.kind, reading.scalar.bits).view())};
}

}  // namespace bulletin::detail
