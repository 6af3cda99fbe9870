#include "service/unsettled.hpp"

#include "support/catch.hpp"

using bulletin::server::Unsettled;
using bulletin::wire::Write;

namespace {

Write write(std::uint64_t session, std::uint64_t lane, std::uint64_t number) {
  return {{{}, session}, lane, number, {}};
}

}  // namespace

TEST_CASE("A WRITE whose turn was not kept is open until the store is known") {
  Unsettled unsettled;
  unsettled.leave_open(write(1, 2, 3));
  CHECK(unsettled.is_open(write(1, 2, 3)));
  CHECK_FALSE(unsettled.is_open(write(1, 2, 4)));
  CHECK_FALSE(unsettled.is_open(write(1, 3, 3)));
  CHECK_FALSE(unsettled.is_open(write(2, 2, 3)));
  unsettled.settle();
  CHECK_FALSE(unsettled.is_open(write(1, 2, 3)));
}

TEST_CASE("A WRITE that was refused stays refused, and those before it in its lane") {
  Unsettled unsettled;
  CHECK_FALSE(unsettled.is_refused(write(1, 2, 3)));
  unsettled.refuse(write(1, 2, 3));
  unsettled.settle();
  CHECK(unsettled.is_refused(write(1, 2, 3)));
  CHECK(unsettled.is_refused(write(1, 2, 1)));
  CHECK_FALSE(unsettled.is_refused(write(1, 2, 4)));
  CHECK_FALSE(unsettled.is_refused(write(1, 1, 3)));
  unsettled.refuse(write(5, 2, 3));
  unsettled.keep_if([](std::uint64_t session) { return session == 5; });
  CHECK_FALSE(unsettled.is_refused(write(1, 2, 3)));
  CHECK(unsettled.is_refused(write(5, 2, 3)));
}
