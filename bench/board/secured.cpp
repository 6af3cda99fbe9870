// A broker with keys.

#include <cstdlib>
#include <fstream>
#include <memory>
#include <utility>

#include <bulletin/bulletin.hpp>

#include "board/board.hpp"
#include "board/filled.hpp"
#include "client/transport/key_files.hpp"
#include "harness/service.hpp"

namespace bulletin::bench {
namespace {

/// A folder with the keys of a broker and of a client that it lets in.
class KeyFolder {
 public:
  KeyFolder() {
    client::make_key_files(path() + "/broker");
    const client::Keys own = client::make_key_files(path() + "/client");
    std::ofstream(path() + "/authorized_keys") << own.own_public << " bench\n";
  }
  [[nodiscard]] std::string path() const { return folder_.path().string(); }

 private:
  TemporaryFolder folder_;
};

/// For clients, and processes, that are made while this lives.
class KeysInEnvironment {
 public:
  explicit KeysInEnvironment(const KeyFolder& keys) {
    ::setenv("BULLETIN_SERVER_KEY", (keys.path() + "/broker.pub").c_str(), 1);
    ::setenv("BULLETIN_KEY", (keys.path() + "/client.key").c_str(), 1);
  }
  ~KeysInEnvironment() {
    ::unsetenv("BULLETIN_SERVER_KEY");
    ::unsetenv("BULLETIN_KEY");
  }
  KeysInEnvironment(const KeysInEnvironment&) = delete;
  KeysInEnvironment& operator=(const KeysInEnvironment&) = delete;
};

/// Another contender, with a broker of its own.
class Secured final : public Contender {
 public:
  Secured(Setting setting, const Way& way) : broker_(setting, 0, {}, keys_.path()) {
    setting.endpoint = broker_.endpoint();
    const KeysInEnvironment keys(keys_);
    inner_ = way.make(setting);
  }

  Round round() override { return inner_->round(); }

 private:
  KeyFolder keys_;
  BrokerProcess broker_;
  std::unique_ptr<Contender> inner_;
};

}  // namespace

Way secured(Way way) {
  const std::string name = way.name + ", encrypted";
  return bench::way<Secured>(name, Kind::ours, std::move(way));
}

}  // namespace bulletin::bench
