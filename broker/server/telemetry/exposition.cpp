#include "server/telemetry/exposition.hpp"

#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "authority/quota.hpp"

namespace bulletin::server {
namespace {

using authority::Resource;
using service::MetricInfo;

void append_family(std::string& out, std::string_view name, MetricInfo::Kind kind,
                   std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {2}\n# TYPE {0} {1}\n", name,
                 kind == MetricInfo::Kind::gauge ? "gauge" : "counter", help);
}

void append_sample(std::string& out, std::string_view name, std::string_view label,
                   std::uint64_t value) {
  const std::string labels = label.empty() ? std::string() : fmt::format("{{{}}}", label);
  fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, labels, value);
}

/// Without the names of users: there may be many.
template <class Get>
void append_quotas(std::string& out, std::string_view name, Get get) {
  for (const Resource resource : authority::all_resources) {
    if (const auto value = get(resource))
      append_sample(out, name, fmt::format("resource=\"{}\"", service::underscored(resource)),
                    *value);
  }
}

}  // namespace

std::string exposition(const service::Metrics& metrics) {
  std::string out;
  append_family(out, "bulletin_build_info", MetricInfo::Kind::gauge,
                "The version that runs; always 1.");
  append_sample(out, "bulletin_build_info", fmt::format("version=\"{}\"", metrics.version), 1);
  for (const MetricInfo& info : service::metric_table()) {
    if (info.family.empty()) continue;
    if (!info.help.empty()) append_family(out, info.family, info.kind, info.help);
    append_sample(out, info.family, info.label, info.get(metrics));
  }
  using Found = std::optional<std::uint64_t>;
  append_family(out, "bulletin_user_usage_most", MetricInfo::Kind::gauge,
                "What the user that has most of a resource has of it.");
  append_quotas(out, "bulletin_user_usage_most", [&](Resource resource) {
    return resource == Resource::requests_per_second ? Found() : metrics.users.most(resource);
  });
  append_family(out, "bulletin_quota_refusals_total", MetricInfo::Kind::counter,
                "Times that a user asked for more than its quota.");
  append_quotas(out, "bulletin_quota_refusals_total",
                [&](Resource resource) { return Found(metrics.users.refused(resource)); });
  return out;
}

}  // namespace bulletin::server
