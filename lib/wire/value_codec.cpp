#include "wire/value_codec.hpp"

#include <algorithm>
#include <utility>

#include <bulletin/error.hpp>

#include "wire/decode_error.hpp"
#include "wire/limits.hpp"
#include "wire/names.hpp"
#include "wire/packer.hpp"
#include "wire/reader.hpp"
#include "wire/token.hpp"

namespace bulletin::wire {

namespace {

class Encoder {
 public:
  explicit Encoder(std::string& out) noexcept : out_(out) {}

  void operator()(std::monostate) { out_.nil(); }
  void operator()(bool value) { out_.boolean(value); }
  void operator()(std::int64_t value) { out_.signed_integer(value); }
  void operator()(std::uint64_t value) { out_.integer(value); }
  void operator()(double value) { out_.real(value); }
  void operator()(const std::string& value) {
    if (!is_utf8(value)) throw Error(Errc::rejected, "a string is not UTF-8; store it as bytes");
    out_.string(value);
  }
  void operator()(const Bytes& value) {
    out_.binary({reinterpret_cast<const char*>(value.data()), value.size()});
  }
  void operator()(const Array& value) {
    enter();
    out_.array(value.size());
    for (const Value& item : value) std::visit(*this, item.data());
    --depth_;
  }
  void operator()(const Map& value) {
    enter();
    out_.map(value.size());
    for (const auto& [key, item] : value) {
      (*this)(key);
      std::visit(*this, item.data());
    }
    --depth_;
  }

 private:
  void enter() {
    if (++depth_ > value_depth) {
      throw Error(Errc::rejected, "arrays and maps are nested more than 64 deep");
    }
  }
  static_assert(value_depth == 64);

  Packer out_;
  std::size_t depth_ = 0;
};

[[noreturn]] void fail(const char* fault) { throw DecodeError(std::string("value: ") + fault); }

/// Recursive, but never deeper than `value_depth`.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) noexcept : rest_(bytes) {}

  Value one() {
    const Token token = take_token(rest_);
    switch (token.family) {
      case Family::truncated: fail("the bytes end inside it");
      case Family::reserved: fail("0xC1 is no MessagePack");
      case Family::extension: fail("extension types are not allowed");
      case Family::nil: return {};
      case Family::boolean: return (token.type & 1) != 0;
      case Family::integer: return integer(token);
      case Family::real: return real_value(token);
      case Family::string: return text(token);
      case Family::binary: return binary(token.payload);
      case Family::array: return array(token.count);
      case Family::map: return map(token.count);
    }
    fail("of no known type");
  }

  [[nodiscard]] bool done() const noexcept { return rest_.empty(); }

 private:
  static Value integer(const Token& token) {
    const std::uint64_t bits = integer_bits(token);
    if (is_negative(token)) return static_cast<std::int64_t>(bits);
    return bits;
  }

  static std::string text(const Token& token) {
    if (token.family != Family::string) fail("a map's key is no string");
    if (!is_utf8(token.payload)) fail("a string is not UTF-8");
    return std::string(token.payload);
  }

  static Bytes binary(std::string_view payload) {
    const auto* begin = reinterpret_cast<const std::byte*>(payload.data());
    return {begin, begin + payload.size()};
  }

  Array array(std::uint32_t count) {
    enter();
    Array items;
    // Not the count, which nobody vouches for at every level.
    items.reserve(std::min<std::size_t>(count, 256));
    for (; count != 0; --count) items.push_back(one());
    --depth_;
    return items;
  }

  Map map(std::uint32_t count) {
    enter();
    Map items;
    for (; count != 0; --count) {
      std::string key = text(take_token(rest_));
      const std::size_t before = items.size();
      items.emplace_hint(items.end(), std::move(key), one());
      if (items.size() == before) fail("a map has a key twice");
    }
    --depth_;
    return items;
  }

  void enter() {
    if (++depth_ > value_depth) fail("arrays and maps are nested too deep");
  }

  std::string_view rest_;
  std::size_t depth_ = 0;
};

}  // namespace

void encode_value(const Value& value, std::string& out) {
  const std::size_t before = out.size();
  try {
    Encoder encoder(out);
    std::visit(encoder, value.data());
  } catch (...) {
    out.resize(before);
    throw;
  }
}

std::string encode_value(const Value& value) {
  std::string out;
  encode_value(value, out);
  return out;
}

namespace {

void check_value(std::string_view bytes) {
  try {
    Reader reader(bytes);
    (void)reader.value("the value");
    reader.finish("the value");
  } catch (const DecodeError& error) {
    throw Error(Errc::rejected, std::string("not one value in MessagePack: ") + error.what());
  }
}

}  // namespace

void encode_content(std::string_view name, detail::Content content, std::string& out) {
  try {
    if (content.value() != nullptr) return encode_value(*content.value(), out);
    check_value(content.encoded()->bytes);
    out += content.encoded()->bytes;
  } catch (const Error& error) {
    throw Error(error.code(), "the value of " + quoted(name) + ": " + error.what(),
                std::string(name));
  }
}

Value decode_value(std::string_view bytes) {
  Decoder decoder(bytes);
  Value value = decoder.one();
  if (!decoder.done()) fail("more bytes follow");
  return value;
}

}  // namespace bulletin::wire

namespace bulletin {

Value ValueTraits<Encoded>::to_value(const Encoded& encoded) {
  try {
    return wire::decode_value(encoded.bytes);
  } catch (const wire::DecodeError& error) {
    throw Error(Errc::rejected, std::string("not one value in MessagePack: ") + error.what());
  }
}

std::optional<Encoded> ValueTraits<Encoded>::from_value(const Value& value) {
  return Encoded{wire::encode_value(value)};
}

}  // namespace bulletin
