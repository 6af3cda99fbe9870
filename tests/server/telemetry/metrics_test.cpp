#include "server/telemetry/metrics.hpp"

#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using namespace bulletin::server;
using namespace bulletin::service;

namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("Each family has its help, its type and its samples") {
  Metrics metrics;
  metrics.version = "1.2.3";
  metrics.sessions = 7;
  metrics.counters.requests = 100;
  metrics.counters.denied = 3;
  metrics.counters.missed = 5;
  metrics.counters.dropped = 6;
  metrics.counters.unclaimed = 7;
  const std::string text = exposition(metrics);
  CHECK(has_line(text, "# TYPE bulletin_sessions gauge"));
  CHECK(has_line(text, "bulletin_sessions 7"));
  CHECK(has_line(text, "# TYPE bulletin_requests_total counter"));
  CHECK(has_line(text, "bulletin_requests_total 100"));
  CHECK(has_line(text, "bulletin_refusals_total{reason=\"denied\"} 3"));
  CHECK(has_line(text, "bulletin_drops_total{kind=\"update\"} 5"));
  CHECK(has_line(text, "bulletin_drops_total{kind=\"answer\"} 6"));
  CHECK(has_line(text, "bulletin_unclaimed_answers_total 7"));
  CHECK(has_line(text, "bulletin_build_info{version=\"1.2.3\"} 1"));
  CHECK(text.back() == '\n');
}

TEST_CASE("The sample dashboard shows what there is, and nothing else") {
  std::ifstream file(std::string(BULLETIN_TESTS_DIR) + "/../docs/grafana-dashboard.json");
  const nlohmann::json dashboard = nlohmann::json::parse(file);
  const std::string text = exposition({});
  std::size_t names = 0;
  for (const nlohmann::json& panel : dashboard.at("panels")) {
    for (const nlohmann::json& target : panel.at("targets")) {
      const std::string expression = target.at("expr");
      const std::size_t begin = expression.find("bulletin_");
      REQUIRE(begin != std::string::npos);
      const std::size_t end = expression.find('{', begin);
      const std::string name = expression.substr(begin, end - begin);
      INFO(name);
      CHECK(text.find("# TYPE " + name + " ") != std::string::npos);
      ++names;
    }
  }
  CHECK(names > 10);
}

TEST_CASE("Data that cannot be kept shows as 0") {
  Metrics metrics;
  metrics.data = "sync";
  CHECK(has_line(exposition(metrics), "bulletin_data_kept 1"));
  metrics.data = "failed";
  CHECK(has_line(exposition(metrics), "bulletin_data_kept 0"));
}
