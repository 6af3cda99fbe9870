// An authority with one session, and short ways to ask things of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/transaction.hpp>
#include <bulletin/value.hpp>

#include "authority/authority.hpp"
#include "wire/requests.hpp"

namespace bulletin::test {

/// A transaction as its bytes, also one that the public Transaction would not build.
class Raw {
 public:
  Raw& require(std::string_view name, std::uint64_t revision);
  Raw& set(std::string_view name, const Value& value);
  Raw& set(std::string_view name, const Value& value, std::uint64_t ttl_ms, bool ephemeral);
  Raw& set_bytes(std::string_view name, std::string_view value);
  Raw& erase(std::string_view name);
  Raw& add(std::string_view name, const Value& amount);
  Raw& clear();
  [[nodiscard]] std::string bytes() const;

 private:
  std::string conditions_;
  std::string operations_;
  std::size_t condition_count_ = 0;
  std::size_t operation_count_ = 0;
};

struct Item {
  std::string space;
  std::string transaction;
  std::uint64_t known = 0;
};

/// Where a desk's epoch and numbers begin.
authority::AuthorityOptions options();
inline constexpr std::uint64_t first_revision = 1000;

/// What is done here is done as "alice", whose session has the number `session`; every call but
/// `send`, `open`, `apply` is a turn of its own.
class Desk {
 public:
  explicit Desk(const authority::AuthorityOptions& options = test::options());

  authority::Answer apply(decltype(authority::Command::what) what,
                          std::string_view user = "alice") {
    return authority.apply({user, std::move(what)});
  }
  std::uint64_t open(std::string_view user = "alice", std::string_view name = "client");
  /// A WRITE with the lane's next number.
  authority::Answer send(const std::vector<Item>& items, std::uint64_t lane = 100);
  authority::Answer send_numbered(const std::vector<Item>& items, std::uint64_t lane,
                                  std::uint64_t number);

  wire::Outcome write(const std::string& space, const Raw& transaction);
  wire::Outcome set(const std::string& space, std::string_view name, const Value& value);
  wire::Outcome erase(const std::string& space, std::string_view name);
  void advance(std::uint64_t milliseconds);
  /// Nobody subscribes to the namespace any more, and its time goes by, but not the session's.
  void forget(std::string_view space);
  /// Time in which an idle namespace is forgotten; the session stays.
  void pass_silence();

  /// The attribute's value; nil if it is absent.
  [[nodiscard]] Value value(std::string_view space, std::string_view name) const;
  [[nodiscard]] std::uint64_t revision(std::string_view space, std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names(std::string_view space) const;
  /// All namespaces are visible.
  [[nodiscard]] wire::ListReply list(std::string_view prefix, std::string_view after) const;
  [[nodiscard]] wire::SessionId id(std::uint64_t number) const;

  authority::Authority authority;
  std::uint64_t session;

 private:
  std::map<std::uint64_t, std::uint64_t> numbers_;  // by lane
};

}  // namespace bulletin::test
