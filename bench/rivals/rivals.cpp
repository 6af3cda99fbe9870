#include "rivals/rivals.hpp"

namespace bulletin::bench {

namespace {

/// The client library was missing when this program was built.
[[maybe_unused]] Rival not_built(const std::string& name, const std::string& package,
                                 const std::vector<std::string>& scenarios) {
  const Way absent{
      name, Kind::rival, [=](const Setting&) -> std::unique_ptr<Contender> {
        throw NotHere("built without its client library (Debian package " + package + ")");
      }};
  Rival rival;
  for (const std::string& scenario : scenarios) rival[scenario] = {absent};
  return rival;
}

}  // namespace

#ifndef BULLETIN_BENCH_REDIS
Rival redis() {
  return not_built("Redis", "libhiredis-dev",
                   {"read", "write", "propagate", "throughput", "fan-out", "join", "memory",
                    "durable write", "durable throughput", "restart"});
}
Roles redis_roles() { return {}; }
#endif

#ifndef BULLETIN_BENCH_NATS
Rival nats() {
  return not_built("NATS KV", "libnats-dev", {"read", "write", "propagate", "throughput"});
}
Roles nats_roles() { return {}; }
#endif

#ifndef BULLETIN_BENCH_MOSQUITTO
Rival mosquitto() {
  return not_built("mosquitto", "libmosquitto-dev", {"write", "propagate", "throughput"});
}
Roles mosquitto_roles() { return {}; }
#endif

#ifndef BULLETIN_BENCH_ETCD
Rival etcd() {
  return not_built("etcd", "libcurl4-openssl-dev", {"read", "write", "propagate", "throughput"});
}
Roles etcd_roles() { return {}; }
#endif

std::vector<Way> rivals_in(const std::string& scenario) {
  std::vector<Way> all;
  for (const Rival& rival : {redis(), nats(), mosquitto(), etcd(), python()}) {
    const auto found = rival.find(scenario);
    if (found == rival.end()) continue;
    all.insert(all.end(), found->second.begin(), found->second.end());
  }
  return all;
}

Roles rival_roles() {
  Roles all;
  for (Roles roles : {redis_roles(), nats_roles(), mosquitto_roles(), etcd_roles()}) {
    all.merge(roles);
  }
  return all;
}

}  // namespace bulletin::bench
