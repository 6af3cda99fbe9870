#include "service/system_namespaces.hpp"

#include <fmt/format.h>

#include <string>

#include "support/catch.hpp"
#include "wire/limits.hpp"

using namespace bulletin;
using service::Facts;
using service::SystemNamespaces;

namespace {

constexpr std::uint64_t sessions = 60'000;

Facts many(std::uint64_t first) {
  Facts facts;
  facts.broker["clients"] = sessions;
  for (std::uint64_t i = first; i != first + sessions; ++i) {
    facts.sessions[fmt::format("{:09}", i)] = std::string(255, 'n');
  }
  return facts;
}

std::size_t told(SystemNamespaces& board, Facts facts) {
  std::size_t commits = 0;
  for (const authority::Publication& update : board.tell(std::move(facts))) {
    REQUIRE(update.run.bytes.size() < wire::message_bytes / 8);
    commits += update.run.commits;
  }
  return commits;
}

std::size_t size(const SystemNamespaces& board) {
  std::size_t size = 0;
  board.authority().visit(service::sessions_space, [&](const auto&) { ++size; });
  return size;
}

}  // namespace

TEST_CASE("many sessions are told in commits that each fit into a message") {
  SystemNamespaces board({{1}}, 1, 2);
  CHECK(told(board, many(0)) > 1);
  CHECK(size(board) == sessions);
  CHECK(told(board, many(1)) == 1);
  CHECK(told(board, many(1)) == 0);
  CHECK(told(board, many(sessions * 2)) > 1);
  CHECK(size(board) == sessions);
  told(board, {});
  CHECK(size(board) == 0);
}
