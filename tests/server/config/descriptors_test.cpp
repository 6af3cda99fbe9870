#include "server/config/descriptors.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "support/catch.hpp"

using namespace bulletin::server;

TEST_CASE("Descriptors are scarce when an eighth or less is left") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit low = before;
  low.rlim_cur = 128;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  CHECK(descriptor_limit() == 128);
  CHECK_FALSE(descriptors_are_scarce());
  std::vector<int> taken;
  while (!descriptors_are_scarce()) taken.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK(taken.back() == 111);
  CHECK(reserved_descriptors() == 16);
  CHECK(reserve_is_reached());
  ::close(taken.back());
  taken.pop_back();
  CHECK_FALSE(reserve_is_reached());
  for (const int descriptor : taken) ::close(descriptor);
  ::setrlimit(RLIMIT_NOFILE, &before);
}
