#include "replica/named_slot.hpp"

namespace bulletin::replica {

void NamedSlot::rename(std::string_view name) noexcept {
  publish(renaming, 0, 0);
  length_.store(static_cast<std::uint32_t>(name.size()), std::memory_order_release);
  Word* own = words();
  for (std::size_t at = 0; at + sizeof(Word) <= name.size(); at += sizeof(Word)) {
    store_word(*own++, whole_word(name.data() + at));
  }
  if (name.size() % sizeof(Word) != 0) store_word(*own, last_word(name));
}

}  // namespace bulletin::replica
