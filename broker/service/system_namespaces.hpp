// What the broker tells about itself: $sys/broker, $sys/sessions and $sys/users.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include <bulletin/transaction.hpp>
#include <bulletin/value.hpp>

#include "authority/authority.hpp"
#include "wire/epoch.hpp"

namespace bulletin::service {

inline constexpr std::string_view broker_space = "$sys/broker";
inline constexpr std::string_view sessions_space = "$sys/sessions";
inline constexpr std::string_view users_space = "$sys/users";

/// The attributes of the broker's own namespaces.
struct Facts {
  std::map<std::string, Value, std::less<>> broker;
  std::map<std::string, Value, std::less<>> sessions;
  std::map<std::string, Value, std::less<>> users;
};

/// A small authority of its own, with an epoch of its own, so that these namespaces are read and
/// followed like any other and are never part of the clients' history.
class SystemNamespaces {
 public:
  SystemNamespaces(const wire::Epoch& epoch, std::uint64_t first_revision, std::uint64_t hash_seed);

  /// From now on there is $sys/users, too: there are quotas.
  void add_users();
  [[nodiscard]] bool has(std::string_view space) const noexcept {
    return space == broker_space || space == sessions_space || (has_users_ && space == users_space);
  }

  /// Commits what differs from the facts told before. The views are valid until the next call.
  std::span<const authority::Publication> tell(Facts facts);

  const authority::Authority& authority() const noexcept { return authority_; }
  const wire::Epoch& epoch() const noexcept { return authority_.options().epoch; }

 private:
  using Attributes = std::map<std::string, Value, std::less<>>;

  void write(std::string_view space, const Attributes& before, const Attributes& now);
  void write(std::string_view space, const Transaction& changes);

  authority::Authority authority_;
  wire::SessionId session_;
  std::uint64_t number_ = 0;
  Facts told_;
  bool has_users_ = false;
};

}  // namespace bulletin::service
