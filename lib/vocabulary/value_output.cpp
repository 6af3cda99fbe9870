// Values as text, for messages and tests.

#include <array>
#include <charconv>
#include <ostream>
#include <sstream>
#include <string>

#include <bulletin/value.hpp>

namespace bulletin {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

class Printer {
 public:
  explicit Printer(std::ostream& out) : out_(out) {}

  void operator()(std::monostate) const { out_ << "nil"; }
  void operator()(bool value) const { out_ << (value ? "true" : "false"); }
  void operator()(std::int64_t value) const { number(value); }
  void operator()(std::uint64_t value) const { number(value); }

  void operator()(double value) const {
    const bool looks_like_an_integer = number(value).find_first_of(".en") == std::string::npos;
    if (looks_like_an_integer) out_ << ".0";
  }

  void operator()(const std::string& value) const {
    out_ << '"';
    for (const char character : value) put(character);
    out_ << '"';
  }

  void operator()(const Bytes& value) const {
    out_ << "bytes(";
    for (const std::byte byte : value) put_hex(static_cast<unsigned>(byte));
    out_ << ')';
  }

  void operator()(const Array& value) const {
    const char* separator = "[";
    for (const Value& item : value) {
      out_ << separator << item;
      separator = ", ";
    }
    out_ << (value.empty() ? "[]" : "]");
  }

  void operator()(const Map& value) const {
    const char* separator = "{";
    for (const auto& [key, item] : value) {
      out_ << separator;
      (*this)(key);
      out_ << ": " << item;
      separator = ", ";
    }
    out_ << (value.empty() ? "{}" : "}");
  }

 private:
  template <class Number>
  std::string number(Number value) const {
    std::array<char, 32> buffer;
    char* end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    std::string text(buffer.data(), end);
    out_ << text;
    return text;
  }

  void put(char character) const {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      out_ << '\\' << character;
    } else if (byte < 0x20 || byte == 0x7F) {
      out_ << "\\u00";
      put_hex(byte);
    } else {
      out_ << character;
    }
  }

  void put_hex(unsigned byte) const { out_ << hex_digits[byte >> 4] << hex_digits[byte & 15]; }

  std::ostream& out_;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Value& value) {
  std::visit(Printer(out), value.data());
  return out;
}

namespace detail {

std::string described(const Value& value) {
  if (value.is_nil()) return "nil";
  constexpr std::size_t most = 60;
  std::ostringstream text;
  text << value;
  std::string shown = text.str();
  if (shown.size() > most) {
    std::size_t end = most;
    const auto continues = [&] { return (static_cast<unsigned char>(shown[end]) & 0xC0) == 0x80; };
    while (end != 0 && continues()) --end;
    shown.replace(end, std::string::npos, "...");
  }
  return "the " + std::string(to_string(value.type())) + " " + shown;
}

}  // namespace detail

}  // namespace bulletin
