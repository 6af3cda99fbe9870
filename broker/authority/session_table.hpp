// The sessions and their lanes.
#pragma once

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authority/command.hpp"
#include "authority/quota.hpp"
#include "authority/time_points.hpp"

namespace bulletin::authority {

/// About what a lane takes in memory beside its answer.
inline constexpr std::size_t lane_overhead = 96;

/// One ordered sequence of WRITE requests, with its last answer. It is kept as bytes: an outcome of
/// a few bytes would take ten times as many.
struct Lane {
  std::uint64_t lane = 0;
  std::uint64_t number = 0;
  std::string answer;  ///< encoded, without tails; empty: there is none

  [[nodiscard]] std::size_t bytes() const noexcept {
    return answer.empty() ? 0 : lane_overhead + answer.size();
  }
  [[nodiscard]] Outcomes outcomes() const;
};

/// As a lane keeps it.
std::string kept_answer(const Outcomes& outcomes);

struct Session {
  std::string user;
  std::string client_name;
  std::string host;
  std::uint64_t deadline = 0;  ///< on the running clock
  std::vector<Lane> lanes;     ///< in order of their first request
  Account* account = nullptr;  ///< the user's, once it is in the table

  [[nodiscard]] const Lane* find(std::uint64_t lane) const noexcept;
  /// What all lanes but this one keep.
  [[nodiscard]] std::size_t bytes_beside(std::uint64_t lane) const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;
};

/// Sessions by number and by deadline; a turn can be taken back.
class SessionTable {
 public:
  explicit SessionTable(Accounts& accounts) : accounts_(accounts) {}

  /// Returns the number, which is never given again.
  std::uint64_t open(std::string_view user, std::string_view client_name, std::string_view host,
                     std::uint64_t deadline);
  // What there was before; not taken back by `abandon`.
  void restore(std::uint64_t number, std::string_view user, std::string_view client_name,
               std::string_view host, std::uint64_t deadline);
  void restore(std::uint64_t number, Lane lane);
  void set_next_number(std::uint64_t number) noexcept { next_number_ = number; }
  void end(std::uint64_t number);
  void renew(std::uint64_t number, std::uint64_t deadline);
  /// The lane's newest answer.
  void answer(std::uint64_t number, Lane lane);

  [[nodiscard]] const Session* find(std::uint64_t number) const;
  [[nodiscard]] std::size_t size() const noexcept { return by_number_.size(); }
  /// What the lanes of all sessions keep.
  [[nodiscard]] std::size_t kept_bytes() const noexcept { return kept_bytes_; }
  /// The numbers of at most `most` whose deadline is not after `clock`, the earliest deadline
  /// first.
  [[nodiscard]] std::vector<std::uint64_t> due(std::uint64_t clock, std::size_t most) const;
  /// All numbers, in order.
  [[nodiscard]] std::vector<std::uint64_t> numbers() const;
  [[nodiscard]] std::uint64_t next_number() const noexcept { return next_number_; }

  /// Something that has been changed since the last commit.
  struct Touched {
    std::uint64_t number;
    std::optional<std::uint64_t> lane;  // none: the session itself
    const Session* ended;               // the session that has ended, or null
  };
  /// Calls `visit(Touched)` in the order of the changes, renewals left out.
  template <class Visitor>
  void for_each_touched(Visitor&& visit) const {
    for (const Record& record : records_) {
      if (record.kind == Kind::renewed) continue;
      const bool answered = record.kind == Kind::answered;
      visit(Touched{record.number, answered ? std::optional(record.lane.lane) : std::nullopt,
                    record.session.get()});
    }
  }

  /// The deadline of the session that ends first; `never_ms`: there is none.
  [[nodiscard]] std::uint64_t next_deadline() const noexcept {
    return by_deadline_.empty() ? never_ms : by_deadline_.begin()->first;
  }

  /// `late_ms`: the silence of what was opened or renewed since the last commit ends so much later.
  void commit(std::uint64_t late_ms = 0);
  void abandon();

 private:
  enum class Kind : std::uint8_t { opened, ended, renewed, answered };
  struct Record {
    Kind kind;
    std::uint64_t number;
    std::uint64_t deadline = 0;        // renewed: the one before
    std::unique_ptr<Session> session;  // ended: the session
    Lane lane;  // answered: the lane before; without an answer if there was none
  };

  Session& at(std::uint64_t number) const { return *by_number_.at(number); }
  void enter(std::uint64_t number, std::unique_ptr<Session> session);
  std::unique_ptr<Session> remove(std::uint64_t number);
  void move_deadline(std::uint64_t number, std::uint64_t deadline);
  void undo(Record& record);
  /// Lanes of the session keep so many bytes more, and so many less.
  void count(const Session& session, std::size_t more, std::size_t less) noexcept;

  Accounts& accounts_;
  absl::flat_hash_map<std::uint64_t, std::unique_ptr<Session>> by_number_;
  absl::btree_set<std::pair<std::uint64_t, std::uint64_t>> by_deadline_;  // (deadline, number)
  std::uint64_t next_number_ = 1;
  std::size_t kept_bytes_ = 0;
  std::vector<Record> records_;
};

}  // namespace bulletin::authority
