#include <bulletin/msgpack.hpp>

#include <chrono>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace bulletin;

namespace {

struct Point {
  double x = 0;
  double y = 0;
  MSGPACK_DEFINE(x, y)
  friend bool operator==(const Point&, const Point&) = default;
};

struct Pose {
  std::string frame = "world";
  Point position;
  std::vector<Point> path;
  std::map<std::string, int> counts;
  std::vector<char> raw;
  bool valid = false;
  std::uint64_t stamp = 0;
  std::int32_t level = 0;
  float weight = 0;
  MSGPACK_DEFINE_MAP(frame, position, path, counts, raw, valid, stamp, level, weight)
  friend bool operator==(const Pose&, const Pose&) = default;
};

struct Timed {
  std::chrono::system_clock::time_point at;
  msgpack::type::ext extra;
  MSGPACK_DEFINE_MAP(extra)
};

struct Numbered {
  std::map<int, int> items;
  MSGPACK_DEFINE(items)
};

struct Twice {
  std::multimap<std::string, int> items;
  MSGPACK_DEFINE(items)
};

struct Plain {
  int x = 0;
};

static_assert(detail::Settable<Pose> && detail::Settable<std::vector<Pose>>);
static_assert(detail::Settable<std::map<std::string, Point>>);
static_assert(!detail::Settable<Plain>);

Pose example() {
  Pose pose;
  pose.frame = "größe";
  pose.position = {1.5, -2};
  pose.path = {{1, 2}, {3, 4}};
  pose.counts = {{"a", 1}, {"b", -2}};
  pose.raw = {'\0', '\xFF'};
  pose.valid = true;
  pose.stamp = std::numeric_limits<std::uint64_t>::max();
  pose.level = -5;
  pose.weight = 0.5F;
  return pose;
}

}  // namespace

TEST_CASE("a MSGPACK_DEFINE type is stored as an array, a MSGPACK_DEFINE_MAP type as a map") {
  CHECK(detail::make_value(Point{1.5, 2}) == Value(Array{1.5, 2.0}));
  const Value value = detail::make_value(example());
  const Map map = value.as<Map>();
  CHECK(map.at("frame") == Value("größe"));
  CHECK(map.at("position") == Value(Array{1.5, -2.0}));
  CHECK(map.at("counts") == Value(Map{{"a", 1}, {"b", -2}}));
  CHECK(map.at("raw") == Value(Bytes{std::byte{0}, std::byte{0xFF}}));
  CHECK(map.at("valid") == true);
  CHECK(map.at("weight") == Value(0.5));
}

TEST_CASE("what was stored comes back equal") {
  CHECK(detail::make_value(example()).as<Pose>() == example());
  CHECK(detail::make_value(Pose()).as<Pose>() == Pose());
  const std::vector<Point> points{{1, 2}, {3, 4}};
  CHECK(detail::make_value(points).as<std::vector<Point>>() == points);
}

TEST_CASE("a value of another type is not converted") {
  CHECK_FALSE(Value(1).get_if<Point>());
  CHECK_FALSE(Value(Array{"one", 2}).get_if<Point>());
  CHECK_FALSE(Value(Array{1, 2}).get_if<Pose>());
  CHECK_FALSE(Value(Map{{"level", 1e300}}).get_if<Pose>());
  CHECK_FALSE(Value(Map{{"level", std::int64_t{1} << 40}}).get_if<Pose>());
  CHECK_FALSE(Value().get_if<Pose>());
}

TEST_CASE("missing keys keep their defaults and unknown ones are passed over") {
  const Pose pose = Value(Map{{"level", 3}, {"colour", "red"}}).as<Pose>();
  CHECK(pose.level == 3);
  CHECK(pose.frame == "world");
}

TEST_CASE("what no value can be is rejected") {
  const auto code = [](const auto& object) {
    try {
      (void)detail::make_value(object);
      return Errc::missing;
    } catch (const Error& error) {
      return error.code();
    }
  };
  Timed timed;
  timed.extra = msgpack::type::ext(1, 4);
  CHECK(code(timed) == Errc::rejected);
  CHECK(code(Numbered{{{1, 2}}}) == Errc::rejected);
  CHECK(code(Twice{{{"a", 1}, {"a", 2}}}) == Errc::rejected);
}
