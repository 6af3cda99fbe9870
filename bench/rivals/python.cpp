// Python's SyncManager, which Bulletin takes its idea from.

#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "client/system/child_process.hpp"
#include "harness/service.hpp"
#include "rivals/rivals.hpp"

namespace bulletin::bench {
namespace {

constexpr std::chrono::seconds patience{60};

/// Each round is a server and a client of its own.
class SyncManager final : public Contender {
 public:
  SyncManager(const Setting& setting, const std::string& what)
      : command_{installed("python3", "python3"), "-B", BULLETIN_SYNC_MANAGER, what,
                 std::to_string(setting.pace.samples)} {}

  Round round() override {
    client::ChildProcess process(command_);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const auto line = process.read_line(deadline);
    if (!line || process.wait(deadline) != 0) throw std::runtime_error("SyncManager has failed");
    return round_of(nlohmann::json::parse(*line).get<std::vector<std::int64_t>>());
  }

 private:
  const std::vector<std::string> command_;
};

}  // namespace

Rival python() {
  const auto rival = Kind::rival;
  return {{"read", {way<SyncManager>("Python SyncManager", rival, "read")}},
          {"write", {way<SyncManager>("Python SyncManager", rival, "write")}}};
}

}  // namespace bulletin::bench
