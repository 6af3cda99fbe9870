// Reader::any_value: what may be the value of an attribute.

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
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

/// An array or map whose end has not been reached.
struct Open {
  std::uint64_t objects;  ///< still to come; in a map keys and values by turns
  bool map;
  bool ascending;         ///< the keys so far came in order, so none came twice
  std::size_t first_key;  ///< of its keys in Keys
};

class Check {
 public:
  Check(std::string_view bytes, const char* what) noexcept
      : bytes_(bytes), rest_(bytes), what_(what) {}

  /// How many bytes the first value of the bytes takes.
  std::size_t run() {
    object();
    while (depth_ != 0) {
      Open& top = open_[depth_ - 1];
      if (top.objects == 0) {
        close(top);
        continue;
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
  void object() {
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
      if (!container.ascending) check_unique(keys_.from(container.first_key), keys_.end());
      keys_.pop_to(container.first_key);
    }
    --depth_;
  }

  void check_unique(std::uint32_t* first, std::uint32_t* last) const {
    std::sort(first, last, [this](auto a, auto b) { return key_at(a) < key_at(b); });
    const auto same = [this](auto a, auto b) { return key_at(a) == key_at(b); };
    if (std::adjacent_find(first, last, same) != last) fail("a map has a key twice");
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
  if (size == 0) size = Check(rest_, what).run();
  return take(size);
}

}  // namespace bulletin::wire
