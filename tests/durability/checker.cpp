#include "durability/checker.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace bulletin::durability {
namespace {

constexpr std::size_t most_violations = 20;

class Checker {
 public:
  explicit Checker(const History& history) : history_(history) {
    for (const Write& write : history.writes) {
      by_name_[write.name].push_back(&write);
      if (write.kind != Kind::add) by_value_.emplace(std::pair(write.name, write.value), &write);
    }
  }

  std::vector<Finding> run() {
    found_ = history_.faults;
    check_time();
    for (const auto& [name, writes] : by_name_) {
      if (writes.front()->kind == Kind::add) {
        check_sums(name, writes);
      } else {
        check_replacements(name, writes);
      }
    }
    check_sights(history_.sights);
    check_sights(history_.last);
    check_order();
    check_last();
    return std::move(found_);
  }

 private:
  using Writes = std::vector<const Write*>;

  template <class... Arguments>
  void report(const std::string& name, Time at, fmt::format_string<Arguments...> format,
              Arguments&&... arguments) {
    if (found_.size() < most_violations)
      found_.push_back({name, at,
                        fmt::format("'{}' {}", name,
                                    fmt::format(format, std::forward<Arguments>(arguments)...))});
  }

  /// In order of their numbers no write may have begun after a later one had ended.
  void check_time() {
    Writes applied;
    for (const Write& write : history_.writes) {
      if (write.outcome == Outcome::applied && write.revision != 0) applied.push_back(&write);
    }
    std::sort(applied.begin(), applied.end(), [](const Write* left, const Write* right) {
      return left->revision < right->revision;
    });
    Time latest_start = 0;
    for (const Write* write : applied) {
      if (write->end < latest_start)
        report(write->name, write->end,
               "as {} of revision {} had ended before one with a lower revision began",
               write->value, write->revision);
      latest_start = std::max(latest_start, write->start);
    }
    for (std::size_t i = 1; i < applied.size(); ++i) {
      if (applied[i]->revision == applied[i - 1]->revision &&
          applied[i]->name == applied[i - 1]->name)
        report(applied[i]->name, applied[i]->end, "has two writes of revision {}",
               applied[i]->revision);
    }
  }

  void check_replacements(const std::string& name, const Writes& writes) {
    std::map<std::uint64_t, const Write*> applied;
    for (const Write* write : writes) {
      if (write->outcome == Outcome::applied) applied.emplace(write->revision, write);
    }
    for (const auto& [revision, write] : applied) {
      if (write->kind != Kind::compare_and_set) continue;
      const auto between = applied.upper_bound(write->expected);
      if (between->first != revision)
        report(name, write->end, "of revision {} was to replace {}, but {} came between", revision,
               write->expected, between->first);
    }
    for (const Write* write : writes) {
      if (write->outcome == Outcome::lost) check_lost(*write, writes);
    }
  }

  /// Somebody must have written in between.
  void check_lost(const Write& lost, const Writes& writes) {
    const bool explained = std::any_of(writes.begin(), writes.end(), [&](const Write* other) {
      if (other == &lost || other->start > lost.end) return false;
      return other->outcome == Outcome::in_doubt ||
             (other->outcome == Outcome::applied && other->revision > lost.expected);
    });
    if (!explained)
      report(lost.name, lost.end, "lost a compare_and_set of revision {} to nobody", lost.expected);
  }

  /// Sums are distinct, grow with time, and the gaps are those of additions in doubt.
  void check_sums(const std::string& name, const Writes& writes) {
    Writes applied;
    std::int64_t in_doubt = 0;
    for (const Write* write : writes) {
      if (write->outcome == Outcome::applied) applied.push_back(write);
      if (write->outcome == Outcome::in_doubt) ++in_doubt;
    }
    std::sort(applied.begin(), applied.end(),
              [](const Write* left, const Write* right) { return left->value < right->value; });
    Time latest_start = 0;
    for (std::size_t i = 0; i != applied.size(); ++i) {
      const Write& write = *applied[i];
      if (i != 0 && write.value == applied[i - 1]->value)
        report(name, write.end, "came to {} by two additions", write.value);
      if (write.end < latest_start)
        report(name, write.end, "came to {} before a lower addition began", write.value);
      latest_start = std::max(latest_start, write.start);
    }
    const auto least = static_cast<std::int64_t>(applied.size());
    const auto last = std::find_if(history_.last.begin(), history_.last.end(),
                                   [&](const Sight& sight) { return sight.name == name; });
    const std::int64_t sum = last == history_.last.end() ? 0 : last->value;
    if (sum < least || sum > least + in_doubt)
      report(name, last == history_.last.end() ? 0 : last->at,
             "has {} additions that were acknowledged and {} in doubt, but its sum is {}", least,
             in_doubt, sum);
  }

