#include <bulletin/revision.hpp>

#include <sstream>
#include <type_traits>
#include <unordered_set>

#include "support/catch.hpp"

using namespace bulletin;

// A type of its own: no number becomes one by accident, and it becomes none.
static_assert(!std::is_convertible_v<std::uint64_t, Revision>);
static_assert(!std::is_convertible_v<Revision, std::uint64_t>);
static_assert(!std::is_convertible_v<Revision, bool>);

TEST_CASE("revisions are ordered, and the first is never") {
  CHECK(Revision() == absent);
  CHECK_FALSE(Revision());
  CHECK(Revision(1));
  CHECK(Revision(1) < Revision(2));
  CHECK(Revision(7).value() == 7);
}

TEST_CASE("a revision prints its number") {
  std::ostringstream out;
  out << Revision(1790000000000001);
  CHECK(out.str() == "1790000000000001");
}

TEST_CASE("revisions can be kept in a hash table") {
  const std::unordered_set<Revision> seen{Revision(1), Revision(2), Revision(1)};
  CHECK(seen.size() == 2);
  CHECK(seen.contains(Revision(2)));
}
