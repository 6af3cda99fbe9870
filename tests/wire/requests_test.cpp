#include "wire/requests.hpp"

#include <string>
#include <variant>

#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/limits.hpp"
#include "wire/packer.hpp"

using namespace bulletin::wire;

namespace {

/// A request up to a count, and then what is nothing at all: 0xC1 is no MessagePack.
std::string counting(const std::string& head, std::size_t count) {
  std::string bytes = head;
  Packer(bytes).array(count);
  return bytes + std::string(count, '\xC1');
}

std::string read_head() {
  std::string bytes;
  Packer(bytes).array(3).integer(RequestKind::read).string("a");
  return bytes;
}

std::string status_head() {
  std::string bytes;
  Packer(bytes).array(2).integer(RequestKind::status);
  return bytes;
}

std::string write_head() {
  std::string bytes;
  Packer packer(bytes);
  packer.array(6).integer(RequestKind::write).epoch({}).integer(1U).integer(1U).integer(1U);
  return bytes;
}

bool is_over_limit(const std::string& bytes) {
  try {
    decode_request(bytes);
    return false;
  } catch (const OverLimit&) {
    return true;
  } catch (const DecodeError&) {
    return false;
  }
}

}  // namespace

TEST_CASE("a request that counts too much is refused before any of it is read") {
  for (const std::string& head : {read_head(), status_head(), write_head()}) {
    CHECK(is_over_limit(counting(head, request_names + 1)));
    CHECK(is_over_limit(counting(head, 7'000'000)));
    // So many may be asked for, but these are no names.
    CHECK_FALSE(is_over_limit(counting(head, request_names)));
    CHECK_THROWS_AS(decode_request(counting(head, request_names)), DecodeError);
  }
}

TEST_CASE("a request with very many further elements is refused") {
  std::string bytes;
  Packer(bytes).array(70'002).integer(RequestKind::status).array(0);
  CHECK(is_over_limit(bytes + std::string(70'000, '\xC0')));
  std::string item;
  Packer(item).raw(write_head()).array(1).array(70'003).string("a").integer(0U).binary("");
  CHECK(is_over_limit(item + std::string(70'000, '\xC0')));
}

TEST_CASE("as many names as may be are read") {
  std::string bytes = read_head();
  Packer packer(bytes);
  packer.array(request_names);
  for (std::size_t i = 0; i != request_names; ++i) packer.string("x");
  CHECK(std::get<Read>(decode_request(bytes)).names.size() == request_names);
}
