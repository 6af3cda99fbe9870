// What an authority does, as simply as it can be said: maps, and a copy of everything to take a
// turn back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <bulletin/value.hpp>

#include "wire/limits.hpp"

namespace bulletin::test {

struct ModelOperation {
  wire::OperationKind kind = wire::OperationKind::set;
  std::string name;
  Value value;
  std::uint64_t ttl = 0;
  bool ephemeral = false;
};

struct ModelTransaction {
  std::vector<std::pair<std::string, std::uint64_t>> conditions;
  std::vector<ModelOperation> operations;
};

struct ModelAttribute {
  Value value;
  std::uint64_t revision = 0;
  std::uint64_t session = 0;
  std::uint64_t deadline = 0;

  friend bool operator==(const ModelAttribute&, const ModelAttribute&) = default;
};

using ModelSpace = std::map<std::string, ModelAttribute>;

class Model {
 public:
  explicit Model(std::uint64_t first, std::uint64_t session_ms)
      : revision_(first - 1), session_ms_(session_ms) {}

  void open(std::uint64_t session) { sessions_[session] = clock_ + session_ms_; }
  void renew(std::uint64_t session) { sessions_.at(session) = clock_ + session_ms_; }
  void close(std::uint64_t session);
  void advance(std::uint64_t milliseconds);
  void remember(const std::string& space) { lives_[space].watched = true; }
  void forget(const std::string& space);
  wire::Status write(std::uint64_t session, const std::string& space,
                     const ModelTransaction& transaction);

  [[nodiscard]] const std::map<std::string, ModelSpace>& spaces() const { return spaces_; }
  [[nodiscard]] const std::map<std::uint64_t, std::uint64_t>& sessions() const { return sessions_; }
  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  /// It has not been forgotten.
  [[nodiscard]] bool knows(const std::string& space) const { return lives_.contains(space); }
  /// The numbers of all forgettings.
  [[nodiscard]] const std::set<std::uint64_t>& forgettings() const { return forgettings_; }

 private:
  struct Life {
    bool watched = false;
    std::uint64_t due = 0;
  };
  [[nodiscard]] bool idle(const std::string& space) const;
  void look_again(const std::string& space);
  void forget_idle();
  [[nodiscard]] std::optional<wire::Status> apply(ModelSpace& space, std::uint64_t session,
                                                  const ModelOperation& operation) const;
  template <class Condition>
  void end_all(Condition condition);

  std::map<std::string, ModelSpace> spaces_;
  std::map<std::string, Life> lives_;
  std::set<std::uint64_t> forgettings_;
  std::map<std::uint64_t, std::uint64_t> sessions_;  // number -> deadline
  std::uint64_t revision_;
  std::uint64_t clock_ = 0;
  std::uint64_t session_ms_;
};

}  // namespace bulletin::test
