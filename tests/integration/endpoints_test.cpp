// Binding, and more than one broker.

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <vector>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

/// What `start` says when it cannot.
std::string complaint(const BrokerOptions& options) {
  Broker broker(options);
  try {
    broker.start();
  } catch (const Error& error) {
    CHECK(error.code() == Errc::rejected);
    CHECK(broker.endpoint().empty());
    return error.what();
  }
  return {};
}

BrokerOptions at(const std::string& endpoint) {
  BrokerOptions options = short_times();
  options.bind = endpoint;
  return options;
}

/// What a killed broker leaves.
void leave_socket(const std::string& path) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  CHECK(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(descriptor);
}

bool serves(const std::string& endpoint) {
  RawClient client(endpoint);
  client.hello();
  return client.write("a", Transaction().set("x", 1)).status == wire::Status::ok;
}

}  // namespace

TEST_CASE("A port that is taken is named") {
  const Board board;
  const std::string message = complaint(at(board.endpoint()));
  CHECK(message.find(board.endpoint()) != std::string::npos);
  CHECK(message.find("choose another") != std::string::npos);
  CHECK(serves(board.endpoint()));
}

TEST_CASE("An updates port that is taken is named, and the commands port is free again") {
  const Board board;
  BrokerOptions options = short_times();
  options.updates = board.updates_endpoint();
  CHECK(complaint(options).find(board.updates_endpoint()) != std::string::npos);
}

TEST_CASE("An address of another host is refused") {
  CHECK(complaint(at("tcp://192.0.2.1:*")).find("tcp://192.0.2.1:*") != std::string::npos);
}

TEST_CASE("Text that is no endpoint is refused with what to write") {
  for (const char* text : {"", "nonsense", "udp://127.0.0.1:5", "tcp://127.0.0.1",
                           "tcp://127.0.0.1:99999", "ipc://"}) {
    CHECK(complaint(at(text)).find("tcp://ADDRESS:PORT") != std::string::npos);
  }
}

TEST_CASE("A second broker does not steal an ipc path") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "board").string();
  const Board board(at("ipc://" + path));
  const std::string message = complaint(at("ipc://" + path));
  CHECK(message.find(path) != std::string::npos);
  CHECK(message.find(std::to_string(::getpid())) != std::string::npos);
  CHECK(serves(board.endpoint()));
}

TEST_CASE("An ipc path can be used again, also over the file of a broker that was killed") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "board").string();
  { const Board board(at("ipc://" + path)); }
  CHECK_FALSE(std::filesystem::exists(path));
  leave_socket(path);
  leave_socket(path + ".updates");
  const Board board(at("ipc://" + path));
  CHECK(serves(board.endpoint()));
}

TEST_CASE("A file that is no socket is not removed") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "precious").string();
  std::ofstream(path) << "text";
  CHECK(complaint(at("ipc://" + path)).find("no socket") != std::string::npos);
  CHECK(std::filesystem::file_size(path) == 4);
}

TEST_CASE("A folder that there is not is told") {
  const TemporaryFolder folder;
  CHECK(complaint(at("ipc://" + (folder.path() / "none" / "board").string())).find("folder") !=
        std::string::npos);
}

TEST_CASE("A broker can be stopped and started, and stopped twice") {
  Broker broker(short_times());
  broker.stop();
  broker.start();
  CHECK(serves(broker.endpoint()));
  broker.start();
  broker.stop();
  broker.stop();
  broker.start();
  CHECK(serves(broker.endpoint()));
  Broker moved = std::move(broker);
  CHECK(serves(moved.endpoint()));
  broker = std::move(moved);
  CHECK(serves(broker.endpoint()));
}

TEST_CASE("Several brokers serve in one process, each its own namespaces") {
  std::vector<std::unique_ptr<Board>> boards;
  for (int i = 0; i < 4; ++i) boards.push_back(std::make_unique<Board>());
  for (int i = 0; i < 4; ++i) {
    RawClient client(boards[static_cast<std::size_t>(i)]->endpoint());
    client.hello();
    client.write("a", Transaction().set("x", i));
  }
  for (int i = 0; i < 4; ++i) {
    RawClient client(boards[static_cast<std::size_t>(i)]->endpoint());
    CHECK(client.read("a", "x") == Value(i));
  }
}

TEST_CASE("All addresses of the host, of both kinds, can be bound") {
  BrokerOptions options = at("tcp://*:*");
  options.insecure = true;
  const Board board(options);
  const std::string port = board.endpoint().substr(board.endpoint().rfind(':'));
  CHECK(serves("tcp://127.0.0.1" + port));
}

TEST_CASE("Two hundred clients are served at once") {
  const Board board;
  std::vector<std::unique_ptr<RawClient>> clients;
  std::vector<std::unique_ptr<RawReader>> readers;
  const Context context = own_context();
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<RawClient>(board.endpoint(), context));
    readers.push_back(std::make_unique<RawReader>(board.updates_endpoint(), context));
    clients.back()->hello("client " + std::to_string(i));
    readers.back()->follow("shared");
  }
  for (auto& client : clients)
    client->send(client->next_write("shared", Transaction().add("n", 1)));
  std::uint64_t last = 0;
  for (auto& client : clients) {
    const std::string reply = client->receive();
    last = std::max(last, wire::decode_write_reply(reply).outcomes.at(0).revision);
  }
  CHECK(clients.front()->read("shared", "n") == Value(200));
  for (auto& reader : readers) {
    std::uint64_t seen = 0;
    while (seen < last) {
      RawUpdate update = reader->await_commits(wire::topic_of("shared"));
      seen = update.commits()->run.revision;
    }
    CHECK(seen == last);
  }
}
