// What the broker tells about itself in numbers: $sys/broker, the metrics for Prometheus and the
// log tell of the same ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include <bulletin/value.hpp>

#include "service/counters.hpp"
#include "service/user_list.hpp"

namespace bulletin::service {

/// At one moment.
struct Metrics {
  std::string_view version;
  std::string_view data;        ///< memory, sync, async or failed
  std::uint64_t started_s = 0;  ///< Unix time
  std::uint64_t uptime_s = 0;
  std::uint64_t sessions = 0;
  std::uint64_t connections = 0;
  std::uint64_t namespaces = 0;
  std::uint64_t followed = 0;  ///< namespaces that somebody subscribes to
  std::uint64_t attributes = 0;
  std::uint64_t attribute_bytes = 0;
  std::uint64_t memory_bound = 0;
  std::uint64_t log_bytes = 0;
  std::uint64_t keys_refused = 0;
  std::uint64_t unanswerable = 0;  ///< messages that nobody could be answered for
  UserList users;
  Counters counters;

  /// What somebody did not get.
  [[nodiscard]] std::uint64_t drops() const noexcept {
    return counters.dropped + unanswerable + counters.missed + counters.refused_subscriptions;
  }
  /// Of those, what an operator has to know: something was too much, or too slow.
  [[nodiscard]] std::uint64_t losses() const noexcept {
    return counters.dropped + unanswerable + counters.missed + counters.overloaded_subscriptions;
  }
};

/// A row of the table from which $sys/broker and the exposition are made.
struct MetricInfo {
  enum class Kind { gauge, counter };

  std::string_view attribute;  ///< of $sys/broker; empty: not there
  std::string_view family;     ///< for Prometheus; empty: not there
  std::string_view label;      ///< of a family with several rows, which follow each other
  Kind kind;
  std::string_view help;  ///< the family's, in its first row
  std::uint64_t (*get)(const Metrics&);
};

[[nodiscard]] std::span<const MetricInfo> metric_table();

/// The attributes of $sys/broker.
[[nodiscard]] std::map<std::string, Value, std::less<>> broker_attributes(const Metrics& metrics);

}  // namespace bulletin::service
