// An input read as a sequence of decisions, so that a fuzzer finds its way to what a fuzz target
// can do.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bulletin::fuzz {

class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool done() const noexcept { return rest_.empty(); }
  /// 0 when nothing is left.
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1).empty() ? 0 : taken_.front()); }
  /// Below `count`.
  std::size_t below(std::size_t count) { return byte() % count; }
  bool yes() { return (byte() & 1) != 0; }
  /// Mostly small, and now and then at the edges.
  std::uint64_t number() {
    constexpr std::array<std::uint64_t, 6> edges{
        0, 1, UINT64_MAX, UINT64_MAX - 1, std::uint64_t{1} << 63, (std::uint64_t{1} << 63) - 1};
    const std::uint8_t kind = byte();
    if (kind < 2 * edges.size()) return edges[kind / 2];
    return kind < 200 ? byte() : std::uint64_t{byte()} << 8 | byte();
  }
  /// The next bytes of the input, at most 255.
  std::string_view bytes() {
    const std::size_t size = byte();
    return take(size);
  }
  /// The same, at most so many.
  std::string_view bytes(std::size_t most) { return take(below(most + 1)); }
  /// All that is left.
  std::string_view all() { return take(rest_.size()); }

  template <class Element, std::size_t size>
  const Element& of(const std::array<Element, size>& elements) {
    return elements[below(size)];
  }

 private:
  std::string_view take(std::size_t size) {
    taken_ = rest_.substr(0, size);
    rest_.remove_prefix(taken_.size());
    return taken_;
  }

  std::string_view rest_;
  std::string_view taken_;
};

}  // namespace bulletin::fuzz
