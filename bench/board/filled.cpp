#include "board/filled.hpp"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include <bulletin/broker.hpp>

#include "board/board.hpp"

namespace bulletin::bench {

BrokerProcess::BrokerProcess(const Setting& setting, int port, const std::string& data,
                             const std::string& keys)
    : process_(setting, "board-broker", {port == 0 ? "*" : std::to_string(port), data, keys}) {
  std::istringstream(process_.line()) >> process_id_ >> endpoint_;
}

void board_broker_role(const std::vector<std::string>& arguments) {
  BrokerOptions options;
  options.bind = "tcp://127.0.0.1:" + arguments.at(0);
  options.data = arguments.at(1);
  if (const std::string& keys = arguments.at(2); !keys.empty()) {
    options.secret_key = keys + "/broker.key";
    options.authorized_keys = keys + "/authorized_keys";
  }
  Broker broker(options);
  broker.start();
  say(std::to_string(getpid()) + " " + broker.endpoint());
  wait_for_starter();
}

void fill(const Namespace& space, std::size_t attributes) {
  constexpr std::size_t together = 1000;
  for (std::size_t i = 0; i < attributes; i += together) {
    Transaction transaction;
    for (std::size_t k = i; k != std::min(i + together, attributes); ++k) {
      transaction.set("sensor" + std::to_string(1'000'000 + k),
                      "value " + std::to_string(1'000'000'000 + k));
    }
    space.commit(transaction);
  }
}

}  // namespace bulletin::bench
