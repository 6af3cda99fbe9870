// Who may come in: the broker's own key, and the keys of its clients.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "zmtp/curve.hpp"

namespace bulletin::server {

/// The public keys that are let in, each with its user's name.
class AuthorizedKeys {
 public:
  /// One line for each: PUBLIC-KEY USER COMMENT...; lines of comments begin with "# ". Throws Error
  /// rejected, which names `source` and the line.
  AuthorizedKeys(std::string_view text, std::string_view source);

  /// The user whose key this is (Z85), or null.
  [[nodiscard]] const std::string* user_of(std::string_view key) const;
  [[nodiscard]] bool has_user(std::string_view user) const { return users_.contains(user); }
  [[nodiscard]] std::size_t size() const noexcept { return by_key_.size(); }
  [[nodiscard]] const std::set<std::string, std::less<>>& users() const noexcept { return users_; }

 private:
  std::map<std::string, std::string, std::less<>> by_key_;
  std::set<std::string, std::less<>> users_;
};

/// Throws Error rejected for a file that cannot be read.
AuthorizedKeys read_authorized_keys(const std::string& path);

/// The broker's own keys. Throws Error rejected when the file is missing, no key file, or may be
/// read by others.
zmtp::KeyPair read_key_pair(const std::string& path);

}  // namespace bulletin::server
