// Declares the words and options of a verb.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace bulletin::cli {

/// Which of the options that verbs share a verb heeds; its --help shows these.
struct Uses {
  bool broker = true;
  bool json = true;
};

/// Each call declares one word or option, which is written to its place when the command is read.
/// The places must live as long as the command line.
class Verb {
 public:
  explicit Verb(CLI::App& app) noexcept : app_(&app) {}

  // Words: in the order of the calls. All are required but the optional ones.
  Verb& word(const char* name, std::string& place, const char* what);
  Verb& optional_word(const char* name, std::string& place, const char* what);
  /// All words that are left: at least one.
  Verb& words(const char* name, std::vector<std::string>& place, const char* what);
  Verb& optional_words(const char* name, std::vector<std::string>& place, const char* what);

  // Options. `type` is shown for the value, as in "--endpoint ENDPOINT".
  Verb& flag(const char* name, bool& place, const char* what);
  Verb& text(const char* name, const char* type, std::string& place, const char* what);
  Verb& text(const char* name, const char* type, std::optional<std::string>& place,
             const char* what);
  /// From 1 on.
  Verb& count(const char* name, std::uint64_t& place, const char* what);
  Verb& revision(const char* name, std::optional<std::uint64_t>& place, const char* what);
  Verb& time(const char* name, std::chrono::milliseconds& place, const char* what,
             std::chrono::milliseconds least = std::chrono::milliseconds(1));

  /// Of these two words or options only one may be given.
  Verb& excludes(const char* one, const char* other);

 private:
  CLI::App* app_;
};

}  // namespace bulletin::cli
