// A board, two clients of it, and the namespace "board" open in both.
#pragma once

#include "support/board.hpp"

namespace bulletin::test {

struct OpenBoard {
  explicit OpenBoard(BrokerOptions options = short_times()) : board(std::move(options)) {}

  Board board;
  Client client = board.client();
  Client second = board.client();
  Namespace space = client.open("board");
  Namespace other = second.open("board");
};

}  // namespace bulletin::test
