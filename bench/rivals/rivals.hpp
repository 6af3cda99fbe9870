// What users would pick instead. Each is started from the system's packages for the measurement,
// and is left out, with a word, where it or its client library is missing.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/contender.hpp"

namespace bulletin::bench {

/// By the scenario in which they take part.
using Rival = std::map<std::string, std::vector<Way>>;

Rival redis();
Rival nats();
Rival mosquitto();
Rival etcd();
Rival python();

Roles redis_roles();
Roles nats_roles();
Roles mosquitto_roles();
Roles etcd_roles();

/// All that take part in a scenario.
std::vector<Way> rivals_in(const std::string& scenario);
Roles rival_roles();

}  // namespace bulletin::bench
