// Live brokers in this process, and clients of them that mean well and watch what they do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <bulletin/broker.hpp>

#include "support/board.hpp"
#include "support/raw_client.hpp"
#include "support/zmtp_peer.hpp"

namespace bulletin::fuzz {

/// Ends the process with the reason, as a finding.
[[noreturn]] void fail(const std::string& what);

/// One broker without keys, and one with keys that has users: "reader" may read a part of the
/// board, "writer" may write a part of it, and neither may read what is hidden.
class WatchedBrokers {
 public:
  static constexpr const char* shared = "shared";
  static constexpr const char* writable = "shared/part";
  static constexpr const char* large = "shared/part/large";
  static constexpr const char* innocent = "innocent";

  WatchedBrokers();

  [[nodiscard]] std::string commands(bool guarded) const;
  [[nodiscard]] std::string updates(bool guarded) const { return commands(guarded) + ".updates"; }
  [[nodiscard]] const test::PeerKeys& keys_of(const std::string& user) const {
    return keys_.at(user);
  }
  /// A namespace that neither user may read; and its value, which a user never gets.
  [[nodiscard]] const std::string& hidden() const noexcept { return hidden_; }
  [[nodiscard]] const std::string& secret() const noexcept { return secret_; }

  /// An input begins: memory is counted from here on.
  void begin();
  /// The innocent clients ask, and are answered. Fails if that took a broker too much work, if they
  /// read another value than they wrote, or if too much memory is held for the bytes that were
  /// `sent` since the beginning.
  void look(std::size_t sent);
  /// All connections of the input have ended. Fails if the memory is not given back.
  void end();

 private:
  struct Innocent {
    std::unique_ptr<test::RawClient> client;
    std::int64_t value = 1'000'000;  // its size never changes
  };

  void make_files();
  void start(bool guarded);
  void fill_large();
  void write_and_read(Innocent& innocent, bool guarded);
  [[nodiscard]] std::string path(const std::string& name) const;

  test::TemporaryFolder folder_;
  std::map<std::string, test::PeerKeys> keys_;
  std::string hidden_;
  std::string secret_;
  std::map<bool, Broker> brokers_;  // whether it has keys
  std::map<bool, Innocent> innocents_;
  std::size_t at_first_ = 0;
  std::size_t at_begin_ = 0;
  unsigned inputs_ = 0;
  double longest_work_ = 0.05;  // seconds; less is not worth telling
};

}  // namespace bulletin::fuzz
