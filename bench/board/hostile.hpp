// What hostile clients do, each in a process of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "support/zmtp_peer.hpp"
#include "wire/requests.hpp"

namespace bulletin::bench {

/// Users of the broker in scenario `hostile`. Each has key files of this name.
namespace user {
inline constexpr const char* innocent = "innocent";  ///< may do everything
inline constexpr const char* nobody = "nobody";      ///< has a key, and no right
inline constexpr const char* reader = "reader";      ///< reads `hostile_readable`
inline constexpr const char* writer = "writer";      ///< writes `hostile_writable`
inline constexpr const char* stranger = "";          ///< has no key
}  // namespace user

inline constexpr const char* hostile_readable = "pub";
inline constexpr const char* hostile_writable = "part";

/// Where the hostile process is, and what it has done.
class Hostile {
 public:
  Hostile(std::string commands, std::string metrics, const std::string& keys,
          const std::string& user, bool quick);

  [[nodiscard]] const std::string& commands() const noexcept { return commands_; }
  [[nodiscard]] const std::string& updates() const noexcept { return updates_; }
  [[nodiscard]] const std::string& metrics() const noexcept { return metrics_; }
  [[nodiscard]] const std::optional<test::PeerKeys>& keys() const noexcept { return keys_; }
  /// Of the broker, which everybody may know.
  [[nodiscard]] const zmtp::Key& server_key() const noexcept { return server_key_; }
  /// Less of it, where it takes long.
  [[nodiscard]] std::size_t amount(std::size_t usual) const noexcept {
    return quick_ ? usual / 100 : usual;
  }

  /// Connections; `properties` come after the Socket-Type.
  test::ZmtpPeer requests(std::string_view properties = {});
  test::ZmtpPeer subscriber();

  /// Bytes, a frame, or a request; what is not taken for a while is given up. False: the broker has
  /// hung up, or does not read on.
  bool send(test::ZmtpPeer& peer, std::string_view bytes);
  bool ask(test::ZmtpPeer& peer, std::string_view request);
  /// The body of the next answer; empty: the broker has hung up.
  std::string answer(test::ZmtpPeer& peer);
  wire::SessionId begin_session(test::ZmtpPeer& peer);

  /// What comes from here on is measured. `again` calls it, too.
  void begin();
  /// Does it without an end.
  [[noreturn]] void again(const std::function<void()>& once);
  /// The same on connections: another one is opened when the last one is not read any more, and of
  /// those the latest eight stay open.
  [[noreturn]] void flood(const std::function<test::ZmtpPeer()>& open,
                          const std::function<bool(test::ZmtpPeer&)>& say);

 private:
  void tell_sent();

  const std::string commands_;
  const std::string updates_;
  const std::string metrics_;
  const zmtp::Key server_key_;
  const bool quick_;
  std::optional<test::PeerKeys> keys_;
  std::size_t sent_ = 0;
  std::int64_t told_at_ = 0;
  bool begun_ = false;
};

struct Deed {
  std::string user;
  std::string name;
  std::function<void(Hostile&)> act;
  /// By a client that may do everything, before.
  std::function<void(Client&, bool quick)> prepare = {};
  /// The innocent client scrapes the metrics.
  bool against_metrics = false;
};

const std::vector<Deed>& deeds();
/// Parts of that list.
std::vector<Deed> deeds_of_connections();
std::vector<Deed> deeds_of_requests();
std::vector<Deed> deeds_of_writers();

}  // namespace bulletin::bench
