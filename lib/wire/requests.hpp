// What clients ask of the broker.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wire/epoch.hpp"
#include "wire/limits.hpp"

namespace bulletin::wire {

/// Which session a request belongs to.
struct SessionId {
  Epoch epoch;
  std::uint64_t number = 0;

  friend auto operator<=>(const SessionId&, const SessionId&) noexcept = default;
};

/// [1, lowest version, highest version, client name, host]; older clients leave the host out.
struct Hello {
  std::uint64_t lowest = lowest_version;
  std::uint64_t highest = highest_version;
  std::string_view client_name;
  std::string_view host = {};  ///< that the client runs on; empty: not told
};

/// [2, epoch, session]
struct Keepalive {
  SessionId session;
};

/// [3, epoch, session]
struct Goodbye {
  SessionId session;
};

/// [namespace, known revision, transaction]
struct WriteItem {
  std::string_view space;
  std::uint64_t known = 0;  ///< the newest revision of the namespace that the client has; 0: wants
                            ///< no commits in the answer
  std::string_view transaction;  ///< its bytes; see transaction.hpp
};

/// [4, epoch, session, lane, number, [item ...]]
struct Write {
  SessionId session;
  std::uint64_t lane = 0;
  std::uint64_t number = 0;
  std::vector<WriteItem> items;
};

/// [5, namespace, [name ...]], and `true` to be told leases.
struct Read {
  std::string_view space;
  std::vector<std::string_view> names;
  bool leases = false;
};

/// [6, namespace, last name received], and `true` to be told leases; the empty name starts.
struct SnapshotRequest {
  std::string_view space;
  std::string_view after;
  bool leases = false;
};

/// [7, namespace, epoch, revision]
struct Since {
  std::string_view space;
  Epoch epoch;
  std::uint64_t revision = 0;
};

/// [8, [namespace ...]]
struct StatusRequest {
  std::vector<std::string_view> spaces;
};

/// [9, prefix, last name received]
struct List {
  std::string_view prefix;
  std::string_view after;
};

/// [10, id]: `id` is backup_id_bytes of the client's choice.
struct Backup {
  std::string_view id;
};

/// [11, id, file, offset]: `file` is a place in the list of files.
struct BackupPart {
  std::string_view id;
  std::uint64_t file = 0;
  std::uint64_t offset = 0;
};

/// [12, id]
struct BackupEnd {
  std::string_view id;
};

using Request = std::variant<Hello, Keepalive, Goodbye, Write, Read, SnapshotRequest, Since,
                             StatusRequest, List, Backup, BackupPart, BackupEnd>;

/// Throws DecodeError; OverLimit before it reads names or items that are too many. Views point into
/// `bytes`. Elements behind those listed are passed over, for later versions. Names are checked to
/// be strings only: what is legal is the authority's to judge.
Request decode_request(std::string_view bytes);

std::string encode(const Hello& request);
std::string encode(const Keepalive& request);
std::string encode(const Goodbye& request);
std::string encode(const Write& request);
std::string encode(const Read& request);
std::string encode(const SnapshotRequest& request);
std::string encode(const Since& request);
std::string encode(const StatusRequest& request);
std::string encode(const List& request);
std::string encode(const Backup& request);
std::string encode(const BackupPart& request);
std::string encode(const BackupEnd& request);

}  // namespace bulletin::wire