  /// What was seen was written, once, and before it was seen.
  void check_sights(const std::vector<Sight>& sights) {
    for (const Sight& sight : sights) {
      if (const auto writes = by_name_.find(sight.name);
          writes != by_name_.end() && writes->second.front()->kind == Kind::add) {
        continue;
      }
      const auto found = by_value_.find({sight.name, sight.value});
      if (found == by_value_.end()) {
        report(sight.name, sight.at, "was seen as {}, which nobody wrote", sight.value);
        continue;
      }
      const Write& write = *found->second;
      if (write.outcome == Outcome::not_applied || write.outcome == Outcome::lost)
        report(sight.name, sight.at, "was seen as {}, which was refused", sight.value);
      if (write.start > sight.at)
        report(sight.name, sight.at, "was seen as {} before that was written", sight.value);
      const std::uint64_t revision =
          revisions_.emplace(std::pair(sight.name, sight.value), sight.revision).first->second;
      if (revision != sight.revision ||
          (write.outcome == Outcome::applied && write.revision != sight.revision))
        report(sight.name, sight.at, "became {} more than once: at {}, {} and {}", sight.value,
               write.revision, revision, sight.revision);
    }
  }

  void check_order() {
    // Of each attribute the acknowledged revisions in order of their ends, each the highest so far.
    std::map<std::string, std::vector<std::pair<Time, std::uint64_t>>> acknowledged;
    for (const auto& [name, writes] : by_name_) {
      auto& list = acknowledged[name];
      for (const Write* write : writes) {
        if (write->outcome == Outcome::applied) list.emplace_back(write->end, write->revision);
      }
      std::sort(list.begin(), list.end());
      std::uint64_t highest = 0;
      for (auto& [end, revision] : list) revision = highest = std::max(highest, revision);
    }
    std::map<std::pair<unsigned, std::string>, std::uint64_t> seen;
    for (const Sight& sight : history_.sights) {
      std::uint64_t& before = seen[{sight.observer, sight.name}];
      if (sight.revision < before)
        report(sight.name, sight.at, "went back from revision {} to {} before observer {}", before,
               sight.revision, sight.observer);
      before = std::max(before, sight.revision);
      if (sight.current_since == 0) continue;
      const auto& list = acknowledged[sight.name];
      const auto next = std::lower_bound(list.begin(), list.end(),
                                         std::pair(sight.current_since, std::uint64_t{0}));
      if (next != list.begin() && std::prev(next)->second > sight.revision)
        report(sight.name, sight.at,
               "was synced and seen at revision {} though {} had been acknowledged before",
               sight.revision, std::prev(next)->second);
    }
  }

  /// In the end.
  void check_last() {
    std::map<std::string, const Sight*> last;
    for (const Sight& sight : history_.last) last[sight.name] = &sight;
    for (const auto& [name, writes] : by_name_) {
      std::uint64_t newest = 0;
      Time end = 0;
      for (const Write* write : writes) {
        if (write->outcome != Outcome::applied || write->revision <= newest) continue;
        newest = write->revision;
        end = write->end;
      }
      const std::uint64_t there = last.contains(name) ? last[name]->revision : 0;
      if (there < newest)
        report(name, end, "is at revision {}, but {} had been acknowledged", there, newest);
    }
    for (const Sight& sight : history_.sights) {
      if (!last.contains(sight.name) || last[sight.name]->revision < sight.revision)
        report(sight.name, sight.at, "was seen at revision {}, which is gone", sight.revision);
    }
  }

  const History& history_;
  std::map<std::string, Writes> by_name_;
  std::map<std::pair<std::string, std::int64_t>, const Write*> by_value_;
  std::map<std::pair<std::string, std::int64_t>, std::uint64_t> revisions_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> violations(const History& history) { return Checker(history).run(); }

}  // namespace bulletin::durability
