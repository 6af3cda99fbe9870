#include "store/records.hpp"

#include <string>

#include "authority/session_table.hpp"
#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/replies.hpp"

using namespace bulletin;
using namespace bulletin::store;
using wire::DecodeError;

namespace {

std::string attribute_record(const authority::AttributeView& attribute) {
  std::string value;
  append_attribute_head(value, attribute);
  value += attribute.value;
  append_attribute_tail(value, attribute);
  return value;
}

/// Every record cut short, and every one with a byte more, is no record.
template <class Decode>
void check_damage(const std::string& value, Decode decode) {
  CHECK_NOTHROW(decode(value));
  for (std::size_t size = 0; size != value.size(); ++size)
    CHECK_THROWS_AS(decode(value.substr(0, size)), DecodeError);
  CHECK_THROWS_AS(decode(value + '\0'), DecodeError);
}

const std::string attribute_key = std::string("Cplant/robot") + '\0' + "speed";

}  // namespace

TEST_CASE("numbers in keys have the order of the numbers") {
  CHECK(ordered(1) < ordered(256));
  CHECK(ordered(255) < ordered(256));
  CHECK(number_of(ordered(0x0123456789ABCDEF)) == 0x0123456789ABCDEF);
  CHECK_THROWS_AS(number_of("1234567"), DecodeError);
}

TEST_CASE("an attribute's record, with a lease and without") {
  const authority::AttributeView leased{"speed", "\xA1s", 77, 5, 6000};
  const std::string value = attribute_record(leased);
  CHECK(value == std::string("\x94\x4D\xA1s\x05\xCD\x17\x70", 8));
  const StoredAttribute found = decode_attribute(attribute_key, value);
  CHECK(found.space == "plant/robot");
  CHECK(found.attribute.name == "speed");
  CHECK(found.attribute.value == "\xA1s");
  CHECK(found.attribute.revision == 77);
  CHECK(found.attribute.session == 5);
  CHECK(found.attribute.deadline == 6000);
  CHECK(attribute_record({"speed", "\x01", 77, 0, 0}) == "\x92\x4D\x01");
  check_damage(value,
               [](std::string_view bytes) { return decode_attribute(attribute_key, bytes); });
  CHECK_THROWS_AS(decode_attribute("Cplant", value), DecodeError);
  // What a later version may add.
  CHECK_NOTHROW(decode_attribute(attribute_key, std::string("\x95\x4D\x01\x00\x00\xA1x", 7)));
}

TEST_CASE("the other records") {
  const StoredCounters counters{{}, {1000, 5, 900, 7}};
  const StoredCounters found = decode_counters(encode(counters));
  CHECK(found.counters.revision == 1000);
  CHECK(found.counters.clock_ms == 5);
  CHECK(found.counters.forgotten == 900);
  CHECK(found.counters.next_session == 7);
  check_damage(encode(counters), decode_counters);

  const auto space = [](std::string_view bytes) { return decode_space("Bplant", bytes); };
  CHECK(space(encode(authority::SpaceView{"plant", 1, 2, 3})).name == "plant");
  CHECK(space(encode(authority::SpaceView{"plant", 1, 2, 3})).user.empty());
  CHECK(space(encode(authority::SpaceView{"plant", 1, 2, 3, "alice"})).user == "alice");
  check_damage(encode(authority::SpaceView{"plant", 1, 2, UINT64_MAX}), space);
  check_damage(encode(authority::SpaceView{"plant", 1, 2, UINT64_MAX, "alice"}), space);

  const std::string key = session_key(9);
  const auto session = [&](std::string_view bytes) { return decode_session(key, bytes); };
  CHECK(session(encode(authority::SessionView{9, "alice", "robot", 0, "hall-7"})).number == 9);
  CHECK(session(encode(authority::SessionView{9, "alice", "robot", 0, "hall-7"})).host == "hall-7");
  CHECK(session(std::string("\x92\xA5"
                            "alice"
                            "\xA5"
                            "robot"))
            .host.empty());  // an earlier broker's
  check_damage(encode(authority::SessionView{9, "alice", "robot", 0, "hall-7"}), session);

  const authority::Outcomes outcomes{{wire::Status::ok, 5, {"\x07"}},
                                     wire::Outcome::lost(5, "mode")};
  const std::string lane = encode_lane(12, authority::kept_answer(outcomes));
  CHECK(decode_lane(lane).number == 12);
  CHECK(decode_lane(lane).answer == authority::kept_answer(outcomes));
  check_damage(lane, decode_lane);
  const std::string refusal = wire::encode(wire::Refusal{wire::Status::rejected, "no", {}});
  CHECK_THROWS_AS(decode_lane("\x0C" + refusal), DecodeError);

  const std::string run = encode_run("plant", {3, 3, 8, 0, {}});
  CHECK(decode_run(run).space == "plant");
  check_damage(run, decode_run);
}
