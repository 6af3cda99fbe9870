// The things of an authority as they are shown.
#pragma once

#include <cstdint>
#include <string_view>

namespace bulletin::authority {

/// An attribute as it stands, with what will end it.
struct AttributeView {
  std::string_view name;
  std::string_view value;
  std::uint64_t revision = 0;
  std::uint64_t session = 0;   ///< ephemeral: the session that it goes with; else 0
  std::uint64_t deadline = 0;  ///< time to live: the point on the running clock; else 0
};

struct SpaceView {
  std::string_view name;
  std::uint64_t revision = 0;
  std::uint64_t count = 0;
  std::uint64_t digest = 0;
  std::string_view user = {};  ///< that it is counted for
};

/// A session as an operator may see it.
struct SessionView {
  std::uint64_t number = 0;
  std::string_view user;
  std::string_view client_name;
  std::uint64_t deadline = 0;  ///< on the running clock
  std::string_view host;       ///< empty: not told
};

/// The numbers that belong to no single thing.
struct CountersView {
  std::uint64_t revision = 0;      ///< the newest number given
  std::uint64_t clock_ms = 0;      ///< the running clock
  std::uint64_t forgotten = 0;     ///< the number at which a namespace was last forgotten
  std::uint64_t next_session = 0;  ///< the number of the next session
};

}  // namespace bulletin::authority
