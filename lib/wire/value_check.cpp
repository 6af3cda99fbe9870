// Reader::any_value: what may be the value of an attribute.

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/decode_error.hpp"
#include "wire/limits.hpp"
#include "wire/names.hpp"
#include "wire/reader.hpp"
#include "wire/token.hpp"

namespace bulletin::wire {

namespace {

/// The places of the keys of all maps that are open, innermost last: four bytes for a pair, which
/// has at least two. Small values need no memory of their own.
class Keys {
 public:
  std::size_t size() const noexcept { return size_; }
  void push(std::uint32_t place) {
    if (size_ < few_.size()) {
      few_[size_] = place;
    } else {
      if (many_.empty()) many_.assign(few_.begin(), few_.end());
      many_.push_back(place);
    }
    ++size_;
  }
  std::uint32_t* from(std::size_t index) noexcept { return data() + index; }
  std::uint32_t* end() noexcept { return data() + size_; }
  void pop_to(std::size_t size) noexcept {
    size_ = size;
    if (many_.empty()) return;
    if (size_ > few_.size()) {
      many_.resize(size_);
    } else {
      std::copy_n(many_.begin(), size_, few_.begin());
      many_.clear();
    }
  }

 private:
  std::uint32_t* data() noexcept { return many_.empty() ? few_.data() : many_.data(); }

  std::array<std::uint32_t, 32> few_;
  std::vector<std::uint32_t> many_;
  std::size_t size_ = 0;
};

/// Objects of one byte and without text: most of what large arrays are made of.
constexpr std::array<bool, 256> single_bytes() noexcept {
  std::array<bool, 256> single{};
  for (std::size_t type = 0; type != single.size(); ++type) {
    const TypeByte& entry = type_table[type];
    const bool number = entry.family == Family::integer && entry.length_bytes == 0;
    single[type] = (number && entry.length == 0) || entry.family == Family::nil ||
                   entry.family == Family::boolean;
  }
  return single;
}

constexpr std::array<bool, 256> is_single_byte = single_bytes();

/// Whether a map has a key twice: in a time that grows with their number only, whatever they are.
/// Keys are found by their hashes, which depend on the process, so that nobody can choose keys that
/// have the same. The memory is used again for the next map.
class KeyComparison {
 public:
  /// `key_at`: gives the key at a place; no place is 0.
  template <class KeyAt>
  bool any_twice(std::span<const std::uint32_t> places, KeyAt key_at) {
    const auto seed = reinterpret_cast<std::uintptr_t>(this);  // on the stack, which moves
    // A third or more of the slots stay empty, so a key is soon found.
    slots_.assign(std::bit_ceil(places.size() + places.size() / 2), Slot());
    std::array<std::uint64_t, ahead> hashes;
    for (std::size_t first = 0; first < places.size(); first += ahead) {
      const auto some = places.subspan(first, std::min(ahead, places.size() - first));
      // So that they wait for memory together, and not each in its turn.
      for (std::size_t i = 0; i != some.size(); ++i) {
        const std::string_view key = key_at(some[i]);
        hashes[i] = XXH3_64bits_withSeed(key.data(), key.size(), seed);
        __builtin_prefetch(&slots_[first_slot_of(hashes[i])], 1);
      }
      for (std::size_t i = 0; i != some.size(); ++i) {
        if (!insert(hashes[i], some[i], key_at)) return true;
      }
    }
    return false;
  }

 private:
  static constexpr std::size_t ahead = 16;

  struct Slot {
    std::uint32_t tag = 0;    // of the hash
    std::uint32_t place = 0;  // 0: empty
  };

  [[nodiscard]] std::size_t first_slot_of(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>(hash) & (slots_.size() - 1);
  }
  /// False: the key is there already.
  template <class KeyAt>
  bool insert(std::uint64_t hash, std::uint32_t place, KeyAt key_at) {
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    std::size_t index = first_slot_of(hash);
    for (; slots_[index].place != 0; index = (index + 1) & (slots_.size() - 1)) {
      if (slots_[index].tag == tag && key_at(slots_[index].place) == key_at(place)) return false;
    }
    slots_[index] = {tag, place};
    return true;
  }

  std::vector<Slot> slots_;
};

/// An array or map whose end has not been reached.
struct Open {
  std::uint64_t objects;  ///< still to come; in a map keys and values by turns
  bool map;
  bool ascending;         ///< the keys so far came in order, so none came twice
  std::size_t first_key;  ///< of its keys in Keys
};

/// So many are compared each with each.
constexpr std::size_t few_keys = 8;

class Check {
 public:
  Check(std::string_view bytes, const char* what, std::size_t most_bytes) noexcept
      : bytes_(bytes), rest_(bytes), what_(what), most_bytes_(most_bytes) {}

  /// How many bytes the first value of the bytes takes.
  std::size_t run() {
    object();
    while (depth_ != 0) {
      Open& top = open_[depth_ - 1];
      if (top.objects == 0) {
        close(top);
        continue;
      }
      if (!top.map) {
        pass_single_bytes(top);
        if (top.objects == 0) continue;
      }
      const bool at_key = top.map && top.objects % 2 == 0;
      --top.objects;
      if (at_key) {
        key(top);
      } else {
        object();
      }
    }
    return bytes_.size() - rest_.size();
  }

