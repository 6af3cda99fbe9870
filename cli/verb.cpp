#include "cli/verb.hpp"

#include <charconv>
#include <functional>

#include <CLI/CLI.hpp>

#include "cli/command_words.hpp"
#include "cli/duration.hpp"
#include "cli/exit.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

using Take = std::function<void(const std::string&)>;

/// One value, as it was given; of an option given twice the last one.
CLI::Option* add_value(CLI::App& app, const char* name, const char* type, const char* what,
                       Take take) {
  return app
      .add_option_function<std::string>(
          name, [take = std::move(take)](const std::string& word) { take(as_given(word)); }, what)
      ->type_name(type)
      ->take_last();
}

CLI::Option* add_values(CLI::App& app, const char* name, std::vector<std::string>& place,
                        const char* what) {
  return app
      .add_option_function<std::vector<std::string>>(
          name,
          [&place](const std::vector<std::string>& words) {
            place.clear();
            for (const std::string& word : words) place.push_back(as_given(word));
          },
          what)
      ->type_name("");
}

std::uint64_t parse_number(const std::string& text, std::uint64_t least, const char* wanted) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || end != last || number < least)
    throw UsageError(wire::quoted(text) + " is no " + wanted);
  return number;
}

}  // namespace

Verb& Verb::word(const char* name, std::string& place, const char* what) {
  optional_word(name, place, what);
  app_->get_option(name)->required();
  return *this;
}

Verb& Verb::optional_word(const char* name, std::string& place, const char* what) {
  add_value(*app_, name, "", what, [&place](const std::string& word) { place = word; });
  return *this;
}

Verb& Verb::words(const char* name, std::vector<std::string>& place, const char* what) {
  add_values(*app_, name, place, what)->required();
  return *this;
}

Verb& Verb::optional_words(const char* name, std::vector<std::string>& place, const char* what) {
  add_values(*app_, name, place, what);
  return *this;
}

Verb& Verb::flag(const char* name, bool& place, const char* what) {
  app_->add_flag(name, place, what);
  return *this;
}

Verb& Verb::text(const char* name, const char* type, std::string& place, const char* what) {
  add_value(*app_, name, type, what, [&place](const std::string& word) { place = word; });
  return *this;
}

Verb& Verb::text(const char* name, const char* type, std::optional<std::string>& place,
                 const char* what) {
  add_value(*app_, name, type, what, [&place](const std::string& word) { place = word; });
  return *this;
}

Verb& Verb::count(const char* name, std::uint64_t& place, const char* what) {
  add_value(*app_, name, "N", what, [&place](const std::string& word) {
    place = parse_number(word, 1, "number from 1 on");
  });
  return *this;
}

Verb& Verb::revision(const char* name, std::optional<std::uint64_t>& place, const char* what) {
  add_value(*app_, name, "REVISION", what,
            [&place](const std::string& word) { place = parse_number(word, 0, "revision"); });
  return *this;
}

Verb& Verb::time(const char* name, std::chrono::milliseconds& place, const char* what,
                 std::chrono::milliseconds least) {
  add_value(*app_, name, "TIME", what,
            [&place, least](const std::string& word) { place = parse_duration(word, least); });
  return *this;
}

Verb& Verb::excludes(const char* one, const char* other) {
  app_->get_option(one)->excludes(app_->get_option(other));
  return *this;
}

}  // namespace bulletin::cli
