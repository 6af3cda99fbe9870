// Values from a seed, for tests of what holds for every value.
#pragma once

#include <bit>
#include <cstdint>
#include <random>
#include <string>

#include <bulletin/value.hpp>

namespace bulletin::test {

class RandomValues {
 public:
  explicit RandomValues(std::uint64_t seed) : random_(seed) {}

  Value next(int depth = 4) {
    switch (below(depth > 0 ? 8 : 6)) {
      case 0: return {};
      case 1: return below(2) == 0;
      case 2: return static_cast<std::int64_t>(number());
      case 3: return number();
      case 4: return real();
      case 5: return below(2) == 0 ? Value(text()) : Value(bytes());
      case 6: return array(depth);
      default: return map(depth);
    }
  }

  std::string text() {
    static const char* const pieces[] = {"a", "speed", "ö", "\xE2\x82\xAC", "\xF0\x9F\xA4\x96",
                                         " "};
    std::string result;
    for (std::uint64_t i = below(below(4) == 0 ? 60 : 6); i != 0; --i) result += pieces[below(6)];
    return result;
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  /// Of every magnitude alike.
  std::uint64_t number() { return random_() >> below(64); }

 private:
  /// Not NaN, which equals nothing.
  double real() {
    const auto value = std::bit_cast<double>(random_());
    return value == value ? value : 0.5;
  }

  Bytes bytes() {
    Bytes result(below(40));
    for (std::byte& byte : result) byte = static_cast<std::byte>(below(256));
    return result;
  }

  Array array(int depth) {
    Array result;
    for (std::uint64_t i = below(6); i != 0; --i) result.push_back(next(depth - 1));
    return result;
  }

  Map map(int depth) {
    Map result;
    for (std::uint64_t i = below(6); i != 0; --i) result.insert_or_assign(text(), next(depth - 1));
    return result;
  }

  std::mt19937_64 random_;
};

}  // namespace bulletin::test
