// JSON as the command line takes it: what is a value is written, and read as the same again.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <bulletin/error.hpp>

#include "cli/values_json.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;

namespace {

/// Bytes and not values are compared: NaN is not equal to itself.
std::string bytes_of(const Value& value) { return wire::encode_value(value); }

void check_value(std::string_view json) {
  const Value value = cli::parse_value(json);
  const std::string text = cli::to_json(value);
  assert(bytes_of(cli::parse_value(text)) == bytes_of(value));
}

void check_attributes(std::string_view json) {
  for (const auto& [name, value] : cli::parse_attributes(json).values) {
    (void)cli::to_json_string(name);
    (void)cli::to_json(value);
  }
}

void check_document(std::string_view json) {
  const cli::Document document = cli::parse_document(json);
  const std::string text = cli::to_json(document);
  const cli::Document again = cli::parse_document(text);
  assert(again.space == document.space && again.attributes.ttls == document.attributes.ttls);
  assert(bytes_of(again.attributes.values) == bytes_of(document.attributes.values));
}

template <class Check>
void attempt(Check&& check, std::string_view json) {
  try {
    check(json);
  } catch (const cli::JsonError&) {
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  attempt(check_value, json);
  attempt(check_attributes, json);
  attempt(check_document, json);
  return 0;
}
