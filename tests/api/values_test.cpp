#include <bulletin/msgpack.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/open_board.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using bulletin::Array;
using bulletin::Bytes;
using bulletin::Errc;
using bulletin::Map;
using bulletin::Value;

namespace {

struct Pose {
  double x = 0;
  double y = 0;
  std::string frame = "map";
  MSGPACK_DEFINE_MAP(x, y, frame)
};

struct Path {
  std::vector<Pose> poses;
  std::map<std::string, int> tags;
  MSGPACK_DEFINE(poses, tags)
};

struct Celsius {
  double degrees = 0;
};

}  // namespace

template <>
struct bulletin::ValueTraits<Celsius> {
  static Value to_value(const Celsius& celsius) { return Map{{"celsius", celsius.degrees}}; }
  static std::optional<Celsius> from_value(const Value& value) {
    const auto map = value.get_if<Map>();
    if (!map || !map->contains("celsius")) return std::nullopt;
    return Celsius{map->at("celsius").as<double>()};
  }
};

TEST_CASE("numbers are equal by their mathematical value, a bool only to a bool") {
  CHECK(Value(1) == Value(1.0));
  CHECK(Value(1U) == Value(1));
  CHECK(Value(-0.0) == Value(0));
  CHECK(Value(std::numeric_limits<std::uint64_t>::max()) != Value(18446744073709551616.0));
  CHECK(Value(std::int64_t{9007199254740993}) != Value(9007199254740992.0));
  CHECK(Value(std::numeric_limits<std::int64_t>::min()) == Value(-9223372036854775808.0));
  CHECK(Value(1) != Value(true));
  CHECK(Value(0) != Value(false));
  CHECK(Value(true) == Value(true));
  CHECK(Value(std::nan("")) != Value(std::nan("")));
  CHECK(Value(0.5) != Value(0));
  CHECK(Array{1, 2.0} == Array{1.0, 2});
  CHECK(Value(Map{{"a", 1}}) == Value(Map{{"a", 1.0}}));
  CHECK(Value("a") != Value(Bytes{std::byte{'a'}}));
  CHECK(Value() == Value());
  CHECK(Value() != Value(false));
}

TEST_CASE("as gives the value or throws, get_if gives it or nothing") {
  const Value text("hello");
  CHECK(text.as<std::string>() == "hello");
  CHECK(text.get_if<std::string>() == "hello");
  CHECK_FALSE(text.get_if<int>());
  CHECK(code_of([&] { text.as<int>(); }) == Errc::wrong_type);
  CHECK(Value(7).as<double>() == 7.0);
  CHECK_FALSE(Value(300).get_if<std::uint8_t>());
  CHECK(Value(std::uint64_t{1} << 63).type() == Value::Type::integer);
}

TEST_CASE("every kind of value comes back as it was set, also at another client") {
  const Board board;
  bulletin::Client here = board.client();
  bulletin::Client there = board.client();
  const bulletin::Namespace writer = here.open("values");
  const bulletin::Namespace reader = there.open("values");
  const std::vector<Value> values{
      Value(),
      true,
      false,
      0,
      -1,
      127,
      128,
      -32,
      -33,
      std::numeric_limits<std::int64_t>::min(),
      std::numeric_limits<std::int64_t>::max(),
      std::numeric_limits<std::uint64_t>::max(),
      0.1,
      -0.0,
      std::numeric_limits<double>::infinity(),
      std::numeric_limits<double>::denorm_min(),
      "",
      "text",
      std::string("NUL\0inside", 10),
      std::string(31, 's'),
      std::string(32, 's'),
      std::string(70'000, 'l'),
      Bytes{},
      Bytes(300, std::byte{0xFF}),
      Array{},
      Array(20, Value(1)),
      Map{},
      Map{{"", Array{Map{{"deep", Value()}}}}, {"b", Bytes{std::byte{0}}}},
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    const std::string name = "v" + std::to_string(i);
    writer.set(name, values[i]);
    CHECK(writer.at<Value>(name) == values[i]);
    CHECK(writer.at<Value>(name).type() == values[i].type());
  }
  reader.sync();
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    const std::string name = "v" + std::to_string(i);
    CHECK(reader.at<Value>(name) == values[i]);
    CHECK(reader.snapshot().at<Value>(name).type() == values[i].type());
  }
  writer.set("nan", std::nan(""));
  CHECK(std::isnan(writer.at<double>("nan")));
  writer.set("zero", -0.0);
  CHECK(std::signbit(writer.at<double>("zero")));
}

