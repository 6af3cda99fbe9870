#include "service/sessions_without_user.hpp"

#include <cstddef>

#include "authority/desk.hpp"
#include "service/rights.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::service;

TEST_CASE("The sessions of users that are not let in any more end in portions and no others do") {
  authority::AuthorityOptions options = test::options();
  options.bounds.ends = 20;
  test::Desk desk(options);
  for (int i = 0; i != 50; ++i) desk.open("bob");
  for (int i = 0; i != 3; ++i) desk.open("carol");
  desk.authority.commit();
  UserRights rights;
  rights.set("carol", Rights::all());
  SessionsWithoutUser without_user;
  CHECK(without_user.empty());
  without_user.find(desk.authority, rights);
  // The desk has a session of its own.
  for (const std::size_t left : {34, 14, 3}) {
    REQUIRE_FALSE(without_user.empty());
    without_user.end_some(
        options, [&](const authority::Command& command) { desk.authority.apply(command); });
    desk.authority.commit();
    CHECK(desk.authority.sessions() == left);
  }
  CHECK(without_user.empty());
  for (const authority::SessionView& session : desk.authority.session_list())
    CHECK(session.user == "carol");
}
