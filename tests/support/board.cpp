#include "support/board.hpp"

#include <cstdlib>
#include <fstream>
#include <system_error>

#include "client/transport/key_files.hpp"

namespace bulletin::test {
namespace {

/// The keys of a broker and of all clients of this process, in files.
class TestKeys {
 public:
  TestKeys() {
    client::make_key_files(path("broker"));
    const client::Keys own = client::make_key_files(path("client"));
    std::ofstream(path("authorized")) << own.own_public << " tester\n";
    ::setenv("BULLETIN_SERVER_KEY", path("broker.pub").c_str(), 1);
    ::setenv("BULLETIN_KEY", path("client.key").c_str(), 1);
  }
  [[nodiscard]] std::string path(const char* name) const {
    return (folder_.path() / name).string();
  }

 private:
  TemporaryFolder folder_;
};

/// With $BULLETIN_TEST_KEYS the same tests run over CURVE.
void use_keys(BrokerOptions& options) {
  if (std::getenv("BULLETIN_TEST_KEYS") == nullptr) return;
  static const TestKeys keys;
  options.secret_key = keys.path("broker.key");
  options.authorized_keys = keys.path("authorized");
}

BrokerOptions at_path(BrokerOptions options, const std::filesystem::path& path) {
  options.bind = "ipc://" + path.string();
  return options;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "bulletin-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

BrokerOptions short_times() {
  BrokerOptions options;
  options.bind = "tcp://127.0.0.1:*";
  options.beat = std::chrono::milliseconds(50);
  options.session_time = std::chrono::seconds(5);
  use_keys(options);
  return options;
}

ClientOptions impatient(std::chrono::milliseconds wait) {
  ClientOptions options;
  options.open_timeout = wait;
  options.write_timeout = wait;
  return options;
}

Board::Board(BrokerOptions options) : options_(std::move(options)) { restart(); }

void Board::restart() {
  broker_.reset();
  broker_.emplace(options_);
  broker_->start();
  endpoint_ = broker_->endpoint();
  updates_endpoint_ = broker_->updates_endpoint();
  options_.bind = endpoint_;
}

IpcBoard::IpcBoard(BrokerOptions options)
    : board_(at_path(std::move(options), folder_.path() / "board")) {}

}  // namespace bulletin::test
