#include "replica/value_block.hpp"

#include "replica/text_words.hpp"

namespace bulletin::replica {

namespace {

constexpr std::size_t word = sizeof(Word);

}  // namespace

void ValueBlock::copy(char* to, std::size_t size) const noexcept {
  Word held = load_word(words_[0]);
  if (size < word - header) {
    copy_tail(to, reinterpret_cast<const char*>(&held) + header, size);
    return;
  }
  std::memcpy(to, reinterpret_cast<const char*>(&held) + header, word - header);
  const Word* from = words_ + 1;
  char* end = to + size;
  for (to += word - header; to + word <= end; to += word) {
    held = load_word(*from++);
    std::memcpy(to, &held, word);
  }
  if (to == end) return;
  held = load_word(*from);
  copy_tail(to, reinterpret_cast<const char*>(&held), static_cast<std::size_t>(end - to));
}

void ValueBlock::fill(std::string_view value) noexcept {
  const auto length = static_cast<std::uint32_t>(value.size());
  const std::string_view head = value.substr(0, word - header);
  const std::string_view rest = value.substr(head.size());
  Word next = 0;
  std::memcpy(&next, &length, header);
  std::memcpy(reinterpret_cast<char*>(&next) + header, head.data(), head.size());
  store_word(words_[0], next);
  Word* to = words_ + 1;
  for (std::size_t at = 0; at + word <= rest.size(); at += word) {
    store_word(*to++, whole_word(rest.data() + at));
  }
  if (rest.size() % word != 0) store_word(*to, last_word(rest));
}

}  // namespace bulletin::replica
