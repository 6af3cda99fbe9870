#include "server/permissions.hpp"

#include <bulletin/error.hpp>

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

constexpr const char* example = R"(
[groups]
operators = ["anna", "ben"]

[[rule]]
user = "robot7"
namespace = "plant/line1"
right = "write"

[[rule]]
group = "operators"
namespace = "plant"
right = "read"

[[rule]]
user = "*"
namespace = "public"
right = "read"

[[rule]]
user = "root"
right = "write"
)";

std::string fault(const std::string& text) {
  try {
    Permissions(text, "file");
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == Errc::rejected);
    return error.what();
  }
}

}  // namespace

TEST_CASE("Permissions are for a user, a group, or everybody") {
  const Permissions permissions(example, "file");
  CHECK(permissions.rules() == 4);
  CHECK(permissions.rights_of("robot7").may_write("plant/line1/arm"));
  CHECK_FALSE(permissions.rights_of("robot7").may_read("plant"));
  CHECK(permissions.rights_of("anna").of("plant/line1") == Right::read);
  CHECK(permissions.rights_of("anna") == permissions.rights_of("ben"));
  CHECK(permissions.rights_of("carol").of("public") == Right::read);
  CHECK(permissions.rights_of("carol").of("plant") == Right::none);
  CHECK(permissions.rights_of("root").may_write("any"));
  CHECK(permissions.rights_of("root").may_read("$sys/sessions"));
  CHECK(permissions.rights_of("root").of("public") == Right::read);
  CHECK(permissions.users().size() == 4);
}

TEST_CASE("A file without rules allows nothing") {
  CHECK(Permissions("", "file").rights_of("anna") == Rights());
}

TEST_CASE("What makes no sense is refused with its line") {
  CHECK(fault("[[rule]]\nuser = \"a\"\nright = \"all\"\n").find("file:1: right:") !=
        std::string::npos);
  CHECK(fault("[[rule]]\nuser = \"a\"\n").find("file:1: the rule has no right") !=
        std::string::npos);
  CHECK(fault("[[rule]]\nright = \"read\"\n").find("for a user or for a group") !=
        std::string::npos);
  CHECK(fault("[[rule]]\nuser = \"a\"\ngroup = \"b\"\nright = \"read\"\n")
            .find("for a user or for a group") != std::string::npos);
  CHECK(fault("[[rule]]\ngroup = \"b\"\nright = \"read\"\n").find("file:2: group: there is no") !=
        std::string::npos);
  CHECK(fault("[[rule]]\nuser = \"a\"\nnamespace = \"a//b\"\nright = \"read\"\n")
            .find("file:3: namespace:") != std::string::npos);
  CHECK(fault("[[rule]]\nuser = \"a\"\nnamespace = \"\"\nright = \"read\"\n")
            .find("leave it out for all") != std::string::npos);
  CHECK(fault("[[rule]]\nuser = 3\nright = \"read\"\n").find("file:2: user:") != std::string::npos);
  CHECK(fault("[[rule]]\nuser = \"a\"\nright = \"read\"\nspace = \"b\"\n").find("file:4:") !=
        std::string::npos);
  CHECK(fault("[rule]\nuser = \"a\"\n").find("a rule begins with [[rule]]") != std::string::npos);
  CHECK(fault("[groups]\na = \"b\"\n").find("file:2: a group is a list") != std::string::npos);
  CHECK(fault("[groups]\na = [1]\n").find("member") != std::string::npos);
  CHECK(fault("rules = 1\n").find("not \"rules\"") != std::string::npos);
  CHECK(fault("[[rule\n").find("file:1:") != std::string::npos);
}
