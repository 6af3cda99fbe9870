// What a contender writes with.
#pragma once

#include <string>

#include <bulletin/bulletin.hpp>

namespace bulletin::bench {

/// A Namespace has a copy of what is written, a Publisher has none.
template <class Handle>
Handle handle_of(Client& client, const std::string& space);

template <>
inline Namespace handle_of<Namespace>(Client& client, const std::string& space) {
  return client.open(space);
}

template <>
inline Publisher handle_of<Publisher>(Client& client, const std::string& space) {
  return client.publisher(space);
}

}  // namespace bulletin::bench
