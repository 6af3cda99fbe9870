// A store in memory: it keeps what turns touch, and nothing else tells it anything.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "authority/authority.hpp"
#include "authority/state_visitor.hpp"

namespace bulletin::test {

class Store : public authority::StateVisitor {
 public:
  using Key = std::pair<std::string, std::string>;
  using Attribute = std::tuple<std::string, std::uint64_t, std::uint64_t, std::uint64_t>;

  void counters(const authority::CountersView& counters) override { newest = counters; }
  void space(const authority::SpaceView& space) override;
  void space_forgotten(std::string_view name) override;
  void attribute(std::string_view space, const authority::AttributeView& attribute) override;
  void attribute_removed(std::string_view space, std::string_view name) override;
  void attributes_removed(std::string_view space) override;
  void session(const authority::SessionView& session) override;
  void session_ended(std::uint64_t number) override;
  void lane(std::uint64_t session, std::uint64_t lane, std::uint64_t number,
            std::string_view answer) override;
  void lane_ended(std::uint64_t session, std::uint64_t lane) override;
  void commits(std::string_view space, const wire::Run& run) override;

  /// All of it, as to a restoring authority.
  void tell(authority::StateVisitor& visitor) const;

  struct Run {
    std::string space;
    wire::Run run;
    std::string bytes;
  };
  struct Lane {
    std::uint64_t number;
    std::string answer;
  };

  authority::CountersView newest;
  std::map<std::string, std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::string>>
      spaces;
  std::map<Key, Attribute> attributes;  // value, revision, session, deadline
  std::map<std::uint64_t, std::tuple<std::string, std::string, std::string>>
      sessions;  // user, client, host
  std::map<std::pair<std::uint64_t, std::uint64_t>, Lane> lanes;
  std::vector<Run> runs;
};

/// What a store that has missed nothing holds; lanes and runs are left empty.
Store store_of(const authority::Authority& authority);

}  // namespace bulletin::test
