// What clients did and saw: the record that a checker judges.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace bulletin::durability {

/// Nanoseconds of a clock that all threads share.
using Time = std::int64_t;
inline Time now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

enum class Kind { set, add, compare_and_set };
enum class Outcome {
  applied,
  lost,         ///< a compare_and_set whose revision was not the newest
  not_applied,  ///< an error that says so
  in_doubt,
};

/// One call that writes. Every value that is set is set once only; what is added is 1.
struct Write {
  Kind kind = Kind::set;
  std::string name;
  std::int64_t value = 0;      ///< set, compare_and_set: the value; add: the sum that was returned
  std::uint64_t expected = 0;  ///< compare_and_set: the revision that it was to replace
  Time start = 0;
  Time end = 0;
  Outcome outcome = Outcome::in_doubt;
  std::uint64_t revision = 0;  ///< applied: that of its commit; of an `add` not known: 0
};

/// An attribute as somebody saw it.
struct Sight {
  unsigned observer = 0;  ///< sights of one observer are in order
  std::string name;
  std::int64_t value = 0;
  std::uint64_t revision = 0;
  Time at = 0;
  Time current_since = 0;  ///< not 0: after a sync() that began then
};

/// Something that is wrong.
struct Finding {
  std::string name;  ///< the attribute; empty: several
  Time at = 0;
  std::string text;
};

/// What was done to the broker, or to the lines to it.
struct Event {
  Time at = 0;
  std::string text;
};

struct History {
  Time began = 0;
  std::vector<Write> writes;
  std::vector<Sight> sights;
  std::vector<Sight> last;      ///< of every attribute, when all had ended
  std::vector<Finding> faults;  ///< what a client found wrong by itself
  std::vector<Event> events;
};

/// Of one thread; gathered at the end.
class Recorder {
 public:
  explicit Recorder(History& history) : history_(history) {}
  ~Recorder() {
    static std::mutex mutex;
    const std::scoped_lock lock(mutex);
    history_.writes.insert(history_.writes.end(), writes.begin(), writes.end());
    history_.sights.insert(history_.sights.end(), sights.begin(), sights.end());
    history_.faults.insert(history_.faults.end(), faults.begin(), faults.end());
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  std::vector<Write> writes;
  std::vector<Sight> sights;
  std::vector<Finding> faults;

 private:
  History& history_;
};

}  // namespace bulletin::durability
