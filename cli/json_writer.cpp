// Values to JSON.

#include <array>
#include <charconv>
#include <cmath>
#include <variant>

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
      out_ += std::isnan(value) ? R"({"$real": "nan"})"
              : value > 0       ? R"({"$real": "inf"})"
                                : R"({"$real": "-inf"})";
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

  void operator()(const Map& value) {
    const bool looks_like_a_form =
        value.contains("$bytes") || value.contains("$real") || value.contains("$map");
    if (looks_like_a_form) out_ += R"({"$map": )";
    members(value);
    if (looks_like_a_form) out_ += '}';
  }

 private:
  void members(const Map& map) {
    out_ += '{';
    const char* separator = "";
    for (const auto& [key, item] : map) {
      out_ += separator + to_json_string(key) + ": ";
      write(item);
      separator = ", ";
    }
    out_ += '}';
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

std::string to_json_string(std::string_view text) { return '"' + escape(text, "\"\\") + '"'; }

}  // namespace bulletin::cli
