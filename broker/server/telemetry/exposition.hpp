// What the broker counts, as Prometheus reads it
// (https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4).
#pragma once

#include <string>

#include "service/metrics.hpp"

namespace bulletin::server {

std::string exposition(const service::Metrics& metrics);

}  // namespace bulletin::server
