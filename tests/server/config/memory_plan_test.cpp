#include "server/config/memory_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <bulletin/error.hpp>

#include "server/config/check_options.hpp"
#include "server/config/host_memory.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "wire/limits.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

constexpr std::size_t mebibyte = 1u << 20;
constexpr std::size_t session_bytes = 6u << 10;

BrokerOptions with(std::size_t memory) {
  BrokerOptions options;
  options.memory = memory;
  return options;
}

/// What clients can have the broker keep at most.
std::size_t sum_of(const BrokerOptions& options) {
  return options.bounds.bytes + options.bounds.network_bytes + options.log_bytes +
         outcome_bytes(options.memory) + options.bounds.sessions * session_bytes +
         6 * message_bytes(options);
}

}  // namespace

TEST_CASE("What follows from the memory is less than it together") {
  for (const std::size_t memory :
       {least_memory, 256 * mebibyte, 2048 * mebibyte, std::size_t{1} << 38}) {
    const BrokerOptions options = with_memory_divided(with(memory));
    INFO(memory);
    CHECK(options.memory == memory);
    CHECK(sum_of(options) < memory);
    CHECK(options.bounds.subscription_bytes <= options.bounds.network_bytes);
    CHECK(options.reader_bytes <= options.bounds.network_bytes);
    CHECK(session_outcome_bytes(memory) <= outcome_bytes(memory));
    CHECK(options.limits.transaction_bytes < message_bytes(options));
    CHECK(options.limits.value_bytes <= options.limits.transaction_bytes);
    CHECK_NOTHROW(check_options(options));
    CHECK(with_memory_divided(options).bounds.bytes == options.bounds.bytes);
  }
}

TEST_CASE("With much memory the bounds are those by default") {
  const BrokerOptions options = with_memory_divided(with(std::size_t{1} << 36));
  const BrokerOptions by_default;
  CHECK(options.log_bytes == by_default.log_bytes);
  CHECK(options.reader_bytes == by_default.reader_bytes);
  CHECK(options.bounds.sessions == by_default.bounds.sessions);
  CHECK(options.limits.transaction_bytes == by_default.limits.transaction_bytes);
  CHECK(options.limits.value_bytes == by_default.limits.value_bytes);
  CHECK(message_bytes(options) == wire::message_bytes);
  CHECK(with_memory_divided({}).memory == std::max(host_memory(), least_memory));
}

TEST_CASE("What is said for itself does not follow from the memory") {
  BrokerOptions given = with(256 * mebibyte);
  given.bounds.bytes = 10 * mebibyte;
  given.bounds.network_bytes = 20 * mebibyte;
  given.bounds.sessions = 123'456;
  given.log_bytes = 30 * mebibyte;
  given.limits.transaction_bytes = 12 * mebibyte;
  const BrokerOptions options = with_memory_divided(given);
  CHECK(options.bounds.bytes == 10 * mebibyte);
  CHECK(options.bounds.namespace_bytes == 10 * mebibyte);
  CHECK(options.bounds.network_bytes == 20 * mebibyte);
  CHECK(options.bounds.subscription_bytes == 5 * mebibyte);
  CHECK(options.bounds.sessions == 123'456);
  CHECK(options.log_bytes == 30 * mebibyte);
  CHECK(options.limits.transaction_bytes == 12 * mebibyte);
  CHECK(message_bytes(options) == 13 * mebibyte);
}

TEST_CASE("Memory that is too little, or less than its parts, is refused") {
  const auto complaint = [](const BrokerOptions& options) -> std::string {
    try {
      check_options(options);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  CHECK(complaint(with(least_memory - 1)).find("memory: ") == 0);
  CHECK(complaint(with(least_memory)).empty());
  BrokerOptions large = with(256 * mebibyte);
  large.bounds.bytes = 250 * mebibyte;
  CHECK(complaint(large).find("max-bytes (262144000)") != std::string::npos);
}

TEST_CASE("The memory of a control group is the least of those around it") {
  namespace fs = std::filesystem;
  const test::TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& text) {
    const fs::path path = folder.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text << "\n";
    return path.string();
  };
  const std::string mounted = (folder.path() / "cgroup").string();
  const std::string groups = write("proc", "0::/system.slice/board.service");
  CHECK(group_memory(groups, mounted) == SIZE_MAX);
  write("cgroup/system.slice/board.service/memory.max", "max");
  CHECK(group_memory(groups, mounted) == SIZE_MAX);
  write("cgroup/system.slice/memory.max", "3000000");
  CHECK(group_memory(groups, mounted) == 3'000'000);
  write("cgroup/system.slice/board.service/memory.max", "2000000");
  CHECK(group_memory(groups, mounted) == 2'000'000);
  write("cgroup/memory.max", "1000000");
  CHECK(group_memory(groups, mounted) == 1'000'000);
  // Of the first version, whose root says how much there could be.
  write("proc", "5:cpu,memory:/docker/x\n4:pids:/docker/x\n0::/");
  write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  write("cgroup/memory/docker/x/memory.limit_in_bytes", "500000");
  CHECK(group_memory(groups, mounted) == 500'000);
  CHECK(group_memory(mounted + "/nothing", mounted) == SIZE_MAX);
}
