#include "client/transport/keys.hpp"

#include <string.h>  // explicit_bzero

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include <bulletin/error.hpp>

#include "wire/decode_error.hpp"
#include "wire/key_text.hpp"

namespace bulletin::client {
namespace {

std::string from_environment(const std::string& given, const char* variable) {
  if (!given.empty()) return given;
  const char* const value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

/// What is in the file is not told: it may be a secret.
std::string read_key(const std::string& named, const std::string& what) {
  std::ifstream file(named, std::ios::binary);
  if (!file && (errno == EMFILE || errno == ENFILE)) {
    throw Error(Errc::disconnected,
                what + ": cannot read '" + named + "': " + std::generic_category().message(errno));
  }
  if (!file) {
    throw Error(Errc::rejected, what + ": there is no file '" + named +
                                    "' to read; make keys with `bulletin keygen`");
  }
  constexpr std::size_t most = 1u << 20;
  std::string text(most + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > most)
    throw Error(Errc::rejected,
                what + ": the file '" + named + "' is larger than 1 MiB: is it the right file?");
  try {
    return wire::key_in(text);
  } catch (const wire::DecodeError& error) {
    throw Error(Errc::rejected,
                what + ": the file '" + named + "' is no key file: " + error.what());
  }
}

std::string public_of(const std::string& secret) {
  std::array<char, wire::key_characters + 1> result{};
  if (zmq_curve_public(result.data(), secret.c_str()) != 0)
    throw Error(Errc::rejected, "key: no public key belongs to it; is it the NAME.key file?");
  return result.data();
}

}  // namespace

Keys::~Keys() { explicit_bzero(own_secret.data(), own_secret.size()); }

std::optional<Keys> choose_keys(const std::string& server_key, const std::string& key_file,
                                const std::string& key) {
  const std::string broker = from_environment(server_key, "BULLETIN_SERVER_KEY");
  const std::string own = key.empty() ? from_environment(key_file, "BULLETIN_KEY") : key_file;
  if (!key.empty() && (!own.empty() || !wire::is_key(key))) {
    throw Error(Errc::rejected, own.empty()
                                    ? "ClientOptions::key is not a secret key: it must be 40 "
                                      "characters of Z85; use key_file for a file"
                                    : "a secret key is given twice: set either key or "
                                      "key_file in ClientOptions");
  }
  const bool has_own = !key.empty() || !own.empty();
  if (broker.empty() && !has_own) return std::nullopt;
  if (broker.empty() || !has_own) {
    throw Error(Errc::rejected,
                broker.empty()
                    ? "a key without a server key: also name the broker's public key "
                      "(server_key, $BULLETIN_SERVER_KEY)"
                    : "a server key without a key: also name this client's secret key (key_file, "
                      "key, $BULLETIN_KEY)");
  }
  Keys keys;
  // A public key may be given as it is; a secret one would be seen by others.
  keys.broker =
      wire::is_key(broker) && !std::ifstream(broker) ? broker : read_key(broker, "server key");
  keys.own_secret = key.empty() ? read_key(own, "key") : key;
  keys.own_public = public_of(keys.own_secret);
  return keys;
}

Keys make_keys() {
  std::array<char, wire::key_characters + 1> own_public{};
  std::array<char, wire::key_characters + 1> own_secret{};
  if (zmq_curve_keypair(own_public.data(), own_secret.data()) != 0)
    throw Error(Errc::rejected, "this build of ZeroMQ has no CURVE: it cannot make keys");
  Keys keys;
  keys.own_public = own_public.data();
  keys.own_secret = own_secret.data();
  explicit_bzero(own_secret.data(), own_secret.size());
  return keys;
}

void set_keys(zmq::socket_t& socket, const std::optional<Keys>& keys) {
  if (!keys) return;
  socket.set(zmq::sockopt::curve_serverkey, keys->broker);
  socket.set(zmq::sockopt::curve_publickey, keys->own_public);
  socket.set(zmq::sockopt::curve_secretkey, keys->own_secret);
}

}  // namespace bulletin::client
