#include "server/rights.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace bulletin::server;

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

TEST_CASE("What is hidden as a whole is known") {
  const Rights some = rights(
      {{"a/b/c", Right::read}, {"a/b", Right::none}, {"d", Right::none}, {"e", Right::read}});
  CHECK_FALSE(some.may_read_nothing_below("a/b"));
  CHECK_FALSE(some.may_read_nothing_below("a"));
  CHECK(some.may_read_nothing_below("a/b/d"));
  CHECK(some.may_read_nothing_below("d"));
  CHECK_FALSE(some.may_read_nothing_below("e"));
  CHECK_FALSE(rights({{"a", Right::read}}).may_read_nothing_below(""));
  // Between a/b and what is below it there may be others by their bytes.
  CHECK(rights({{"a!", Right::read}}).may_read_nothing_below("a"));
}
