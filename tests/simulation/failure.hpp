// What a check says when it does not hold.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace bulletin::simulation {

class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Arguments>
[[noreturn]] void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw Failure(fmt::format(format, std::forward<Arguments>(arguments)...));
}

template <class... Arguments>
void check(bool holds, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  if (!holds) [[unlikely]] {
    fail(format, std::forward<Arguments>(arguments)...);
  }
}

}  // namespace bulletin::simulation
