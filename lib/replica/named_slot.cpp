#include "replica/named_slot.hpp"

namespace bulletin::replica {

namespace {

Word partial_word(const char* from, std::size_t bytes) noexcept {
  Word word = 0;
  std::memcpy(&word, from, bytes);
  return word;
}

}  // namespace

bool NamedSlot::is_named(std::string_view name) const noexcept {
  if (length_.load(std::memory_order_acquire) != name.size()) return false;
  const Word* own = words();
  const char* other = name.data();
  std::size_t left = name.size();
  for (; left >= sizeof(Word); left -= sizeof(Word), other += sizeof(Word), ++own) {
    if (load_word(*own) != partial_word(other, sizeof(Word))) return false;
  }
  return left == 0 || load_word(*own) == partial_word(other, left);
}

void NamedSlot::rename(std::string_view name) noexcept {
  publish(renaming, 0, 0);
  length_.store(static_cast<std::uint32_t>(name.size()), std::memory_order_release);
  Word* own = words();
  const char* from = name.data();
  std::size_t left = name.size();
  for (; left >= sizeof(Word); left -= sizeof(Word), from += sizeof(Word), ++own) {
    store_word(*own, partial_word(from, sizeof(Word)));
  }
  if (left != 0) store_word(*own, partial_word(from, left));
}

}  // namespace bulletin::replica
