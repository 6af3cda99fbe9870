#include "server/telemetry/metrics.hpp"

#include <utility>

#include <fmt/format.h>

namespace bulletin::server {
namespace {

/// Families of samples, each with its help and its type.
class Exposition {
 public:
  Exposition& family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
    return *this;
  }
  template <class Number>
  Exposition& sample(Number value, std::string_view labels = {}) {
    text_ += labels.empty() ? fmt::format("{} {}\n", name_, value)
                            : fmt::format("{}{{{}}} {}\n", name_, labels, value);
    return *this;
  }
  Exposition& gauge(std::string_view name, std::uint64_t value, std::string_view help) {
    return family(name, "gauge", help).sample(value);
  }
  Exposition& counter(std::string_view name, std::uint64_t value, std::string_view help) {
    return family(name, "counter", help).sample(value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string_view name_;
  std::string text_;
};

void tell_state(Exposition& out, const Metrics& metrics) {
  out.family("bulletin_build_info", "gauge", "The version that runs; always 1.")
      .sample(1, fmt::format("version=\"{}\"", metrics.version));
  out.family("process_start_time_seconds", "gauge", "When the broker began, in Unix time.")
      .sample(metrics.started_s);
  out.family("bulletin_data_kept", "gauge",
             "1 if what is written is kept as was asked for, 0 while that fails.")
      .sample(metrics.data == "failed" ? 0 : 1);
  out.gauge("bulletin_sessions", metrics.sessions, "Open sessions of clients.");
  out.gauge("bulletin_connections", metrics.connections, "Connections to all sockets.");
  out.gauge("bulletin_namespaces", metrics.namespaces, "Namespaces that there are.");
  out.gauge("bulletin_followed_namespaces", metrics.followed,
            "Namespaces that somebody subscribes to.");
  out.gauge("bulletin_attributes", metrics.attributes, "Attributes of all namespaces.");
  out.gauge("bulletin_attribute_bytes", metrics.attribute_bytes,
            "About the memory of all attributes and namespaces; max-bytes bounds it.");
  out.gauge("bulletin_memory_bound_bytes", metrics.memory_bound,
            "What the broker's bounds of memory come to together: --memory.");
  out.gauge("bulletin_commit_log_bytes", metrics.log_bytes,
            "Recent commits that are kept for clients that reconnect.");
}

void tell_counters(Exposition& out, const Metrics& metrics) {
  const service::Counters& counters = metrics.counters;
  out.counter("bulletin_requests_total", counters.requests, "Requests received.");
  out.counter("bulletin_commits_total", counters.commits, "Commits of clients.");
  out.counter("bulletin_updates_total", counters.updates,
              "Updates sent, beats included, each once however many read it.");
  out.counter("bulletin_sent_bytes_total", counters.bytes,
              "Bytes of updates and answers, each once.");
  out.family("bulletin_refusals_total", "counter",
             "Requests, and transactions in writes, that were refused.")
      .sample(counters.malformed, "reason=\"malformed\"")
      .sample(counters.rejected, "reason=\"rejected\"")
      .sample(counters.denied, "reason=\"denied\"")
      .sample(counters.overloaded, "reason=\"overloaded\"");
  out.family("bulletin_drops_total", "counter", "What somebody did not get.")
      .sample(counters.dropped, "kind=\"answer\"")
      .sample(metrics.unanswerable, "kind=\"message\"")
      .sample(counters.missed, "kind=\"update\"")
      .sample(counters.refused_subscriptions, "kind=\"subscription\"");
  out.counter("bulletin_unclaimed_answers_total", counters.unclaimed,
              "Answers whose client had left before they were sent.");
  out.counter("bulletin_keys_refused_total", metrics.keys_refused,
              "Connections that were not let in.");
  out.counter("bulletin_subscriptions_dropped_total", counters.subscriptions_dropped,
              "Connections that ended because they subscribed to more than they may.");
  out.counter("bulletin_connections_too_large_total", counters.connections_too_large,
              "Connections that ended because they made the broker keep more than they may.");
  out.counter("bulletin_accept_paused_total", counters.accept_paused,
              "Times that there were too many connections to let another one in.");
}

/// Without the names of users: there may be many.
void tell_quotas(Exposition& out, const service::UserList& users) {
  using authority::Resource;
  const auto label = [](Resource resource) {
    return fmt::format("resource=\"{}\"", service::underscored(resource));
  };
  out.family("bulletin_user_usage_most", "gauge", "What the user has that has most of it.");
  for (const Resource resource : authority::all_resources) {
    if (resource != Resource::requests_per_second)
      out.sample(users.most(resource), label(resource));
  }
  out.family("bulletin_quota_refusals_total", "counter",
             "Times that a user asked for more than its quota.");
  for (const Resource resource : authority::all_resources)
    out.sample(users.refused(resource), label(resource));
}

}  // namespace

std::string exposition(const Metrics& metrics) {
  Exposition out;
  tell_state(out, metrics);
  tell_counters(out, metrics);
  tell_quotas(out, metrics.users);
  return out.take();
}

}  // namespace bulletin::server
