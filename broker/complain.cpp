#include "complain.hpp"

#include <iostream>

#include "server/log.hpp"

namespace bulletin {

int complain(std::string_view message, int code) {
  std::cerr << "bulletin-broker: " << server::printable(message) << "\n";
  return code;
}

}  // namespace bulletin
