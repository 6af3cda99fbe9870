// A broker from before leases were told: the command line says what it cannot know.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include <zmq.hpp>

#include "client/command_connection.hpp"
#include "process/shell.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using bulletin::test::IpcBoard;
using bulletin::test::Result;
using bulletin::test::run_bulletin;
using bulletin::test::TemporaryFolder;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Passes requests on without what an old broker passes over.
class OldBroker {
 public:
  explicit OldBroker(test::Board& board) : ask_(board.endpoint()) {
    const std::string path = folder_.path() / "board";
    const std::string updates = board.updates_endpoint().substr(std::string("ipc://").size());
    std::filesystem::create_symlink(updates, path + ".updates");
    socket_.set(zmq::sockopt::linger, 0);
    socket_.bind("ipc://" + path);
    endpoint_ = "ipc://" + path;
    thread_ = std::thread([this] { serve(); });
  }
  ~OldBroker() {
    stopping_ = true;
    thread_.join();
  }
  OldBroker(const OldBroker&) = delete;
  OldBroker& operator=(const OldBroker&) = delete;

  const std::string& endpoint() const { return endpoint_; }

 private:
  void serve() {
    while (!stopping_) {
      zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
      if (zmq::poll(&item, 1, std::chrono::milliseconds(10)) > 0) answer();
    }
  }

  static std::string without_leases(std::string_view body) {
    wire::Request request = wire::decode_request(body);
    if (auto* read = std::get_if<wire::Read>(&request)) read->leases = false;
    if (auto* snapshot = std::get_if<wire::SnapshotRequest>(&request)) snapshot->leases = false;
    return std::visit([](const auto& one) { return wire::encode(one); }, request);
  }

  void answer() {
    std::vector<zmq::message_t> frames;
    do {
      frames.emplace_back();
      (void)socket_.recv(frames.back());
    } while (frames.back().more());
    const std::string reply = ask_.ask(without_leases(frames.back().to_string_view()));
    frames.back().rebuild(reply.data(), reply.size());
    for (std::size_t i = 0; i != frames.size(); ++i) {
      socket_.send(frames[i],
                   i + 1 != frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }
  }

  TemporaryFolder folder_;
  client::CommandConnection ask_;
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::router};
  std::string endpoint_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
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
