#include "server/access/permissions.hpp"

#include <bulletin/error.hpp>

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;
using namespace bulletin::service;

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

TEST_CASE("Quotas are for a user a group or everybody and the first one decides") {
  using authority::Quota;
  using authority::Resource;
  const Permissions permissions(R"(
[groups]
robots = ["r1", "r2"]

[[quota]]
user = "r1"
sessions = 7

[[quota]]
group = "robots"
sessions = 5
namespaces = 0
requests-per-second = 100

[[quota]]
user = "*"
namespaces = 9
network-bytes = 1000000
)",
                                "file");
  Quota usual = Quota::of_each(50);
  const Quota first = permissions.quota_of("r1", usual);
  const Quota second = permissions.quota_of("r2", usual);
  const Quota other = permissions.quota_of("anna", usual);
  CHECK(first[Resource::sessions] == 7);
  CHECK(second[Resource::sessions] == 5);
  CHECK(other[Resource::sessions] == 50);
  CHECK(first[Resource::namespaces] == 0);
  CHECK(other[Resource::namespaces] == 9);
  CHECK(first[Resource::requests_per_second] == 100);
  CHECK(second[Resource::network_bytes] == 1'000'000);
  CHECK(other[Resource::connections] == 50);
  CHECK(permissions.users().size() == 2);
}

TEST_CASE("A quota that makes no sense is refused with its line") {
  const auto says = [](const std::string& text, const std::string& part) {
    const std::string told = fault(text);
    UNSCOPED_INFO(told);
    return told.find(part) != std::string::npos;
  };
  const std::string whom = "[[quota]]\nuser = \"a\"\n";
  for (const char* value : {"-1", "0", "1.5", "\"7\"", "true", "[1]", "9223372036854775807"})
    CHECK(says(whom + "sessions = " + value + "\n",
               "file:3: sessions: it is to be an integer from 1"));
  CHECK(says(whom + "bytes = -1\n", "file:3: bytes: it is to be an integer from 0"));
  CHECK(says(whom + "requests-per-second = 0\n", "file:3: requests-per-second:"));
  CHECK(says(whom + "session = 1\n", "file:3: a quota has user or group, and some of sessions, "));
  CHECK(says(whom, "file:1: the quota says nothing"));
  CHECK(says("[[quota]]\nsessions = 1\n", "a quota is for a user or for a group"));
  CHECK(
      says("[[quota]]\nuser = \"a\"\ngroup = \"b\"\nsessions = 1\n", "for a user or for a group"));
  CHECK(says("[[quota]]\ngroup = \"b\"\nsessions = 1\n", "file:2: group: there is no"));
  CHECK(says("[quota]\nuser = \"a\"\n", "a quota begins with [[quota]]"));
  CHECK(says("[[quotas]]\nuser = \"a\"\n", "there are [groups], [[rule]] and [[quota]]"));
  CHECK(says("[[rule]]\nuser = \"a\"\nright = \"read\"\nsessions = 1\n", "file:4: a rule has"));
}
