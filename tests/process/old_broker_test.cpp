// A broker from before leases were told: the command line says what it cannot know.

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "client/transport/command_connection.hpp"
#include "process/shell.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_broker.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using bulletin::test::IpcBoard;
using bulletin::test::Result;
using bulletin::test::run_bulletin;
using bulletin::test::TemporaryFolder;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string without_leases(std::string_view body) {
  wire::Request request = wire::decode_request(body);
  if (auto* read = std::get_if<wire::Read>(&request)) read->leases = false;
  if (auto* snapshot = std::get_if<wire::SnapshotRequest>(&request)) snapshot->leases = false;
  return std::visit([](const auto& one) { return wire::encode(one); }, request);
}

/// Passes requests on without what an old broker passes over.
class OldBroker {
 public:
  explicit OldBroker(const test::Board& board)
      : ask_(board.endpoint()), relay_("ipc://" + path(), [this](std::string_view request) {
          return ask_.ask(without_leases(request));
        }) {
    const std::string updates = board.updates_endpoint().substr(std::string("ipc://").size());
    std::filesystem::create_symlink(updates, path() + ".updates");
  }

  const std::string& endpoint() const noexcept { return relay_.endpoint(); }

 private:
  std::string path() const { return folder_.path() / "board"; }

  TemporaryFolder folder_;
  client::CommandConnection ask_;
  test::RawBroker relay_;
};

}  // namespace

TEST_CASE("a dump from a broker that tells no leases says that they are not known") {
  IpcBoard board;
  Client client = board->client();
  client.open("plant").set("lease", 1, {.ttl = std::chrono::hours(1)});
  const OldBroker old(*board);
  for (const std::string which : {"plant", "--all"}) {
    const Result dumped = run_bulletin({"--endpoint", old.endpoint(), "dump", which});
    CHECK(dumped.exit == 0);
    CHECK_THAT(dumped.output, ContainsSubstring("\"lease\": 1"));
    CHECK_THAT(dumped.errors, ContainsSubstring("too old to tell"));
  }
  const Result got =
      run_bulletin({"--endpoint", old.endpoint(), "get", "plant", "lease", "--json"});
  CHECK(got.exit == 0);
  CHECK(got.output.find("ttl_ms") == std::string::npos);
}
