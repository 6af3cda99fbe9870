#include <limits>
#include <sstream>
#include <string>

#include <bulletin/value.hpp>

#include "support/catch.hpp"

using namespace bulletin;

namespace {

std::string print(const Value& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace

TEST_CASE("scalars print as one expects") {
  CHECK(print({}) == "nil");
  CHECK(print(true) == "true");
  CHECK(print(-5) == "-5");
  CHECK(print(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("a real never looks like an integer") {
  CHECK(print(1.0) == "1.0");
  CHECK(print(-0.0) == "-0.0");
  CHECK(print(3.25) == "3.25");
  CHECK(print(1e300) == "1e+300");
  CHECK(print(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(print(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("strings are quoted and their control characters escaped") {
  CHECK(print("größe") == "\"größe\"");
  CHECK(print("a\"b\\c\n\x1b\x7f") == R"("a\"b\\c\u000a\u001b\u007f")");
  CHECK(print(std::string(1, '\0')) == R"("\u0000")");
}

TEST_CASE("containers print their elements in order") {
  CHECK(print(Bytes{std::byte{0}, std::byte{0xFF}}) == "bytes(00ff)");
  CHECK(print(Array{}) == "[]");
  CHECK(print(Array{1, "a", Value()}) == R"([1, "a", nil])");
  CHECK(print(Map{}) == "{}");
  CHECK(print(Map{{"b", 1.5}, {"a", Array{}}}) == R"({"a": [], "b": 1.5})");
}

TEST_CASE("printing leaves the stream's own format alone") {
  std::ostringstream out;
  out << std::hex << Value(255) << ' ' << 255;
  CHECK(out.str() == "255 ff");
}
