// What keeps the turns of the authority.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "authority/authority.hpp"
#include "wire/requests.hpp"

namespace bulletin::service {

class Persistence {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Reopened {
    authority::Authority authority;
    Time at{};  ///< when it was there
  };

  virtual ~Persistence() = default;

  /// When the authority's turn was kept, so that it may be committed; nothing: persistence has
  /// failed, and it is unknown whether it has the turn.
  virtual std::optional<Time> keep(const authority::Authority& authority, Time now) = 0;
  [[nodiscard]] virtual bool failed() const noexcept = 0;
  /// Once it has failed: tries now and then to read what was kept, which takes the place of the
  /// authority there was.
  virtual std::optional<Reopened> reopen(Time now) = 0;
};

/// Copies of what is kept, for clients that take them away. Each call gives the answer's bytes, a
/// refusal among them.
class Backups {
 public:
  using Time = Persistence::Time;

  virtual ~Backups() = default;

  virtual std::string answer(const wire::Backup& request, Time now) = 0;
  virtual std::string answer(const wire::BackupPart& request, Time now) = 0;
  virtual std::string answer(const wire::BackupEnd& request, Time now) = 0;
};

}  // namespace bulletin::service
