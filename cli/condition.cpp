#include "cli/condition.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

#include "cli/exit.hpp"
#include "cli/input_value.hpp"

namespace bulletin::cli {
namespace {

template <class T>
constexpr bool is_whole = std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint64_t>;

template <class T>
constexpr bool is_numeric = is_whole<T> || std::is_same_v<T, double>;

std::strong_ordering compare_integers(auto left, auto right) {
  if (std::cmp_less(left, right)) return std::strong_ordering::less;
  return std::cmp_equal(left, right) ? std::strong_ordering::equal : std::strong_ordering::greater;
}

std::partial_ordering compare(const Value& left, const Value& right) {
  return std::visit(
      [](const auto& one, const auto& other) -> std::partial_ordering {
        using One = std::decay_t<decltype(one)>;
        using Other = std::decay_t<decltype(other)>;
        if constexpr (is_whole<One> && is_whole<Other>) {
          return compare_integers(one, other);
        } else if constexpr (is_numeric<One> && is_numeric<Other>) {
          return static_cast<long double>(one) <=> static_cast<long double>(other);
        } else if constexpr (std::is_same_v<One, std::string> &&
                             std::is_same_v<Other, std::string>) {
          return one <=> other;
        } else {
          return std::partial_ordering::unordered;
        }
      },
      left.data(), right.data());
}

}  // namespace

Condition::Condition(const std::string& text) {
  static constexpr std::pair<std::string_view, Kind> operators[] = {
      {"!=", Kind::unequal}, {"<=", Kind::less_or_equal}, {">=", Kind::more_or_equal},
      {"==", Kind::equal},   {"<", Kind::less},           {">", Kind::more},
      {"=", Kind::equal}};
  std::string rest = text;
  if (rest == "present" || rest == "absent") {
    kind_ = rest == "present" ? Kind::present : Kind::absent;
    return;
  }
  const auto* found =
      std::find_if(std::begin(operators), std::end(operators),
                   [&](const auto& known) { return text.starts_with(known.first); });
  if (found != std::end(operators)) {
    kind_ = found->second;
    rest.erase(0, found->first.size());
  }
  wanted_ = value_of_word(rest);
}

bool Condition::holds(const Value* value) const {
  if (kind_ == Kind::absent || value == nullptr) return kind_ == Kind::absent && value == nullptr;
  const std::partial_ordering order = compare(*value, wanted_);
  switch (kind_) {
    case Kind::equal: return *value == wanted_;
    case Kind::unequal: return !(*value == wanted_);
    case Kind::less: return std::is_lt(order);
    case Kind::less_or_equal: return std::is_lteq(order);
    case Kind::more: return std::is_gt(order);
    case Kind::more_or_equal: return std::is_gteq(order);
    default: return true;
  }
}

}  // namespace bulletin::cli
