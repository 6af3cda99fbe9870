// Who is let in, and what each may do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/broker.hpp>

#include "server/keys.hpp"
#include "server/rights.hpp"

namespace bulletin::server {

/// The most distinct sets of read rights: each has an updates socket of its own.
inline constexpr std::size_t most_audiences = 64;

/// As the files of a broker said when they were read. Without keys everybody is one user, "", who
/// may do everything.
class Access {
 public:
  /// Users who may read the same. Their updates come by one socket.
  struct Audience {
    Rights rights;
    std::vector<std::string> users;  ///< in order
    /// Stays the same as long as there is an audience of these rights.
    std::uint64_t id = 0;
  };

  /// Everybody, everything.
  Access();
  /// Throws Error rejected when a file is missing, says nonsense, or there are too many audiences.
  /// `before`: what holds as yet, whose audiences keep their ids.
  static Access read(const BrokerOptions& options, const Access* before = nullptr);

  /// The user whose public key (Z85) this is, or null: who is not let in.
  [[nodiscard]] const std::string* user_of(std::string_view key) const {
    return keys_.user_of(key);
  }
  /// Without keys there is one user, who is let in without any.
  [[nodiscard]] bool wants_keys() const noexcept { return wants_keys_; }
  [[nodiscard]] const std::string& everybody() const noexcept { return users_.begin()->first; }
  [[nodiscard]] bool has_user(std::string_view user) const { return users_.contains(user); }
  /// Nothing for a user that is not let in (any more).
  [[nodiscard]] const Rights& rights_of(std::string_view user) const;
  /// Where in `audiences` a user that is let in belongs.
  [[nodiscard]] std::size_t audience_of(std::string_view user) const;
  [[nodiscard]] std::uint64_t audience_id(std::string_view user) const {
    return audiences_[audience_of(user)].id;
  }
  /// At least one.
  [[nodiscard]] std::span<const Audience> audiences() const noexcept { return audiences_; }

  /// Every key that is here is there, for the same user.
  [[nodiscard]] bool lets_in_no_more_than(const Access& other) const {
    return keys_.is_within(other.keys_);
  }
  [[nodiscard]] std::size_t keys() const noexcept { return keys_.size(); }
  /// Of the permissions that there are rules for, those that have no key.
  [[nodiscard]] const std::vector<std::string>& unknown_users() const noexcept {
    return unknown_users_;
  }

 private:
  struct User {
    Rights rights;
    std::size_t audience = 0;
  };

  void add(const std::string& user, Rights rights);
  void number_audiences(const Access* before);

  bool wants_keys_ = false;
  AuthorizedKeys keys_{"", ""};
  std::map<std::string, User, std::less<>> users_;
  std::vector<Audience> audiences_;
  std::uint64_t next_id_ = 0;
  std::vector<std::string> unknown_users_;
};

}  // namespace bulletin::server
