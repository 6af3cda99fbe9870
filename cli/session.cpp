#include "cli/session.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "cli/escape.hpp"

namespace bulletin::cli {
namespace {

std::string text_of(const Map& facts, std::string_view key) {
  const auto found = facts.find(key);
  if (found == facts.end()) return "";
  return escape(found->second.get_if<std::string>().value_or(""));
}

/// No broker makes the clock overflow.
std::int64_t time_told(std::int64_t since_ms) {
  const auto last =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::duration::max());
  return std::clamp<std::int64_t>(since_ms, 0, last.count());
}

}  // namespace

std::string Session::program() const {
  const std::string known = name.empty() ? "(no name)" : name;
  return host.empty() ? known : known + '@' + host;
}

Session session_of(const std::string& number, const Value& told) {
  const Map facts = told.get_if<Map>().value_or(Map());
  const auto since = facts.find("since");
  return {escape(number), text_of(facts, "name"), text_of(facts, "host"), text_of(facts, "user"),
          since == facts.end() ? 0 : time_told(since->second.get_if<std::int64_t>().value_or(0))};
}

}  // namespace bulletin::cli
