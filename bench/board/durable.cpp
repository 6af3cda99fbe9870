// A broker that keeps its data.

#include <filesystem>
#include <memory>
#include <utility>

#include <bulletin/bulletin.hpp>

#include "board/board.hpp"
#include "board/filled.hpp"
#include "harness/service.hpp"

namespace bulletin::bench {
namespace {

std::string data_in(const TemporaryFolder& folder) { return (folder.path() / "data").string(); }

/// Another contender, with a broker of its own.
class Durable final : public Contender {
 public:
  Durable(Setting setting, const Way& way) : broker_(setting, 0, data_in(folder_)) {
    setting.endpoint = broker_.endpoint();
    inner_ = way.make(setting);
  }

  Round round() override { return inner_->round(); }

 private:
  TemporaryFolder folder_;
  BrokerProcess broker_;
  std::unique_ptr<Contender> inner_;
};

class Restart final : public Contender {
 public:
  Restart(const Setting& setting, std::size_t attributes)
      : setting_(setting), attributes_(attributes) {
    const BrokerProcess broker(setting_, 0, data_in(folder_));
    Client client({.endpoint = broker.endpoint()});
    fill(client.open("bench/filled"), attributes_);
    client.open("bench/one").set("x", 1);
  }

  Round round() override {
    const std::int64_t begin = now_ns();
    const BrokerProcess broker(setting_, 0, data_in(folder_));
    Client client({.endpoint = broker.endpoint()});
    if (client.open("bench/one").at<int>("x") != 1) throw std::runtime_error("the data is gone");
    return time_of(now_ns() - begin, attributes_);
  }

 private:
  const Setting setting_;
  const std::size_t attributes_;
  TemporaryFolder folder_;
};

std::size_t bytes_in(const std::string& folder) {
  std::size_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    std::error_code ignored;  // files come and go
    if (file.is_regular_file(ignored)) bytes += file.file_size(ignored);
  }
  return bytes;
}

class Disk final : public Contender {
 public:
  Disk(const Setting& setting, std::size_t changes) : setting_(setting), changes_(changes) {}

  Round round() override {
    const TemporaryFolder folder;
    const BrokerProcess broker(setting_, 0, data_in(folder));
    Client client({.endpoint = broker.endpoint()});
    const Namespace space = client.open("bench/filled");
    for (std::size_t done = 0; done < changes_; done += attributes) fill(space, attributes);
    const auto bytes = static_cast<double>(bytes_in(data_in(folder)));
    return {bytes / static_cast<double>(attributes), changes_, 0, {}};
  }

 private:
  static constexpr std::size_t attributes = 10'000;
  const Setting setting_;
  const std::size_t changes_;
};

}  // namespace

Way durable(Way way) {
  const std::string name = way.name + ", durable";
  return bench::way<Durable>(name, Kind::ours, std::move(way));
}

Way board_restart(std::size_t attributes) {
  return way<Restart>("Bulletin, " + std::to_string(attributes), Kind::ours, attributes);
}

Way board_disk(std::size_t changes) {
  return way<Disk>("Bulletin, " + std::to_string(changes) + " changes", Kind::ours, changes);
}

}  // namespace bulletin::bench