 private:
  void pass_single_bytes(Open& array) noexcept {
    const std::size_t most = std::min<std::size_t>(array.objects, rest_.size());
    std::size_t count = 0;
    while (count != most && is_single_byte[static_cast<unsigned char>(rest_[count])]) ++count;
    rest_.remove_prefix(count);
    array.objects -= count;
  }

  bool pass_single_byte() noexcept {
    if (rest_.empty() || !is_single_byte[static_cast<unsigned char>(rest_[0])]) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Most strings are short, and ASCII. The string that was passed; null: it is no such one.
  std::optional<std::string_view> pass_short_string() noexcept {
    if (rest_.empty()) return std::nullopt;
    const auto type = static_cast<unsigned char>(rest_[0]);
    const std::size_t size = type & 31U;
    if ((type & 0xE0U) != 0xA0 || size >= rest_.size()) return std::nullopt;
    unsigned char bits = 0;
    for (std::size_t i = 1; i <= size; ++i) bits |= static_cast<unsigned char>(rest_[i]);
    if (bits >= 0x80) return std::nullopt;
    const std::string_view text = rest_.substr(1, size);
    rest_.remove_prefix(1 + size);
    return text;
  }

  void object() {
    if (pass_short_string() || pass_single_byte()) return;
    const Token token = take_token(rest_);
    switch (token.family) {
      case Family::truncated: fail("the bytes end inside a value");
      case Family::reserved: fail("0xC1 is no MessagePack");
      case Family::extension: fail("extension types are not allowed in values");
      case Family::string:
        if (!is_utf8(token.payload)) fail("a string is not UTF-8");
        break;
      case Family::array: open({token.count, false, true, keys_.size()}); break;
      case Family::map: open({std::uint64_t{token.count} * 2, true, true, keys_.size()}); break;
      default: break;
    }
  }

  void open(const Open& container) {
    if (depth_ == open_.size()) fail("arrays and maps are nested too deep");
    open_[depth_++] = container;
  }

  void key(Open& map) {
    const std::size_t place = bytes_.size() - rest_.size();
    if (place > std::numeric_limits<std::uint32_t>::max()) fail("the value is larger than 4 GiB");
    const std::string_view text = key_text();
    if (map.ascending && keys_.size() > map.first_key)
      map.ascending = key_at(*(keys_.end() - 1)) < text;
    keys_.push(static_cast<std::uint32_t>(place));
  }

  std::string_view key_text() {
    if (const auto text = pass_short_string()) return *text;
    const Token token = take_token(rest_);
    if (token.family != Family::string) fail("a map's key is no string");
    if (!is_utf8(token.payload)) fail("a map's key is not UTF-8");
    return token.payload;
  }

  void close(const Open& container) {
    if (container.map) {
      const bool judged = bytes_.size() - rest_.size() <= most_bytes_;
      if (judged && !container.ascending)
        check_unique(keys_.from(container.first_key), keys_.end());
      keys_.pop_to(container.first_key);
    }
    --depth_;
  }

  void check_unique(const std::uint32_t* first, const std::uint32_t* last) {
    const std::span<const std::uint32_t> places(first, last);
    const auto at = [this](std::uint32_t place) { return key_at(place); };
    if (places.size() <= few_keys ? any_of_few_twice(places) : comparison_.any_twice(places, at))
      fail("a map has a key twice");
  }

  bool any_of_few_twice(std::span<const std::uint32_t> places) const noexcept {
    for (std::size_t i = 1; i < places.size(); ++i) {
      for (std::size_t k = 0; k != i; ++k) {
        if (key_at(places[k]) == key_at(places[i])) return true;
      }
    }
    return false;
  }

  std::string_view key_at(std::uint32_t place) const noexcept {
    std::string_view rest = bytes_.substr(place);
    const auto type = static_cast<unsigned char>(rest[0]);
    if ((type & 0xE0U) == 0xA0) return rest.substr(1, type & 31U);
    return take_token(rest).payload;
  }

  [[noreturn]] void fail(const char* fault) const {
    throw DecodeError(std::string(what_) + ": " + fault);
  }

  std::string_view bytes_;
  std::string_view rest_;
  const char* what_;
  std::size_t most_bytes_;
  std::size_t depth_ = 0;
  std::array<Open, value_depth> open_;
  Keys keys_;
  KeyComparison comparison_;
};

}  // namespace

namespace {

/// The size of the value that comes first, when it has no parts and no text; otherwise 0.
std::size_t plain_size(std::string_view bytes) noexcept {
  if (bytes.empty()) return 0;
  const TypeByte& entry = type_table[static_cast<unsigned char>(bytes[0])];
  const bool plain = entry.family >= Family::nil && entry.family <= Family::real;
  const std::size_t size = std::size_t{1} + entry.length;
  return plain && size <= bytes.size() ? size : 0;
}

}  // namespace

std::string_view Reader::any_value(const char* what) {
  std::size_t size = plain_size(rest_);
  if (size == 0) size = Check(rest_, what, most_value_bytes_).run();
  return take(size);
}

}  // namespace bulletin::wire
