// Values as their bytes: what a language binding reads and writes.
#include <string>

#include "api/open_board.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using bulletin::Array;
using bulletin::Encoded;
using bulletin::Errc;
using bulletin::Map;
using bulletin::RawScalar;
using bulletin::Value;
using bulletin::ValueKind;

TEST_CASE("bytes that are written are read as the value and the bytes") {
  const OpenBoard open;
  const Encoded map{
      "\x82\xA1z\x01\xA1"
      "a\xC3"};  // its keys are not in order
  const bulletin::Revision revision = open.space.set("map", map);
  CHECK(open.space.at<Value>("map") == Map{{"a", true}, {"z", 1}});
  const auto read = open.space.read<Encoded>("map");
  REQUIRE(read);
  CHECK(read->value == map);
  CHECK(read->revision == revision);
  CHECK(open.space.snapshot().at<Encoded>("map") == map);
  open.other.sync();
  CHECK(open.other.at<Encoded>("map") == map);
}

TEST_CASE("values that are written are read as their bytes whatever their type") {
  const OpenBoard open;
  open.space.set("nil", Value());
  open.space.set("yes", true);
  open.space.set("small", 5);
  open.space.set("negative", -200);
  open.space.set("large", 18446744073709551615U);
  open.space.set("real", 1.0);
  open.space.set("text", "hi");
  open.space.set("array", Array{1, 2});
  CHECK(open.space.at<Encoded>("nil").bytes == "\xC0");
  CHECK(open.space.at<Encoded>("yes").bytes == "\xC3");
  CHECK(open.space.at<Encoded>("small").bytes == "\x05");
  CHECK(open.space.at<Encoded>("negative").bytes == "\xD1\xFF\x38");
  CHECK(open.space.at<Encoded>("large").bytes == "\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  CHECK(open.space.at<Encoded>("real").bytes == std::string("\xCB\x3F\xF0\0\0\0\0\0\0", 9));
  CHECK(open.space.at<Encoded>("text").bytes == "\xA2hi");
  CHECK(open.space.at<Encoded>("array").bytes == "\x92\x01\x02");
  CHECK_FALSE(open.space.get<Encoded>("none"));
  CHECK_FALSE(open.space.contains("none"));
}

TEST_CASE("every way of writing takes bytes") {
  OpenBoard open;
  const bulletin::Namespace& space = open.space;
  space.set_async("async", Encoded{"\x01"}).get();
  space.post("posted", Encoded{"\x02"});
  space.flush();
  CHECK(space.compare_and_set("cas", bulletin::absent, Encoded{"\x03"}));
  space.commit(bulletin::Transaction().set("commit", Encoded{"\x04"}));
  space.attribute<Encoded>("handle").set(Encoded{"\x05"});
  space.attribute<Value>("any").set(Encoded{"\x06"});
  space.set("_private", Encoded{"\x07"});
  open.client.open("board").set("options", Encoded{"\x08"}, {.ephemeral = true});
  CHECK(space.at<int>("async") == 1);
  CHECK(space.at<int>("posted") == 2);
  CHECK(space.at<int>("cas") == 3);
  CHECK(space.at<int>("commit") == 4);
  CHECK(space.at<int>("handle") == 5);
  CHECK(space.at<int>("any") == 6);
  CHECK(space.at<int>("_private") == 7);
  CHECK(space.at<int>("options") == 8);
  CHECK(space.get_or("none", Encoded{"\x09"}).bytes == "\x09");
}

TEST_CASE("bytes that are not exactly one value are rejected before anything is sent") {
  const OpenBoard open;
  for (const char* bytes :
       {"", "\x01\x02", "\xC1", "\x92\x01", "\xD4\x01\x01", "\xA1\xFF", "\x81\x01\x01",
        "\x82\xA1"
        "a\x01\xA1"
        "a\x02"}) {
    CAPTURE(bytes);
    const bulletin::Error error = failure_of([&] { open.space.set("x", Encoded{bytes}); });
    CHECK(error.code() == Errc::rejected);
    CHECK(error.name() == "x");
    CHECK(code_of([&] { open.space.set("_x", Encoded{bytes}); }) == Errc::rejected);
  }
  CHECK(open.space.size() == 0);
}

TEST_CASE("a handle gives its scalar without a type, and another state after each change") {
  const OpenBoard open;
  const auto handle = open.space.attribute<Encoded>("x");
  const RawScalar none = handle.scalar();
  CHECK(none.kind == ValueKind::absent);
  open.space.set("x", -3);
  const RawScalar integer = handle.scalar();
  CHECK(integer.kind == ValueKind::integer);
  CHECK(integer.integer() == -3);
  CHECK(integer.state != none.state);
  CHECK(handle.scalar().state == integer.state);
  open.space.set("x", 2.5);
  CHECK(handle.scalar().kind == ValueKind::real);
  CHECK(handle.scalar().real() == 2.5);
  open.space.set("x", true);
  CHECK(handle.scalar().kind == ValueKind::boolean);
  CHECK(handle.scalar().boolean());
  open.space.set("x", "text");
  const RawScalar text = handle.scalar();
  CHECK(text.kind == ValueKind::encoded);
  CHECK(handle.get()->bytes == "\xA4text");
  open.space.set("x", "text");
  CHECK(handle.scalar().state != text.state);
  open.space.erase("x");
  CHECK(handle.scalar().kind == ValueKind::absent);
}
