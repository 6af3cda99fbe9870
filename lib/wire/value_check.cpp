// Reader::any_value: what may be the value of an attribute.

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
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
/// Keys are compared by their hashes, in portions that fit into the nearest cache. The hash depends
/// on the process, so that nobody can choose keys that have the same.
class KeyComparison {
 public:
  /// `key_at`: gives the key at a place.
  template <class KeyAt>
  static bool any_twice(std::span<const std::uint32_t> places, KeyAt key_at) {
    const auto seed = reinterpret_cast<std::uintptr_t>(&places);  // on the stack, which moves
    std::vector<Key> keys(places.size());
    std::vector<std::size_t> ends(portions + 1);
    for (std::size_t i = 0; i != places.size(); ++i) {
      const std::string_view key = key_at(places[i]);
      const std::uint64_t hash = XXH3_64bits_withSeed(key.data(), key.size(), seed);
      keys[i] = {static_cast<std::uint32_t>(hash >> 32), places[i]};
      ++ends[portion_of(keys[i]) + 1];
    }
    std::partial_sum(ends.begin(), ends.end(), ends.begin());
    std::vector<Key> sorted(keys.size());
    for (const Key& key : keys) sorted[ends[portion_of(key)]++] = key;
    const auto less = [](const Key& a, const Key& b) { return a.hash < b.hash; };
    auto first = sorted.begin();
    for (std::size_t i = 0; i != portions; ++i) {
      const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(ends[i]);
      std::sort(first, last, less);
      first = last;
    }
    return any_same(sorted, key_at);
  }

 private:
  struct Key {
    std::uint32_t hash = 0;
    std::uint32_t place = 0;
  };
  static constexpr std::size_t portions = 4096;
  static std::size_t portion_of(const Key& key) noexcept { return key.hash >> 20; }

  /// Those with the same hash stand beside each other, and are few.
  template <class KeyAt>
  static bool any_same(std::span<const Key> sorted, KeyAt key_at) {
    for (std::size_t i = 0; i != sorted.size(); ++i) {
      for (std::size_t k = i; k != 0 && sorted[k - 1].hash == sorted[i].hash; --k) {
        if (key_at(sorted[k - 1].place) == key_at(sorted[i].place)) return true;
      }
    }
    return false;
  }
};

/// An array or map whose end has not been reached.
struct Open {
  std::uint64_t objects;  ///< still to come; in a map keys and values by turns
  bool map;
  bool ascending;         ///< the keys so far came in order, so none came twice
  std::size_t first_key;  ///< of its keys in Keys
};

/// So many are compared with the least effort; more of them with the least for each.
constexpr std::size_t few_keys = 1024;

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

  /// Most strings are short, and ASCII.
  bool pass_short_string() noexcept {
    if (rest_.empty()) return false;
    const auto type = static_cast<unsigned char>(rest_[0]);
    const std::size_t size = type & 31U;
    if ((type & 0xE0U) != 0xA0 || size >= rest_.size()) return false;
    unsigned char bits = 0;
    for (std::size_t i = 1; i <= size; ++i) bits |= static_cast<unsigned char>(rest_[i]);
    if (bits >= 0x80) return false;
    rest_.remove_prefix(1 + size);
    return true;
  }

  void object() {
    if (pass_short_string()) return;
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
    const Token token = take_token(rest_);
    if (token.family != Family::string) fail("a map's key is no string");
    if (!is_utf8(token.payload)) fail("a map's key is not UTF-8");
    if (map.ascending && keys_.size() > map.first_key) {
      map.ascending = key_at(*(keys_.end() - 1)) < token.payload;
    }
    keys_.push(static_cast<std::uint32_t>(place));
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

  void check_unique(std::uint32_t* first, std::uint32_t* last) const {
    const std::span<const std::uint32_t> places(first, last);
    const auto same = [this](auto a, auto b) { return key_at(a) == key_at(b); };
    const auto less = [this](auto a, auto b) { return key_at(a) < key_at(b); };
    bool twice = false;
    if (places.size() <= few_keys) {
      std::sort(first, last, less);
      twice = std::adjacent_find(first, last, same) != last;
    } else {
      twice =
          KeyComparison::any_twice(places, [this](std::uint32_t place) { return key_at(place); });
    }
    if (twice) fail("a map has a key twice");
  }

  std::string_view key_at(std::uint32_t place) const noexcept {
    std::string_view rest = bytes_.substr(place);
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