TEST_CASE("containers of the standard library are stored as arrays, maps and bytes") {
  const Board board;
  bulletin::Client client = board.client();
  const bulletin::Namespace space = client.open("values");
  space.set("vector", std::vector<double>{1, 2.5});
  CHECK(space.at<std::vector<double>>("vector") == std::vector<double>{1, 2.5});
  CHECK(space.at<Array>("vector") == Array{1, 2.5});
  CHECK(code_of([&] { space.at<std::vector<int>>("vector"); }) == Errc::wrong_type);
  space.set("flags", std::vector<bool>{true, false});
  CHECK(space.at<std::vector<bool>>("flags") == std::vector<bool>{true, false});
  space.set("bytes", std::vector<std::uint8_t>{0, 255});
  CHECK(space.at<std::vector<std::uint8_t>>("bytes") == std::vector<std::uint8_t>{0, 255});
  CHECK(space.at<Bytes>("bytes") == Bytes{std::byte{0}, std::byte{255}});
  space.set("map", std::map<std::string, int>{{"a", 1}});
  CHECK(space.at<std::map<std::string, int>>("map").at("a") == 1);
  CHECK(space.at<std::unordered_map<std::string, double>>("map").at("a") == 1.0);
  const std::vector<std::vector<std::string>> nested{{"a"}, {}};
  space.set("nested", nested);
  CHECK(space.at<std::vector<std::vector<std::string>>>("nested") == nested);
}

TEST_CASE("a type with traits of its own is stored in every way that a value is") {
  const Board board;
  bulletin::Client client = board.client();
  const bulletin::Namespace space = client.open("values");
  space.set("oven", Celsius{180});
  CHECK(space.at<Celsius>("oven").degrees == 180);
  CHECK(space.get_or("fridge", Celsius{4}).degrees == 4);
  CHECK(space.snapshot().at<Celsius>("oven").degrees == 180);
  const auto handle = space.attribute<Celsius>("oven");
  handle.set(Celsius{200});
  CHECK(handle.get()->degrees == 200);
  CHECK(space.update<Celsius>("oven", [](auto now) { return Celsius{now->degrees + 1}; }).degrees ==
        201);
  space.set("oven", 5);
  CHECK(code_of([&] { handle.get(); }) == Errc::wrong_type);
  space.set("ovens", std::vector<Celsius>{{1}, {2}});
  CHECK(space.at<std::vector<Celsius>>("ovens").at(1).degrees == 2);
}

TEST_CASE("a struct with MSGPACK_DEFINE is stored, by name or by place") {
  const Board board;
  bulletin::Client client = board.client();
  const bulletin::Namespace space = client.open("values");
  space.set("pose", Pose{1, 2, "odom"});
  const Pose pose = space.at<Pose>("pose");
  CHECK(pose.x == 1);
  CHECK(pose.y == 2);
  CHECK(pose.frame == "odom");
  CHECK(space.at<Map>("pose").at("frame") == "odom");
  space.set("pose", Map{{"x", 5}, {"other", Value()}});
  CHECK(space.at<Pose>("pose").x == 5);
  CHECK(space.at<Pose>("pose").frame == "map");
  space.set("path", Path{{{1, 2, "a"}, {3, 4, "b"}}, {{"t", 1}}});
  CHECK(space.at<Path>("path").poses.at(1).y == 4);
  CHECK(space.attribute<Path>("path").at().tags.at("t") == 1);
  space.set("pose", "no pose");
  CHECK(code_of([&] { space.at<Pose>("pose"); }) == Errc::wrong_type);
}

TEST_CASE("a handle takes what fits its type and refuses the rest by name") {
  OpenBoard open;
  const auto narrow = open.space.attribute<std::int8_t>("narrow");
  narrow.set(127);
  CHECK(narrow.get() == 127);
  const bulletin::Error error = failure_of([&] { narrow.set(128); });
  CHECK(error.code() == Errc::rejected);
  CHECK(error.name() == "narrow");
  CHECK(std::string(error.what()).find("128") != std::string::npos);
  CHECK(code_of([&] { narrow.set_async(-129); }) == Errc::rejected);
  CHECK(code_of([&] { open.space.attribute<unsigned>("absent").get_or(-1); }) == Errc::rejected);
  CHECK(narrow.get() == 127);

  open.space.attribute<double>("real").set(3);
  CHECK(open.space.at<Value>("real").type() == Value::Type::real);
  open.space.attribute<std::string>("text").set("idle");
  CHECK(open.space.attribute<std::string>("text").get_or("none") == "idle");
  open.space.attribute<Value>("any").set("text");
  CHECK(open.space.at<std::string>("any") == "text");
  const char* none = nullptr;
  CHECK(code_of([&] { open.space.set("null", none); }) == Errc::rejected);
  CHECK(code_of([&] { open.space.get_or("null", none); }) == Errc::rejected);
}

TEST_CASE("a value of another type throws, and every value can be printed") {
  const Value list(Array{1});
  CHECK(code_of([&] { list.as<Map>(); }) == Errc::wrong_type);
  std::ostringstream out;
  out << Value(Map{{"a", Array{1, "b", true, Value()}}});
  CHECK(out.str().find("\"b\"") != std::string::npos);
}
