// With which keys a client proves who it is, and knows its broker.
#pragma once

#include <optional>
#include <string>

#include <zmq.hpp>

#include <bulletin/options.hpp>

namespace bulletin::client {

/// Each 40 characters of Z85. The secret one is wiped when it goes.
struct Keys {
  std::string broker;
  std::string own_public;
  std::string own_secret;

  Keys() = default;
  ~Keys();
  Keys(const Keys&) = default;
  Keys& operator=(const Keys&) = default;
};

/// The keys that the options name (`key`: the secret one itself), or $BULLETIN_SERVER_KEY and
/// $BULLETIN_KEY; nothing: none are named. Throws Error rejected when one is named without the
/// other, or is no key.
std::optional<Keys> choose_keys(const std::string& server_key, const std::string& key_file,
                                const std::string& key = {});

/// A new pair, from the operating system's randomness; `broker` stays empty.
Keys make_keys();

/// Before it connects.
void set_keys(zmq::socket_t& socket, const std::optional<Keys>& keys);

}  // namespace bulletin::client
