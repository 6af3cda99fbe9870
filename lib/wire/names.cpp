#include "wire/names.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <bulletin/error.hpp>

#include "vocabulary/escape.hpp"
#include "wire/limits.hpp"

namespace bulletin::wire {

namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080;

template <class Word>
bool is_ascii_word(const char* bytes) noexcept {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return (word & static_cast<Word>(high_bits)) == 0;
}

/// Two words that overlap cover every size between one and two words.
bool is_ascii(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  if (text.size() < 4) {
    return std::all_of(text.begin(), text.end(), [](char byte) { return (byte & 0x80) == 0; });
  }
  if (text.size() < 8) {
    return is_ascii_word<std::uint32_t>(text.data()) && is_ascii_word<std::uint32_t>(end - 4);
  }
  for (const char* at = text.data(); end - at > 8; at += 8) {
    if (!is_ascii_word<std::uint64_t>(at)) return false;
  }
  return is_ascii_word<std::uint64_t>(end - 8);
}

/// How many bytes of pure ASCII come first, perhaps rounded down.
std::size_t ascii_prefix(std::string_view text) noexcept {
  std::size_t size = 0;
  while (text.size() - size >= 8 && is_ascii_word<std::uint64_t>(text.data() + size)) size += 8;
  return size;
}

bool has_nul(std::string_view text) noexcept {
  return std::memchr(text.data(), '\0', text.size()) != nullptr;
}

std::string_view text_fault(std::string_view name, std::size_t limit,
                            std::string_view too_long) noexcept {
  if (name.empty()) return "it is empty";
  if (name.size() > limit) return too_long;
  if (has_nul(name)) return "it contains NUL";
  if (!is_utf8(name)) return "it is not UTF-8";
  return {};
}

void check(std::string_view name, std::string_view fault, const char* kind) {
  if (fault.empty()) return;
  std::string message = quoted(name);
  message += " cannot be the name of ";
  message += kind;
  message += ": ";
  message += fault;
  throw Error(Errc::rejected, message, std::string(name));
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  if (is_ascii(text)) return true;
  text.remove_prefix(ascii_prefix(text));
  while (!text.empty()) {
    const std::size_t size = vocabulary::character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
    if (size != 1) continue;
    text.remove_prefix(ascii_prefix(text));
  }
  return true;
}

std::string_view attribute_name_fault(std::string_view name) noexcept {
  if (is_private(name)) return "names that begin with '_' are private and never travel";
  static_assert(name_bytes == 1024);
  return text_fault(name, name_bytes, "it is longer than 1024 bytes");
}

std::string_view namespace_name_fault(std::string_view name) noexcept {
  static_assert(namespace_bytes == 255);
  const std::string_view fault = text_fault(name, namespace_bytes, "it is longer than 255 bytes");
  if (!fault.empty()) return fault;
  if (name.front() == '/' || name.back() == '/' || name.find("//") != name.npos) {
    return "it has an empty segment";
  }
  return {};
}

void check_attribute_name(std::string_view name) {
  check(name, attribute_name_fault(name), "a shared attribute");
}

void check_namespace_name(std::string_view name) {
  check(name, namespace_name_fault(name), "a namespace");
}

std::string quoted(std::string_view name) {
  constexpr std::size_t most = 80;
  std::string out = "'";
  std::string_view rest = name;
  while (!rest.empty() && name.size() - rest.size() < most) {
    vocabulary::append_escaped(out, rest, vocabulary::EscapeStyle::bytes);
  }
  return out += rest.empty() ? "'" : "...'";
}

}  // namespace bulletin::wire
