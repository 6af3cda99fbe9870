// Many clients at once.
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"

using namespace bulletin::test;

TEST_CASE("200 clients in four processes share a namespace") {
  bulletin::BrokerOptions options = short_times();
  options.beat = std::chrono::milliseconds(500);
  const Board board(options);
  bulletin::Client client = board.client();
  const bulletin::Namespace space = client.open("crowd");
  std::vector<std::unique_ptr<Program>> processes;
  for (int i = 0; i < 4; ++i) {
    processes.push_back(
        std::make_unique<Program>(std::string(BULLETIN_BIN_DIR) + "/bulletin-api",
                                  std::vector<std::string>{"crowd", board.endpoint(), "50"}));
  }
  for (const auto& process : processes)
    CHECK(process->read_line(std::chrono::seconds(60)) == "complete");
  space.sync();
  CHECK(space.size() == 200);
  // One crowd leaves, one is killed: its sessions end by their time.
  processes[0]->close_input();
  CHECK(processes[0]->wait(std::chrono::seconds(60)) == 0);
  processes[1]->signal(SIGKILL);
  CHECK(await([&] { return space.size() == 100; }, std::chrono::seconds(60)));
}
