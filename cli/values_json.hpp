// Values as JSON, there and back without loss.
//
// What JSON has not is written as an object with one member:
//
//     bytes             {"$bytes": "aGVsbG8="}      base64 (RFC 4648, with padding)
//     not finite        {"$real": "nan"}            also "inf" and "-inf"
//     a map that has a member named $bytes, $real or $map
//                       {"$map": {"$bytes": 1}}     the members of the inner object, as they are
//
// Integers of 64 bits, signed or unsigned, are exact; a double always has a '.' or an exponent. Of
// a NaN only that it is one is kept.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <bulletin/value.hpp>

namespace bulletin::cli {

/// The text is no JSON, or no value.
class JsonError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws JsonError; for an object with a member twice and an integer beyond 64 bits, too.
Value parse_value(std::string_view json);

/// A JSON object whose members are attributes. Throws JsonError. Names are not checked.
Map parse_attributes(std::string_view json);

/// One line. UTF-8 stays as it is, but for what would steer a terminal: that is escaped.
std::string to_json(const Value& value);

/// A string with its quotes.
std::string to_json_string(std::string_view text);

}  // namespace bulletin::cli
