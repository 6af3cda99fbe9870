#include "wire/replies.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/packer.hpp"

using namespace bulletin;
using namespace bulletin::wire;

TEST_CASE("a refusal becomes the error that its reader can act on") {
  CHECK(to_errc(Status::malformed) == Errc::protocol);
  CHECK(to_errc(Status::wrong_version) == Errc::protocol);
  CHECK(to_errc(Status::rejected) == Errc::rejected);
  CHECK(to_errc(Status::wrong_type) == Errc::wrong_type);
  CHECK(to_errc(Status::denied) == Errc::denied);
  CHECK(to_errc(Status::overloaded) == Errc::overloaded);
  CHECK(to_errc(Status::unknown_session) == Errc::disconnected);
  CHECK(to_errc(Status::wrong_epoch) == Errc::disconnected);
}

TEST_CASE("a refusal that a later version adds is still a refusal") {
  const Status later{77};
  CHECK(to_errc(later) == Errc::rejected);
  try {
    decode_welcome(encode(Refusal{later, "no", "name"}));
    FAIL("no exception");
  } catch (const RefusedError& error) {
    CHECK(error.refusal().status == later);
    CHECK(error.refusal().name == "name");
    CHECK(std::string(error.what()) == "no");
  }
  WriteReply reply;
  reply.outcomes.push_back(Outcome::refused({later, "no", "name"}));
  CHECK(decode_write_reply(encode(reply)).outcomes.at(0).status == later);
}

TEST_CASE("elements of a later version are passed over in replies") {
  std::string bytes;
  Packer packer(bytes);
  packer.array(4).integer(Status::ok).array(1);
  packer.array(3).integer(Status::unchanged).integer(9).string("new");
  packer.array(1).array(6).string("ns").integer(7).integer(7).integer(1).array(0).string("new");
  packer.string("new");
  const WriteReply reply = decode_write_reply(bytes);
  CHECK(reply.outcomes.at(0).revision == 9);
  CHECK(reply.tails.at(0).space == "ns");
}

TEST_CASE("an outcome takes as many bytes as are said, whatever it is") {
  const std::size_t empty = encode(WriteReply()).size();
  std::size_t checked = 0;
  const auto check = [&](const Outcome& outcome) {
    CHECK(encode_write_reply({&outcome, 1}, {}).size() == empty + encoded_bytes(outcome));
    ++checked;
  };
  for (unsigned bit = 0; bit != 64; ++bit) {
    for (const std::uint64_t revision : {(std::uint64_t{1} << bit) - 1, std::uint64_t{1} << bit}) {
      check({Status::ok, revision, {}});
      check({Status::unchanged, revision, {}});
      check(Outcome::lost(revision, "name"));
    }
  }
  for (const std::size_t size : {0, 1, 31, 32, 255, 256, 65'535, 65'536}) {
    const std::string text(size, 'x');
    check(Outcome::lost(1, text));
    check(Outcome::refused({Status::rejected, text, "name"}));
    check(Outcome::refused({Status{300}, "no", text}));
    check({Status::ok, 1, {"\x01", std::string(9, '\xCB')}});
    check({Status::ok, 1, std::vector<std::string>(size, "\x01")});
  }
  CHECK(checked == 64 * 6 + 8 * 5);
}

TEST_CASE("an absent attribute in a read's reply has no value") {
  ReadReply reply;
  reply.attributes.resize(2);
  reply.attributes[1] = {"", "\xC0", 5};
  const std::string bytes = encode(reply);
  const ReadReply decoded = decode_read_reply(bytes);
  CHECK(decoded.attributes.at(0).value.empty());
  CHECK(decoded.attributes.at(1).value == "\xC0");
  CHECK(decoded.attributes.at(1).revision == 5);
}
