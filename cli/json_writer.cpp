// Values to JSON.

#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <variant>

#include <fmt/format.h>

#include "cli/base64.hpp"
#include "cli/escape.hpp"
#include "cli/values_json.hpp"

namespace bulletin::cli {
namespace {

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void write(const Value& value) { std::visit(*this, value.data()); }

  void operator()(std::monostate) { out_ += "null"; }
  void operator()(bool value) { out_ += value ? "true" : "false"; }
  void operator()(std::int64_t value) { number(value); }
  void operator()(std::uint64_t value) { number(value); }
  void operator()(double value) {
    if (!std::isfinite(value)) {
      out_ += R"({"$real": ")" + not_finite(value) + "\"}";
      return;
    }
    const std::size_t begin = out_.size();
    number(value);
    if (out_.find_first_of(".e", begin) == std::string::npos) out_ += ".0";
  }
  void operator()(const std::string& value) { out_ += to_json_string(value); }
  void operator()(const Bytes& value) { out_ += R"({"$bytes": ")" + to_base64(value) + "\"}"; }

  void operator()(const Array& value) {
    out_ += '[';
    const char* separator = "";
    for (const Value& item : value) {
      out_ += separator;
      write(item);
      separator = ", ";
    }
    out_ += ']';
  }

  void operator()(const Map& value) { members(value, {}); }

  /// A map whose members may have a time to live.
  void members(const Map& map, const TimesToLive& ttls) {
    const bool looks_like_a_form = map.contains("$bytes") || map.contains("$real") ||
                                   map.contains("$map") || map.contains("$ttl_ms");
    if (looks_like_a_form) out_ += R"({"$map": )";
    out_ += '{';
    const char* separator = "";
    for (const auto& [key, item] : map) {
      out_ += separator + to_json_string(key) + ": ";
      const auto ttl = ttls.find(key);
      write(item, ttl == ttls.end() ? std::chrono::milliseconds(0) : ttl->second);
      separator = ", ";
    }
    out_ += looks_like_a_form ? "}}" : "}";
  }

  void write(const Value& value, std::chrono::milliseconds ttl) {
    if (ttl.count() == 0) return write(value);
    out_ += R"({"$ttl_ms": )";
    number(ttl.count());
    out_ += R"(, "$value": )";
    write(value);
    out_ += '}';
  }

 private:
  static std::string not_finite(double value) {
    if (!std::isnan(value)) return value > 0 ? "inf" : "-inf";
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const bool usual =
        bits == std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
    return usual ? "nan" : fmt::format("0x{:016x}", bits);
  }

  template <class Number>
  void number(Number value) {
    std::array<char, 32> digits;
    out_.append(digits.data(), std::to_chars(digits.begin(), digits.end(), value).ptr);
  }

  std::string& out_;
};

}  // namespace

std::string to_json(const Value& value) {
  std::string out;
  Writer(out).write(value);
  return out;
}

std::string to_indented_json(const Value& value) {
  const std::string json = to_json(value);
  std::string out;
  std::size_t depth = 0;
  bool text = false;
  const auto new_line = [&] { out += '\n' + std::string(2 * depth, ' '); };
  for (std::size_t i = 0; i != json.size(); ++i) {
    const char byte = json[i];
    const bool empty = i + 1 != json.size() && (json[i + 1] == '}' || json[i + 1] == ']');
    if (!text && (byte == '}' || byte == ']') && json[i - 1] != '{' && json[i - 1] != '[') {
      --depth;
      new_line();
    }
    out += byte;
    if (text && byte == '\\') {
      out += json[++i];
    } else if (byte == '"') {
      text = !text;
    } else if (!text && (byte == '{' || byte == '[') && !empty) {
      ++depth;
      new_line();
    } else if (!text && byte == ',') {
      new_line();
      ++i;  // the blank
    }
  }
  return out;
}

std::string to_json(const Value& value, std::chrono::milliseconds ttl) {
  std::string out;
  Writer(out).write(value, ttl);
  return out;
}

std::string to_json(const Document& document) {
  std::string out = R"({"namespace": )" + to_json_string(document.space) + R"(, "attributes": )";
  Writer(out).members(document.attributes.values, document.attributes.ttls);
  return out + '}';
}

std::string to_json_string(std::string_view text) { return '"' + escape(text, "\"\\") + '"'; }

}  // namespace bulletin::cli
