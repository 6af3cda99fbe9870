#include "service/undecided_writes.hpp"

#include "support/catch.hpp"

using bulletin::service::UndecidedWrites;
using bulletin::wire::Write;

namespace {

Write write(std::uint64_t session, std::uint64_t lane, std::uint64_t number) {
  return {{{}, session}, lane, number, {}};
}

}  // namespace

TEST_CASE("A WRITE whose turn was not kept is open until the store is known") {
  UndecidedWrites undecided;
  undecided.leave_open(write(1, 2, 3));
  CHECK(undecided.is_open(write(1, 2, 3)));
  CHECK_FALSE(undecided.is_open(write(1, 2, 4)));
  CHECK_FALSE(undecided.is_open(write(1, 3, 3)));
  CHECK_FALSE(undecided.is_open(write(2, 2, 3)));
  undecided.settle();
  CHECK_FALSE(undecided.is_open(write(1, 2, 3)));
}

TEST_CASE("A WRITE that was refused stays refused, and those before it in its lane") {
  UndecidedWrites undecided;
  CHECK_FALSE(undecided.is_refused(write(1, 2, 3)));
  undecided.refuse(write(1, 2, 3));
  undecided.settle();
  CHECK(undecided.is_refused(write(1, 2, 3)));
  CHECK(undecided.is_refused(write(1, 2, 1)));
  CHECK_FALSE(undecided.is_refused(write(1, 2, 4)));
  CHECK_FALSE(undecided.is_refused(write(1, 1, 3)));
  undecided.refuse(write(5, 2, 3));
  undecided.keep_if([](std::uint64_t session) { return session == 5; });
  CHECK_FALSE(undecided.is_refused(write(1, 2, 3)));
  CHECK(undecided.is_refused(write(5, 2, 3)));
}
