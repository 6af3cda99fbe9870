// Every number of the protocol. docs/protocol.md tells what they mean; a change here is a change
// there, and of tests/vectors.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bulletin::wire {

/// The versions of the protocol that this code speaks.
inline constexpr std::uint64_t lowest_version = 1;
inline constexpr std::uint64_t highest_version = 1;

/// The first element of a request.
enum class RequestKind : std::uint64_t {
  hello = 1,
  keepalive = 2,
  goodbye = 3,
  write = 4,
  read = 5,
  snapshot = 6,
  since = 7,
  status = 8,
  list = 9,
  backup = 10,
  backup_part = 11,
  backup_end = 12,
};

/// The first element of a reply, and of an outcome.
enum class Status : std::uint64_t {
  ok = 0,         ///< an outcome: committed
  unchanged = 1,  ///< an outcome: nothing to change, nothing committed
  lost = 2,       ///< an outcome: a condition did not hold

  // Refusals: nothing was applied.
  malformed = 16,        ///< the bytes are no request
  wrong_version = 17,    ///< no common protocol version
  wrong_epoch = 18,      ///< the session belongs to another history
  unknown_session = 19,  ///< never opened, ended, or another user's
  old_number = 20,       ///< a lower number than the lane's last
  rejected = 21,    ///< not allowed for anybody: a name, a size, a range, a read-only namespace
  wrong_type = 22,  ///< `add` on what is not a number, or a number of the other kind
  denied = 23,      ///< not allowed for this user
  overloaded = 24,  ///< a bound of the broker is reached
};

/// The first element of an operation.
enum class OperationKind : std::uint64_t { set = 1, erase = 2, add = 3, clear = 4 };

/// The first element of an update.
enum class UpdateKind : std::uint64_t { commits = 1, beat = 2 };

inline constexpr std::size_t epoch_bytes = 16;
inline constexpr std::size_t nonce_bytes = 17;  ///< the byte 0xFF and 16 random ones
inline constexpr unsigned char nonce_mark = 0xFF;

inline constexpr std::size_t name_bytes = 1024;
inline constexpr std::size_t namespace_bytes = 255;
inline constexpr std::size_t client_name_bytes = 255;
inline constexpr std::size_t host_bytes = 255;
inline constexpr std::size_t value_bytes = 1u << 20;
inline constexpr std::size_t transaction_bytes = 8u << 20;
inline constexpr std::size_t transaction_operations = 10'000;
inline constexpr std::size_t value_depth = 64;  ///< arrays and maps inside each other

/// One update, unless one commit is larger.
inline constexpr std::size_t update_bytes = 64u << 10;
/// All commits in the answer of a WRITE.
inline constexpr std::size_t write_tail_bytes = 64u << 10;
/// About; at least one attribute.
inline constexpr std::size_t snapshot_part_bytes = 256u << 10;
/// About; at least one commit.
inline constexpr std::size_t since_part_bytes = 256u << 10;
/// The values in the answer of a READ, about; at least one of them.
inline constexpr std::size_t read_part_bytes = 1u << 20;
/// Items of one WRITE, names of one READ, namespaces of one STATUS.
inline constexpr std::size_t request_names = 65'536;
/// What a request may have behind the elements that this version knows, with all that is inside.
inline constexpr std::size_t further_objects = 65'536;
/// About; at least one name.
inline constexpr std::size_t list_part_bytes = 64u << 10;

/// The name that a client gives its backup.
inline constexpr std::size_t backup_id_bytes = 16;
/// Of one file of a backup, in one answer.
inline constexpr std::size_t backup_part_bytes = 1u << 20;

/// A frame larger than this is refused by the sockets on both sides.
inline constexpr std::size_t message_bytes = 16u << 20;
/// What a client may subscribe to.
inline constexpr std::size_t topic_bytes = 4096;
/// In ZMTP 3.1 a subscription is a command, whose name comes before the topic.
inline constexpr std::size_t subscribe_command_bytes = 10;
/// CURVE adds so many to every frame; ZeroMQ counts them as the frame's.
inline constexpr std::size_t curve_frame_bytes = 33;

}  // namespace bulletin::wire
