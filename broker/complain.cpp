#include "complain.hpp"

#include <exception>

#include <fmt/format.h>

#include "client/system/standard_streams.hpp"
#include "server/telemetry/loggers.hpp"

namespace bulletin {

int complain(std::string_view message, int code) {
  client::print_error(fmt::format("bulletin-broker: {}\n", server::printable(message)));
  return code;
}

int finish_output(int code) {
  try {
    client::finish_output();
    return code;
  } catch (const std::exception& error) {
    return complain(error.what(), 1);
  }
}

}  // namespace bulletin
