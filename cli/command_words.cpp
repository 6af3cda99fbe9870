#include "cli/command_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <numeric>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/exit.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

constexpr char word_mark = '\x01';

using Pair = std::pair<std::string_view, std::string_view>;

/// What fingers know from other programs, for the same thing.
constexpr Pair aliases[] = {
    {"rm", "del"}, {"delete", "del"}, {"list", "ls"}, {"put", "set"}, {"incr", "add"}};

/// The same, for something that is not quite the same.
constexpr Pair hints[] = {
    {"cat", "get"},      {"read", "get"},        {"write", "set"},   {"publish", "set"},
    {"pub", "set"},      {"subscribe", "watch"}, {"sub", "watch"},   {"monitor", "watch"},
    {"keys", "show"},    {"scan", "show"},       {"unset", "del"},   {"remove", "del"},
    {"erase", "del"},    {"export", "dump"},     {"save", "dump"},   {"import", "load"},
    {"restore", "load"}, {"info", "stat"},       {"status", "stat"}, {"version", "--version"}};

std::string_view translated(const Pair* begin, const Pair* end, std::string_view word) {
  const Pair* const found =
      std::find_if(begin, end, [&](const Pair& known) { return known.first == word; });
  return found == end ? std::string_view() : found->second;
}

bool is_number(std::string_view word) {
  return word.size() > 1 && word[0] == '-' &&
         (std::isdigit(static_cast<unsigned char>(word[1])) != 0 || word[1] == '.');
}

bool is_option(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && !is_number(word);
}

/// How many letters must be changed, added or left out to make one of the other.
std::size_t letters_between(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i != left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j != right.size(); ++j) {
      const std::size_t changed = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

CLI::App* find_verb(CLI::App& root, std::string_view name) {
  const std::vector<CLI::App*> verbs = root.get_subcommands({});
  const auto found = std::find_if(verbs.begin(), verbs.end(),
                                  [&](const CLI::App* verb) { return verb->get_name() == name; });
  return found == verbs.end() ? nullptr : *found;
}

/// The verb that a word of more than two letters is a slip of, or empty.
std::string nearest_verb(CLI::App& root, std::string_view word) {
  constexpr std::size_t slips = 2;
  std::pair<std::size_t, std::string> nearest(slips + 1, "");
  for (const CLI::App* verb : root.get_subcommands({})) {
    const std::size_t steps = letters_between(word, verb->get_name());
    if (steps < nearest.first && steps < word.size()) nearest = {steps, verb->get_name()};
  }
  return nearest.second;
}

std::string hint_for(CLI::App& root, std::string_view word) {
  std::string meant(translated(std::begin(hints), std::end(hints), word));
  if (meant.empty() && word.size() > 1) meant = nearest_verb(root, word);
  return meant.empty() ? "" : fmt::format("; did you mean `bulletin {}`?", meant);
}

class Arranger {
 public:
  Arranger(CLI::App& root, const std::vector<std::string>& words, std::string& verb_name)
      : root_(root), words_(words), verb_name_(verb_name) {}

  std::vector<std::string> arrange() {
    while (next_ != words_.size()) {
      const std::string& word = words_[next_++];
      if (!words_only_ && word == "--") {
        words_only_ = true;
      } else if (!words_only_ && is_option(word)) {
        option(word);
      } else if (verb_ == nullptr) {
        verb(word);
      } else {
        rest_.push_back(word_mark + word);
      }
    }
    if (help_) rest_ = {"--help"};
    if (verb_ != nullptr) front_.push_back(verb_->get_name());
    front_.insert(front_.end(), rest_.begin(), rest_.end());
    std::reverse(front_.begin(), front_.end());
    return front_;
  }

 private:
  /// An option with its value, which may be the next word.
  void option(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const CLI::Option* const known = find_option(name);
    const bool of_root = verb_ == nullptr && (name == "--version" || name == "--help");
    std::vector<std::string>& to = of_root ? front_ : rest_;
    if (known->get_items_expected_min() == 0) {
      to.push_back(word);
    } else if (equals != std::string::npos) {
      to.push_back(name + '=' + word_mark + word.substr(equals + 1));
    } else {
      to.push_back(word);
      if (next_ != words_.size()) to.push_back(word_mark + words_[next_++]);
    }
  }

  const CLI::Option* find_option(const std::string& name) {
    CLI::App& app = verb_ == nullptr ? root_ : *verb_;
    if (const CLI::Option* known = app.get_option_no_throw(name)) return known;
    throw UsageError(fmt::format(
        "{} is too much: {} has no such option; put -- before words that are no options",
        wire::quoted(name), app.get_name()));
  }

  void verb(const std::string& word) {
    if (word == "help" && !help_) {
      help_ = true;
      return;
    }
    const std::string_view alias = translated(std::begin(aliases), std::end(aliases), word);
    verb_ = find_verb(root_, alias.empty() ? std::string_view(word) : alias);
    if (verb_ == nullptr)
      throw UsageError(wire::quoted(word) + " is no verb" + hint_for(root_, word));
    verb_name_ = verb_->get_name();
  }

  CLI::App& root_;
  const std::vector<std::string>& words_;
  std::string& verb_name_;
  std::size_t next_ = 0;
  bool words_only_ = false;
  bool help_ = false;
  CLI::App* verb_ = nullptr;
  std::vector<std::string> front_;
  std::vector<std::string> rest_;
};

}  // namespace

std::vector<std::string> parser_words(CLI::App& root, const std::vector<std::string>& words,
                                      std::string& verb) {
  return Arranger(root, words, verb).arrange();
}

std::string as_given(std::string word) {
  if (word.starts_with(word_mark)) word.erase(0, 1);
  return word;
}

}  // namespace bulletin::cli
