// What the broker counts, as Prometheus reads it
// (https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "service/counters.hpp"
#include "service/user_list.hpp"

namespace bulletin::server {

/// At one moment.
struct Metrics {
  std::string_view version;
  std::string_view data;       ///< memory, sync, async or failed
  std::int64_t started_s = 0;  ///< Unix time
  std::size_t sessions = 0;
  std::size_t connections = 0;
  std::size_t namespaces = 0;
  std::size_t followed = 0;  ///< namespaces that somebody subscribes to
  std::uint64_t attributes = 0;
  std::uint64_t attribute_bytes = 0;
  std::uint64_t memory_bound = 0;
  std::size_t log_bytes = 0;
  std::uint64_t keys_refused = 0;
  std::uint64_t unanswerable = 0;  ///< messages that nobody could be answered for
  service::UserList users;
  service::Counters counters;
};

std::string exposition(const Metrics& metrics);

}  // namespace bulletin::server
