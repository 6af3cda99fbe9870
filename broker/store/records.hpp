// The stored format: keys and values of the database. docs/storage.md describes it; a change here
// is a change there, and of the golden folders in tests/store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "authority/command.hpp"
#include "authority/state_visitor.hpp"
#include "authority/views.hpp"
#include "wire/commit.hpp"
#include "wire/epoch.hpp"

namespace bulletin::store {

/// The version of all of it.
inline constexpr std::uint64_t stored_format = 1;

/// Where the recent commits are; all else is in the default column family.
inline constexpr const char* log_family = "log";

/// The first byte of a key. In this order all is told to a restoring authority.
enum class Kind : char {
  counters = 'A',
  space = 'B',      ///< then the namespace's name
  attribute = 'C',  ///< then the namespace's name, NUL, the attribute's name
  session = 'D',    ///< then the number, 8 bytes, big-endian
  lane = 'E',       ///< then the session's number, the lane's number
};

/// Eight bytes whose order is that of the numbers.
std::string ordered(std::uint64_t number);
/// Throws wire::DecodeError if `bytes` are not eight.
std::uint64_t number_of(std::string_view bytes);

std::string counters_key();
std::string space_key(std::string_view space);
std::string session_key(std::uint64_t session);
std::string lane_key(std::uint64_t session, std::uint64_t lane);

/// What the counters' record holds: [epoch, revision, clock, forgotten, next session].
struct StoredCounters {
  wire::Epoch epoch;
  authority::CountersView counters;
};

/// The outcomes of a lane: the number, and behind it the answer of the WRITE, without tails.
struct StoredLane {
  std::uint64_t number = 0;
  std::string answer;  ///< of the WRITE, without tails
};

struct StoredRun {
  std::string_view space;
  wire::Run run;
};

std::string encode(const StoredCounters& counters);
/// [revision, count, digest, user]; without a user, and by earlier brokers, three elements.
std::string encode(const authority::SpaceView& space);
/// [user, client's name, client's host]; what earlier brokers have kept has no host.
std::string encode(const authority::SessionView& session);
std::string encode_lane(std::uint64_t number, std::string_view answer);
/// [namespace, previous, revision, count, [commit ...]]
std::string encode_run(std::string_view space, const wire::Run& run);
/// What comes before and behind an attribute's value in its record: [revision, value], or with a
/// lease [revision, value, session, deadline].
void append_attribute_head(std::string& out, const authority::AttributeView& attribute);
void append_attribute_tail(std::string& out, const authority::AttributeView& attribute);

// Each throws wire::DecodeError; views point into what is given. Elements behind those known are
// passed over.
StoredCounters decode_counters(std::string_view value);
authority::SpaceView decode_space(std::string_view key, std::string_view value);
authority::SessionView decode_session(std::string_view key, std::string_view value);
StoredLane decode_lane(std::string_view value);
StoredRun decode_run(std::string_view value);

struct StoredAttribute {
  std::string_view space;
  authority::AttributeView attribute;
};
StoredAttribute decode_attribute(std::string_view key, std::string_view value);

/// Tells a visitor what a record of the default family, or one of the log, holds.
void tell_record(authority::StateVisitor& visitor, std::string_view key, std::string_view value);
void tell_commits(authority::StateVisitor& visitor, std::string_view value);

}  // namespace bulletin::store
