#include "server/config/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/config/text_file.hpp"
#include "store/toml_depth.hpp"

namespace bulletin::server {
namespace {

[[noreturn]] void refuse(std::string_view source, const toml::source_region& where,
                         std::string_view message) {
  throw Error(Errc::rejected, fmt::format("{}:{}: {}", source, where.begin.line, message));
}

std::string known_names(const std::vector<Setting>& settings) {
  std::string names;
  for (const Setting& setting : settings) {
    if (!names.empty()) names += ", ";
    names += setting.name;
  }
  return names;
}

/// The value as the command line would write it.
std::string text_of(std::string_view source, const Setting& setting, const toml::node& node) {
  if (setting.is_flag()) {
    if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
    refuse(source, node.source(), fmt::format("'{}' is to be true or false", setting.name));
  }
  const bool wants_text = !setting.is_number();
  const bool may_have_unit = setting.placeholder == "BYTES";
  if (const auto* text = node.as_string(); text != nullptr && (wants_text || may_have_unit))
    return text->get();
  if (const auto* number = node.as_integer(); number != nullptr && !wants_text) {
    return std::to_string(number->get());
  }
  refuse(source, node.source(),
         fmt::format("'{}' is to be {}", setting.name, wants_text ? "a string" : "a whole number"));
}

void take(std::string_view source, const std::vector<Setting>& settings, const toml::key& key,
          const toml::node& node) {
  const auto setting = std::find_if(settings.begin(), settings.end(),
                                    [&](const Setting& each) { return each.name == key.str(); });
  if (setting == settings.end()) {
    refuse(source, key.source(),
           fmt::format("there is no option '{}'; the options are {}", key.str(),
                       known_names(settings)));
  }
  try {
    set_from_text(*setting, text_of(source, *setting, node));
  } catch (const Error& error) {
    if (std::string_view(error.what()).starts_with(source)) throw;
    refuse(source, node.source(), error.what());
  }
}

}  // namespace

void read_config(std::string_view text, std::string_view source,
                 const std::vector<Setting>& settings) {
  if (const std::size_t line = store::line_too_deep(text); line != 0)
    throw Error(Errc::rejected, fmt::format("{}:{}: {}", source, line, store::too_deep));
  try {
    const toml::table table = toml::parse(text, source);
    for (const auto& [key, node] : table) take(source, settings, key, node);
  } catch (const toml::parse_error& error) {
    refuse(source, error.source(), error.description());
  }
}

void read_config_file(const std::string& path, const std::vector<Setting>& settings) {
  read_config(read_text_file("config", path), path, settings);
}

}  // namespace bulletin::server
