#include "service/rights.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace bulletin::service;

namespace {

Rights rights(const std::vector<Rule>& rules) { return Rights(rules); }

}  // namespace

TEST_CASE("Without a rule there is no right") {
  CHECK(Rights().of("plant") == Right::none);
  CHECK(rights({{"plant", Right::write}}).of("other") == Right::none);
}

TEST_CASE("A rule is for a namespace and all below it, at whole segments") {
  const Rights some = rights({{"plant/line1", Right::read}});
  CHECK(some.may_read("plant/line1"));
  CHECK(some.may_read("plant/line1/robot"));
  CHECK_FALSE(some.may_read("plant"));
  CHECK_FALSE(some.may_read("plant/line10"));
  CHECK_FALSE(some.may_read("plant/line1!"));
  CHECK_FALSE(some.may_write("plant/line1"));
}

TEST_CASE("Of the rules that are for a namespace the first decides") {
  const Rights some = rights(
      {{"a/b", Right::none}, {"a", Right::write}, {"a/b/c", Right::write}, {"", Right::read}});
  CHECK(some.of("a") == Right::write);
  CHECK(some.of("a/x") == Right::write);
  CHECK(some.of("a/b") == Right::none);
  CHECK(some.of("a/b/c") == Right::none);
  CHECK(some.of("other") == Right::read);
  CHECK(some.of("$sys/broker") == Right::read);
}

TEST_CASE("Who may write may read, and rights that allow the same are the same") {
  CHECK(rights({{"a", Right::write}}).may_read("a"));
  CHECK(rights({{"a", Right::read}, {"a/b", Right::none}, {"a/c", Right::read}}) ==
        rights({{"a", Right::read}}));
  CHECK(rights({{"x", Right::none}}) == Rights());
  CHECK(rights({{"a/b", Right::none}, {"a", Right::read}}) != rights({{"a", Right::read}}));
  CHECK(rights({{"a", Right::read}, {"", Right::read}}) == rights({{"", Right::read}}));
}

TEST_CASE("All may be read only where nothing is excepted") {
  CHECK(Rights::all().may_read_all());
  CHECK(rights({{"a", Right::write}, {"", Right::read}}).may_read_all());
  CHECK_FALSE(rights({{"a", Right::none}, {"", Right::write}}).may_read_all());
  CHECK_FALSE(rights({{"a", Right::write}}).may_read_all());
  CHECK_FALSE(Rights().may_read_all());
}

TEST_CASE("The ranges that may be read are in order and do not touch") {
  using Ranges = std::vector<bulletin::authority::NameRange>;
  const auto ranges = [](const Rights& some) {
    return Ranges(some.readable().begin(), some.readable().end());
  };
  CHECK(ranges(Rights()).empty());
  CHECK(ranges(Rights::all()) == Ranges{{"", ""}});
  CHECK(ranges(rights({{"a", Right::read}})) == Ranges{{"a", {"a\0", 2}}, {"a/", "a0"}});
  CHECK(ranges(rights({{"a", Right::none}, {"", Right::read}})) ==
        Ranges{{"", "a"}, {{"a\0", 2}, "a/"}, {"a0", ""}});
}

TEST_CASE("A name is in a readable range exactly if it may be read") {
  std::mt19937 random(1);
  // By their bytes some of these come between a name and what is below it.
  const auto name = [&](std::size_t most) {
    std::string text;
    for (std::size_t segments = 1 + random() % most; segments != 0; --segments) {
      for (std::size_t size = 1 + random() % 2; size != 0; --size) text += "ab!0"[random() % 4];
      if (segments != 1) text += '/';
    }
    return text;
  };
  for (int round = 0; round != 200; ++round) {
    std::vector<Rule> rules;
    for (std::size_t size = random() % 8; size != 0; --size) {
      const Right right = random() % 2 == 0 ? Right::none : Right::read;
      rules.push_back({random() % 8 == 0 ? std::string() : name(3), right});
    }
    const Rights some = rights(rules);
    for (int i = 0; i != 100; ++i) {
      const std::string space = name(4);
      INFO(space);
      const auto has = [&](const bulletin::authority::NameRange& range) {
        return range.begin <= space && !range.ends_before(space);
      };
      REQUIRE(std::any_of(some.readable().begin(), some.readable().end(), has) ==
              some.may_read(space));
    }
  }
}
