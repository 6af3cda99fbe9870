#include "server/telemetry/exposition.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

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

TEST_CASE("The documents have each attribute of the broker and no family that does not exist") {
  const std::string text = exposition({});
  for (const char* const page : {"operations.md", "protocol.md"}) {
    std::ifstream file(std::string(BULLETIN_TESTS_DIR) + "/../docs/" + page);
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    for (const auto& [name, value] : broker_attributes({})) {
      INFO(page << " " << name);
      CHECK(document.find("`" + name + "`") != std::string::npos);
    }
    for (std::size_t at = 0; (at = document.find("bulletin_", at)) != std::string::npos; ++at) {
      const std::size_t end = document.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at);
      const std::string family = document.substr(at, end - at);
      if (!family.ends_with("_total")) continue;
      INFO(page << " " << family);
      CHECK(text.find("# TYPE " + family + " ") != std::string::npos);
    }
  }
}

TEST_CASE("The rows of a family follow each other and the first one has the help") {
  std::set<std::string_view> families;
  std::string_view current;
  for (const MetricInfo& info : metric_table()) {
    INFO(info.family << " " << info.attribute);
    const bool begins = !info.family.empty() && info.family != current;
    if (begins) CHECK(families.insert(info.family).second);
    CHECK(begins == !info.help.empty());
    current = info.family;
  }
}

TEST_CASE("Data that cannot be kept shows as 0") {
  Metrics metrics;
  metrics.data = "sync";
  CHECK(has_line(exposition(metrics), "bulletin_data_kept 1"));
  metrics.data = "failed";
  CHECK(has_line(exposition(metrics), "bulletin_data_kept 0"));
}
