// Connections without sockets, which may read everything.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/net/connection.hpp"
#include "service/rights.hpp"

namespace bulletin::test {

inline std::unique_ptr<server::Connection> connection(std::uint64_t id) {
  return std::make_unique<server::Connection>(id, server::Descriptor(), std::string(), nullptr,
                                              1u << 20, server::Connection::Time());
}

inline const service::Rights& all_rights() {
  static const service::Rights rights = service::Rights::all();
  return rights;
}

}  // namespace bulletin::test
