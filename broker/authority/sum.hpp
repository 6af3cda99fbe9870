// What `add` does to numbers.
#pragma once

#include <string>
#include <string_view>

#include "wire/limits.hpp"

namespace bulletin::authority {

/// Appends the sum's value bytes to `out` and returns ok; or returns rejected (past the range of
/// the type) or wrong_type.
///
/// An integer amount needs an integer and gives a signed 64-bit integer; a real amount needs a real
/// and gives a finite double. An absent attribute (`value` empty) counts as 0 of the amount's type.
/// Both are valid value bytes.
wire::Status add(std::string_view value, std::string_view amount, std::string& out);

/// Why `add` returned wrong_type: names both types.
std::string mismatch(std::string_view name, std::string_view value, std::string_view amount);

}  // namespace bulletin::authority
