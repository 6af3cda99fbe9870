#include <bulletin/error.hpp>

#include <sstream>

#include "support/catch.hpp"

using namespace bulletin;

TEST_CASE("an error carries its code, its message and the attribute") {
  const Error error(Errc::wrong_type, "'mode' is a string", "mode");
  CHECK(error.code() == Errc::wrong_type);
  CHECK(std::string(error.what()) == "'mode' is a string");
  CHECK(error.name() == "mode");
  CHECK(Error(Errc::denied, "no").name().empty());
}

TEST_CASE("only a missing broker and an overloaded one are worth trying again") {
  for (const Errc code : {Errc::missing, Errc::wrong_type, Errc::rejected, Errc::denied,
                          Errc::in_doubt, Errc::protocol}) {
    CHECK_FALSE(Error(code, "").retryable());
  }
  CHECK(Error(Errc::disconnected, "").retryable());
  CHECK(Error(Errc::overloaded, "").retryable());
}

TEST_CASE("only in_doubt may have been applied") {
  CHECK(Error(Errc::in_doubt, "").may_have_applied());
  CHECK_FALSE(Error(Errc::disconnected, "").may_have_applied());
  CHECK_FALSE(Error(Errc::overloaded, "").may_have_applied());
}

TEST_CASE("codes print their names") {
  std::ostringstream out;
  for (const Errc code : {Errc::missing, Errc::wrong_type, Errc::rejected, Errc::denied,
                          Errc::disconnected, Errc::overloaded, Errc::in_doubt, Errc::protocol}) {
    out << code << ' ';
  }
  CHECK(out.str() ==
        "missing wrong_type rejected denied disconnected overloaded in_doubt protocol ");
}
