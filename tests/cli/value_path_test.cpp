#include "cli/value_path.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace bulletin;
using cli::part_of;
using cli::possible_paths;
using cli::ValuePath;
using Steps = std::vector<std::string>;
using Paths = std::vector<ValuePath>;

TEST_CASE("a word is a name first, then every name that it begins with and a path") {
  CHECK(possible_paths("pose") == Paths{{"pose"}});
  CHECK(possible_paths("pose.x") == Paths{{"pose.x"}, {"pose", {"x"}}});
  CHECK(possible_paths("a.b.c") == Paths{{"a.b.c"}, {"a.b", {"c"}}, {"a", {"b", "c"}}});
  CHECK(possible_paths("joints[0].angle") ==
        Paths{{"joints[0].angle"}, {"joints[0]", {"angle"}}, {"joints", {"0", "angle"}}});
  CHECK(possible_paths("a[\"x.y\"][12]").back() == ValuePath{"a", {"x.y", "12"}});
  CHECK(possible_paths("a[\"]\\\"\"]").back() == ValuePath{"a", {"]\""}});
}

TEST_CASE("keys may be empty, and what is no path is only a name") {
  CHECK(possible_paths("a.") == Paths{{"a."}, {"a", {""}}});
  CHECK(possible_paths("a..b").back() == ValuePath{"a", {"", "b"}});
  for (const char* word : {"", ".a", "[0]", "a[", "a[]", "a[x]", "a[-1]", "a[0]x", "a]", "a[\"x]",
                           "a[\"x\"", "a[\"\\q\"]"}) {
    CAPTURE(word);
    CHECK(possible_paths(word) == Paths{{word}});
  }
}

TEST_CASE("a path leads through maps by their keys and through arrays by their places") {
  const Value value = Map{{"a", Array{1, Map{{"", "empty"}, {"0", "zero"}}}}, {"n", 5}};
  CHECK(*part_of(value, {}) == value);
  CHECK(*part_of(value, {"a", "0"}) == Value(1));
  CHECK(*part_of(value, {"a", "1", ""}) == Value("empty"));
  CHECK(*part_of(value, {"a", "1", "0"}) == Value("zero"));
  for (const Steps& steps :
       {Steps{"b"}, Steps{"a", "2"}, Steps{"a", "-1"}, Steps{"a", "x"}, Steps{"a", ""},
        Steps{"n", "0"}, Steps{"a", "99999999999999999999999"}, Steps{"a", "0", "0"}}) {
    CHECK(part_of(value, steps) == nullptr);
  }
}
