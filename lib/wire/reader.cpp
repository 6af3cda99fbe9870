#include "wire/reader.hpp"

#include <limits>
#include <string>

#include "wire/decode_error.hpp"
#include "wire/token.hpp"

namespace bulletin::wire {

void Reader::fail(const char* what, const char* wanted) const {
  std::string_view rest = rest_;
  const Token found = take_token(rest);
  std::string message = what;
  message += ": wanted ";
  message += wanted;
  message += ", found ";
  message += to_string(found.family);
  message += " at byte ";
  message += std::to_string(position());
  throw DecodeError(message);
}

std::size_t Reader::long_array(const char* what) {
  std::string_view rest = rest_;
  const Token token = take_token(rest);
  if (token.family != Family::array) fail(what, "an array");
  rest_ = rest;
  return token.count;
}

void Reader::too_few(std::size_t count, std::size_t least, const char* what) {
  throw DecodeError(std::string(what) + ": has " + std::to_string(count) +
                    " elements, needs at least " + std::to_string(least));
}

template <class Word>
std::uint64_t Reader::take_number() noexcept {
  const std::uint64_t number = big_endian<Word>(rest_.data() + 1);
  rest_.remove_prefix(1 + sizeof(Word));
  return number;
}

std::uint64_t Reader::long_unsigned_integer(const char* what) {
  // The forms that encoders use, before the others.
  if (next() == 0xCF && rest_.size() > 8) return take_number<std::uint64_t>();
  if (next() == 0xCE && rest_.size() > 4) return take_number<std::uint32_t>();
  std::string_view rest = rest_;
  const Token token = take_token(rest);
  if (token.family != Family::integer || is_negative(token)) fail(what, "an unsigned integer");
  rest_ = rest;
  return integer_bits(token);
}

std::string_view Reader::long_string(const char* what) {
  std::string_view rest = rest_;
  const Token token = take_token(rest);
  if (token.family != Family::string || !is_utf8(token.payload)) fail(what, "a string of UTF-8");
  rest_ = rest;
  return token.payload;
}

std::string_view Reader::long_binary(const char* what) {
  std::string_view rest = rest_;
  const Token token = take_token(rest);
  if (token.family != Family::binary) fail(what, "binary");
  rest_ = rest;
  return token.payload;
}

std::uint64_t Reader::skip_objects(std::uint64_t count, std::uint64_t most, const char* what) {
  std::string_view rest = rest_;
  // Counting the objects still to pass over needs no stack, so that any depth will do.
  for (std::uint64_t objects = count; objects != 0; --objects) {
    if (most == 0 || objects > most)
      throw OverLimit(std::string(what) + ": has too many further elements, the limit is " +
                      std::to_string(further_objects));
    const Token token = take_token(rest);
    if (token.family == Family::truncated || token.family == Family::reserved) {
      fail(what, "a whole object");
    }
    objects += token.family == Family::map ? std::uint64_t{token.count} * 2 : token.count;
    --most;
  }
  rest_ = rest;
  return most;
}

void Reader::skip(const char* what) { skip(1, what); }

void Reader::skip(std::size_t count, const char* what) {
  skip_objects(count, std::numeric_limits<std::uint64_t>::max(), what);
}

bool Reader::next_is_true() const noexcept { return !rest_.empty() && rest_[0] == '\xC3'; }

bool Reader::next_is_nil() const noexcept { return !rest_.empty() && rest_[0] == '\xC0'; }

void Reader::nil(const char* what) {
  if (!next_is_nil()) fail(what, "nil");
  rest_.remove_prefix(1);
}

void Reader::finish(const char* what) const {
  if (!rest_.empty()) fail(what, "the end");
}

}  // namespace bulletin::wire
