#include "board/board.hpp"

namespace bulletin::bench {

void board_watch_role(const std::vector<std::string>& arguments);
void board_read_role(const std::vector<std::string>& arguments);
void board_counter_role(const std::vector<std::string>& arguments);
void board_broker_role(const std::vector<std::string>& arguments);
void board_holder_role(const std::vector<std::string>& arguments);
void board_crowd_role(const std::vector<std::string>& arguments);
void board_echo_role(const std::vector<std::string>& arguments);
void board_hostile_role(const std::vector<std::string>& arguments);
void board_spin_role(const std::vector<std::string>& arguments);

Roles board_roles() {
  return {{"board-watch", board_watch_role},     {"board-read", board_read_role},
          {"board-counter", board_counter_role}, {"board-broker", board_broker_role},
          {"board-holder", board_holder_role},   {"board-crowd", board_crowd_role},
          {"board-echo", board_echo_role},       {"board-hostile", board_hostile_role},
          {"board-spin", board_spin_role}};
}

}  // namespace bulletin::bench
