#include "support/board.hpp"

#include <cstdlib>
#include <system_error>

namespace bulletin::test {
namespace {

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
