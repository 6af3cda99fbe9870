#include "server/access/authorized_keys.hpp"

#include <string.h>  // explicit_bzero
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/config/text_file.hpp"
#include "server/telemetry/loggers.hpp"
#include "wire/decode_error.hpp"
#include "wire/key_text.hpp"
#include "wire/names.hpp"

namespace bulletin::server {
namespace {

[[noreturn]] void refuse(std::string_view option, const std::string& path, std::string_view fault) {
  throw Error(Errc::rejected, fmt::format("{}: {}: {}", option, printable(path), fault));
}

/// A secret that others may read is none.
void check_mode(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    refuse("secret-key", path, "it cannot be read; make it with `bulletin keygen`");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    refuse("secret-key", path, "others may read or write it; `chmod 600` it, or make a new one");
}

std::string_view take_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

/// Wipes what it does not return.
std::string read_secret_key(const std::string& path) {
  check_mode(path);
  std::string text = read_text_file("secret-key", path);
  try {
    std::string secret = wire::key_in(text);
    explicit_bzero(text.data(), text.size());
    return secret;
  } catch (const wire::DecodeError& error) {
    explicit_bzero(text.data(), text.size());
    refuse("secret-key", path, error.what());
  }
}

}  // namespace

AuthorizedKeys::AuthorizedKeys(std::string_view text, std::string_view source) {
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    ++number;
    at = end + 1;
    if (wire::is_comment(line)) continue;
    const std::string_view key = take_word(line);
    const std::string_view user = take_word(line);
    const auto fail = [&](std::string_view fault) {
      throw Error(
          Errc::rejected,
          fmt::format("authorized-keys: {}, line {}: {}; wanted: PUBLIC-KEY USER COMMENT...",
                      source, number, fault));
    };
    if (!wire::is_key(key)) fail("it does not begin with a key of 40 characters (Z85)");
    if (user.empty() || !wire::is_utf8(user)) fail("there is no user's name behind the key");
    if (!by_key_.emplace(key, user).second) fail("the key is there twice");
    users_.emplace(user);
  }
}

const std::string* AuthorizedKeys::user_of(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &found->second;
}

AuthorizedKeys read_authorized_keys(const std::string& path) {
  return {read_text_file("authorized-keys", path), printable(path)};
}

zmtp::KeyPair read_key_pair(const std::string& path) {
  std::string secret = read_secret_key(path);
  zmtp::Key bytes = wire::key_bytes(secret);
  explicit_bzero(secret.data(), secret.size());
  const zmtp::KeyPair pair(bytes);
  explicit_bzero(bytes.data(), bytes.size());
  return pair;
}

}  // namespace bulletin::server
