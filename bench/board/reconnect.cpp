// A broker that dies and comes back: with an empty board, which whoever had written it writes
// again, or with its data.

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "board/board.hpp"
#include "board/filled.hpp"
#include "harness/service.hpp"

namespace bulletin::bench {
namespace {

constexpr std::size_t processes = 4;
constexpr std::size_t clients = 25;  // in each
constexpr std::size_t attributes = 10'000;
constexpr const char* space_name = "bench/reconnect";
constexpr const char* finished = "finished";

class Reconnect final : public Contender {
 public:
  Reconnect(const Setting& setting, bool keeps)
      : setting_(setting),
        data_(keeps ? (folder_.path() / "data").string() : std::string()),
        broker_(std::make_unique<BrokerProcess>(setting, port_, data_)) {
    client_.emplace(ClientOptions{.endpoint = broker_->endpoint()});
    space_.emplace(client_->open(space_name));
    write();
    for (std::size_t i = 0; i != processes; ++i) {
      crowd_.push_back(
          std::make_unique<FarEnd>(setting, "board-crowd", std::vector{broker_->endpoint()}));
    }
    for (const auto& process : crowd_) (void)process->line();
  }

  /// The time from the broker's word that it serves.
  Round round() override {
    broker_ = nullptr;
    broker_ = std::make_unique<BrokerProcess>(setting_, port_, data_);
    const std::int64_t back = now_ns();
    write();
    std::int64_t complete = back;
    for (const auto& process : crowd_)
      complete = std::max<std::int64_t>(complete, std::stoll(process->line()));
    return time_of(complete - back, processes * clients);
  }

 private:
  /// A write that met the end of the old broker may be in doubt: all of them may be repeated.
  void write() {
    ++rounds_;
    for (int attempt = 1;; ++attempt) {
      try {
        if (data_.empty() || rounds_ == 1) fill(*space_, attributes);
        space_->set(finished, rounds_);
        return;
      } catch (const Error&) {
        if (attempt == 5) throw;
      }
    }
  }

  const Setting setting_;
  TemporaryFolder folder_;
  const std::string data_;
  const int port_ = free_port();
  std::unique_ptr<BrokerProcess> broker_;
  std::optional<Client> client_;
  std::optional<Namespace> space_;
  std::vector<std::unique_ptr<FarEnd>> crowd_;
  int rounds_ = 0;
};

}  // namespace

/// Clients that say when the last of them holds everything again.
void board_crowd_role(const std::vector<std::string>& arguments) {
  std::vector<std::unique_ptr<Client>> all;
  std::vector<Namespace> spaces;
  for (std::size_t i = 0; i != clients; ++i) {
    all.push_back(std::make_unique<Client>(ClientOptions{.endpoint = arguments.at(0)}));
    spaces.push_back(all.back()->open(space_name));
  }
  for (int round = 1; !starter_gone();) {
    const auto over = [&](const Value& value) { return value.as<int>() >= round; };
    const bool complete = std::all_of(spaces.begin(), spaces.end(), [&](const Namespace& space) {
      return space.wait_for(finished, over, std::chrono::milliseconds(100)) &&
             space.size() == attributes + 1;
    });
    if (!complete) continue;
    say(std::to_string(now_ns()));
    ++round;
  }
}

Way board_reconnect(bool keeps) {
  return way<Reconnect>(keeps ? "Bulletin with data" : "Bulletin", Kind::ours, keeps);
}

}  // namespace bulletin::bench
