#include "service/metrics.hpp"

#include <array>

namespace bulletin::service {
namespace {

constexpr auto gauge = MetricInfo::Kind::gauge;
constexpr auto counter = MetricInfo::Kind::counter;

// clang-format off
constexpr std::array table = std::to_array<MetricInfo>({
    {"", "process_start_time_seconds", "", gauge, "When the broker began, in Unix time.",
     [](const Metrics& m) { return m.started_s; }},
    {"uptime", "", "", gauge, "",
     [](const Metrics& m) { return m.uptime_s; }},
    {"", "bulletin_data_kept", "", gauge, "1 if what is written is kept as was asked for, 0 while that fails.",
     [](const Metrics& m) { return std::uint64_t{m.data != "failed"}; }},
    {"clients", "bulletin_sessions", "", gauge, "Open sessions of clients.",
     [](const Metrics& m) { return m.sessions; }},
    {"connections", "bulletin_connections", "", gauge, "Connections to all sockets.",
     [](const Metrics& m) { return m.connections; }},
    {"namespaces", "bulletin_namespaces", "", gauge, "Namespaces that exist.",
     [](const Metrics& m) { return m.namespaces; }},
    {"", "bulletin_followed_namespaces", "", gauge, "Namespaces that have a subscriber.",
     [](const Metrics& m) { return m.followed; }},
    {"attributes", "bulletin_attributes", "", gauge, "Attributes of all namespaces.",
     [](const Metrics& m) { return m.attributes; }},
    {"attribute_bytes", "bulletin_attribute_bytes", "", gauge,
     "Approximate memory of all attributes and namespaces; max-bytes limits it.",
     [](const Metrics& m) { return m.attribute_bytes; }},
    {"memory_bound", "bulletin_memory_bound_bytes", "", gauge,
     "Memory that clients can make the broker take: --memory.",
     [](const Metrics& m) { return m.memory_bound; }},
    {"", "bulletin_commit_log_bytes", "", gauge, "Recent commits that are kept for clients that reconnect.",
     [](const Metrics& m) { return m.log_bytes; }},
    {"requests", "bulletin_requests_total", "", counter, "Requests received.",
     [](const Metrics& m) { return m.counters.requests; }},
    {"commits", "bulletin_commits_total", "", counter, "Commits of clients.",
     [](const Metrics& m) { return m.counters.commits; }},
    {"updates", "bulletin_updates_total", "", counter, "Updates sent, beats included, each counted once.",
     [](const Metrics& m) { return m.counters.updates; }},
    {"bytes", "bulletin_sent_bytes_total", "", counter, "Bytes of updates and answers, each counted once.",
     [](const Metrics& m) { return m.counters.bytes; }},
    {"malformed", "bulletin_refusals_total", "reason=\"malformed\"", counter,
     "Requests, and transactions in writes, that were refused.",
     [](const Metrics& m) { return m.counters.malformed; }},
    {"rejected", "bulletin_refusals_total", "reason=\"rejected\"", counter, "",
     [](const Metrics& m) { return m.counters.rejected; }},
    {"denied", "bulletin_refusals_total", "reason=\"denied\"", counter, "",
     [](const Metrics& m) { return m.counters.denied; }},
    {"overloaded", "bulletin_refusals_total", "reason=\"overloaded\"", counter, "",
     [](const Metrics& m) { return m.counters.overloaded; }},
    {"drops", "", "", counter, "",
     [](const Metrics& m) { return m.drops(); }},
    {"", "bulletin_drops_total", "kind=\"answer\"", counter, "Messages that were not delivered.",
     [](const Metrics& m) { return m.counters.dropped; }},
    {"", "bulletin_drops_total", "kind=\"message\"", counter, "",
     [](const Metrics& m) { return m.unanswerable; }},
    {"missed", "bulletin_drops_total", "kind=\"update\"", counter, "",
     [](const Metrics& m) { return m.counters.missed; }},
    {"", "bulletin_drops_total", "kind=\"subscription\"", counter, "",
     [](const Metrics& m) { return m.counters.refused_subscriptions; }},
    {"", "bulletin_unclaimed_answers_total", "", counter, "Answers whose client had left before they were sent.",
     [](const Metrics& m) { return m.counters.unclaimed; }},
    {"keys_refused", "bulletin_keys_refused_total", "", counter, "Connections whose key is not authorized.",
     [](const Metrics& m) { return m.keys_refused; }},
    {"subscriptions_dropped", "bulletin_subscriptions_dropped_total", "", counter,
     "Connections that ended because they exceeded max-subscription-bytes.",
     [](const Metrics& m) { return m.counters.subscriptions_dropped; }},
    {"connections_too_large", "bulletin_connections_too_large_total", "", counter,
     "Connections that ended because they made the broker keep more than max-network-bytes.",
     [](const Metrics& m) { return m.counters.connections_too_large; }},
    {"accept_paused", "bulletin_accept_paused_total", "", counter,
     "Times that the broker stopped accepting connections because max-connections was reached.",
     [](const Metrics& m) { return m.counters.accept_paused; }},
});
// clang-format on

}  // namespace

std::span<const MetricInfo> metric_table() { return table; }

std::map<std::string, Value, std::less<>> broker_attributes(const Metrics& metrics) {
  std::map<std::string, Value, std::less<>> attributes{{"version", std::string(metrics.version)},
                                                       {"data", std::string(metrics.data)}};
  for (const MetricInfo& info : table) {
    if (!info.attribute.empty()) attributes.emplace(info.attribute, info.get(metrics));
  }
  return attributes;
}

}  // namespace bulletin::service
