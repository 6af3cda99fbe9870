#include "replica/value_block.hpp"

#include <algorithm>

namespace bulletin::replica {

namespace {

constexpr std::size_t word = sizeof(Word);

}  // namespace

void ValueBlock::copy(char* to, std::size_t size) const noexcept {
  Word held = load_word(words_[0]);
  std::size_t taken = std::min(size, word - header);
  std::memcpy(to, reinterpret_cast<const char*>(&held) + header, taken);
  const Word* from = words_ + 1;
  for (; size - taken >= word; taken += word, ++from) {
    held = load_word(*from);
    std::memcpy(to + taken, &held, word);
  }
  if (taken == size) return;
  held = load_word(*from);
  std::memcpy(to + taken, &held, size - taken);
}

void ValueBlock::fill(std::string_view value) noexcept {
  const auto length = static_cast<std::uint32_t>(value.size());
  Word next = 0;
  std::memcpy(&next, &length, header);
  std::size_t taken = std::min(value.size(), word - header);
  std::memcpy(reinterpret_cast<char*>(&next) + header, value.data(), taken);
  store_word(words_[0], next);
  Word* to = words_ + 1;
  for (; value.size() - taken >= word; taken += word, ++to) {
    std::memcpy(&next, value.data() + taken, word);
    store_word(*to, next);
  }
  if (taken == value.size()) return;
  next = 0;
  std::memcpy(&next, value.data() + taken, value.size() - taken);
  store_word(*to, next);
}

}  // namespace bulletin::replica
