// Values as JSON, there and back without loss.
//
// What JSON has not is written as an object with one member:
//
//     bytes             {"$bytes": "aGVsbG8="}      base64 (RFC 4648, with padding)
//     not finite        {"$real": "nan"}            also "inf" and "-inf"; a NaN that has other
//     bits
//                                                   than usual is told by these:
//                                                   "0x7ff8000000000001"
//     a map that has a member named $bytes, $real, $map or $ttl_ms
//                       {"$map": {"$bytes": 1}}     the members of the inner object, as they are
//
// and an attribute that has a time to live, of which so many milliseconds were left, with two:
//
//                       {"$ttl_ms": 1500, "$value": 7}
//
// Integers of 64 bits, signed or unsigned, are exact; a double always has a '.' or an exponent.
#pragma once

#include <chrono>
#include <map>
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

/// Of the attributes that have one, by name.
using TimesToLive = std::map<std::string, std::chrono::milliseconds, std::less<>>;

struct Attributes {
  Map values;
  TimesToLive ttls;
};

/// The attributes of one namespace.
struct Document {
  std::string space;
  Attributes attributes;
};

/// Throws JsonError; for an object with a member twice and an integer beyond 64 bits, too.
Value parse_value(std::string_view json);

/// A JSON object whose members are attributes. Throws JsonError. Names are not checked.
Attributes parse_attributes(std::string_view json);

/// {"namespace": ..., "attributes": {...}}. Throws JsonError. Names are not checked.
Document parse_document(std::string_view json);

/// One line. UTF-8 stays as it is, but for what would steer a terminal: that is escaped.
std::string to_json(const Value& value);

/// The same in lines, for people.
std::string to_indented_json(const Value& value);

/// A string with its quotes.
std::string to_json_string(std::string_view text);

/// A value with its time to live, if that is not 0.
std::string to_json(const Value& value, std::chrono::milliseconds ttl);

/// What `parse_document` reads, in one line.
std::string to_json(const Document& document);

}  // namespace bulletin::cli
