// What one user may take of what the broker has, and what it takes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "wire/replies.hpp"

namespace bulletin::authority {

/// What is counted for each user. The authority counts the first five, the rim the others.
enum class Resource : std::uint8_t {
  sessions,
  namespaces,     ///< those that it made
  attributes,     ///< in those
  bytes,          ///< of those attributes, as an Extent counts them, and of the namespaces
  outcome_bytes,  ///< kept for the lanes of its sessions
  connections,
  subscriptions,
  network_bytes,
  requests_per_second,
};
inline constexpr std::array all_resources{
    Resource::sessions,      Resource::namespaces,    Resource::attributes,
    Resource::bytes,         Resource::outcome_bytes, Resource::connections,
    Resource::subscriptions, Resource::network_bytes, Resource::requests_per_second};

/// As the configuration calls it, such as "network-bytes".
std::string_view name_of(Resource resource) noexcept;

/// A number for each resource.
class Amounts {
 public:
  static Amounts of_each(std::uint64_t amount) noexcept {
    Amounts amounts;
    amounts.all_.fill(amount);
    return amounts;
  }

  std::uint64_t& operator[](Resource resource) noexcept {
    return all_[static_cast<std::size_t>(resource)];
  }
  std::uint64_t operator[](Resource resource) const noexcept {
    return all_[static_cast<std::size_t>(resource)];
  }

  friend bool operator==(const Amounts&, const Amounts&) = default;

 private:
  std::array<std::uint64_t, all_resources.size()> all_{};
};

/// How much of each resource a user may have.
using Quota = Amounts;
inline constexpr std::uint64_t no_quota = UINT64_MAX;

struct Quotas {
  Quota usual = Quota::of_each(no_quota);
  std::map<std::string, Quota, std::less<>> of_users;  ///< those that differ from the usual one

  /// What is nobody's, and everybody without keys, has none.
  [[nodiscard]] const Quota& of(std::string_view user) const;
};

struct Account;

/// Of all users.
struct QuotaRefusals {
  Amounts count;
  std::array<const Account*, all_resources.size()> newest{};  ///< null: there was none

  [[nodiscard]] const Account* newest_of(Resource resource) const noexcept {
    return newest[static_cast<std::size_t>(resource)];
  }
};

/// What one user has.
struct Account {
  std::string user;
  Quota quota = Quota::of_each(no_quota);
  Amounts used;
  Amounts refused;             ///< how often more was asked for
  std::uint64_t requests = 0;  ///< of this user, since the start
  QuotaRefusals* all_refusals = nullptr;

  /// May this user take so much more?
  [[nodiscard]] bool allows(Resource resource, std::uint64_t more = 1) const noexcept {
    return more <= quota[resource] && used[resource] <= quota[resource] - more;
  }
  /// It has more than it may: its quota has become less, or what was taken is to be taken back.
  [[nodiscard]] bool exceeds(Resource resource) const noexcept {
    return used[resource] > quota[resource];
  }
  void count_refusal(Resource resource) noexcept;
  /// The same, and says what to do.
  wire::Refusal refuse(Resource resource);
};

/// The accounts of all users; the address of one is good for as long as the table.
class Accounts {
 public:
  Accounts() = default;
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  /// A user that is new has nothing.
  Account& of(std::string_view user);
  /// A quota that has become less ends nothing that there is.
  void set_quotas(Quotas quotas);

  using ByUser = std::map<std::string, Account, std::less<>>;
  [[nodiscard]] const ByUser& all() const noexcept { return accounts_; }
  [[nodiscard]] const QuotaRefusals& refusals() const noexcept { return refusals_; }

 private:
  Quotas quotas_;
  ByUser accounts_;
  QuotaRefusals refusals_;
};

}  // namespace bulletin::authority
