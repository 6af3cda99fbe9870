// What `add` does to numbers.
#pragma once

#include <string>
#include <string_view>

#include "wire/limits.hpp"

namespace bulletin::authority {

/// Appends the sum's value bytes to `out` and returns ok; or returns rejected (past the range of
/// the type) or wrong_type.
///
/// An integer amount needs an integer and gives one of 64 bits with sign; a double needs a number
/// and gives a finite double. An absent attribute (`value` empty) counts as 0 of the amount's type.
/// Both are valid value bytes.
wire::Status add(std::string_view value, std::string_view amount, std::string& out);

}  // namespace bulletin::authority
