#include "server/telemetry/quota_log.hpp"

#include <sstream>
#include <string>

#include <spdlog/sinks/ostream_sink.h>

#include "support/catch.hpp"

using namespace bulletin;
using namespace std::chrono_literals;
using authority::Account;
using authority::Accounts;
using authority::Resource;
using server::QuotaLog;

TEST_CASE("The log tells of each quota that is reached and not of each time") {
  std::ostringstream out;
  spdlog::logger log("test", std::make_shared<spdlog::sinks::ostream_sink_st>(out));
  log.set_pattern("%v");
  const auto told = [&] {
    std::string text = out.str();
    out.str("");
    return text;
  };
  Accounts authority;
  Accounts network;
  authority::Quotas quotas;
  quotas.usual[Resource::sessions] = 3;
  quotas.usual[Resource::connections] = 5;
  authority.set_quotas(quotas);
  network.set_quotas(quotas);
  QuotaLog quota_log;
  const QuotaLog::Time start{};
  quota_log.report(authority, network, start, log);
  CHECK(told().empty());
  Account& alice = authority.of("alice");
  alice.used[Resource::sessions] = 3;
  alice.refuse(Resource::sessions);
  network.of("bob\n").refuse(Resource::connections);
  quota_log.report(authority, network, start, log);
  CHECK(told() ==
        "event=quota_reached user=\"alice\" resource=sessions quota=3 used=3 refused=1\n"
        "event=quota_reached user=\"bob\\x0a\" resource=connections quota=5 used=0 refused=1\n");
  for (int i = 0; i != 1000; ++i) alice.refuse(Resource::sessions);
  quota_log.report(authority, network, start + 9s, log);
  CHECK(told().empty());
  quota_log.report(authority, network, start + 10s, log);
  CHECK(told() ==
        "event=quota_reached user=\"alice\" resource=sessions quota=3 used=3 refused=1001\n");
}
