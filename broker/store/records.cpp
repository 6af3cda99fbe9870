#include "store/records.hpp"

#include <algorithm>

#include "wire/decode_error.hpp"
#include "wire/packer.hpp"
#include "wire/reader.hpp"
#include "wire/replies.hpp"

namespace bulletin::store {

using wire::DecodeError;
using wire::Packer;
using wire::Reader;

namespace {

std::string key(Kind kind, std::string_view rest) {
  std::string result(1, static_cast<char>(kind));
  return result += rest;
}

/// What a later minor version may have added.
void skip_rest(Reader& reader, std::size_t elements, std::size_t known, const char* what) {
  reader.skip(elements - known, what);
  reader.finish(what);
}

}  // namespace

std::string ordered(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i != 8; ++i) bytes[i] = static_cast<char>(number >> (56 - 8 * i));
  return bytes;
}

std::uint64_t number_of(std::string_view bytes) {
  if (bytes.size() != 8) throw DecodeError("key: a number is not eight bytes");
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string counters_key() { return key(Kind::counters, {}); }
std::string space_key(std::string_view space) { return key(Kind::space, space); }
std::string session_key(std::uint64_t session) { return key(Kind::session, ordered(session)); }
std::string lane_key(std::uint64_t session, std::uint64_t lane) {
  return key(Kind::lane, ordered(session) + ordered(lane));
}

std::string encode(const StoredCounters& stored) {
  const authority::CountersView& counters = stored.counters;
  std::string out;
  Packer(out)
      .array(5)
      .epoch(stored.epoch)
      .integer(counters.revision)
      .integer(counters.clock_ms)
      .integer(counters.forgotten)
      .integer(counters.next_session);
  return out;
}

StoredCounters decode_counters(std::string_view value) {
  Reader reader(value);
  const std::size_t elements = reader.array_of(5, "counters");
  StoredCounters stored;
  stored.epoch = wire::read_epoch(reader);
  stored.counters.revision = reader.unsigned_integer("counters: revision");
  stored.counters.clock_ms = reader.unsigned_integer("counters: clock");
  stored.counters.forgotten = reader.unsigned_integer("counters: forgotten");
  stored.counters.next_session = reader.unsigned_integer("counters: next session");
  skip_rest(reader, elements, 5, "counters");
  return stored;
}

std::string encode(const authority::SpaceView& space) {
  std::string out;
  Packer packer(out);
  packer.array(space.user.empty() ? 3 : 4);
  packer.integer(space.revision).integer(space.count).integer(space.digest);
  if (!space.user.empty()) packer.string(space.user);
  return out;
}

authority::SpaceView decode_space(std::string_view key, std::string_view value) {
  Reader reader(value);
  const std::size_t elements = reader.array_of(3, "namespace");
  authority::SpaceView space;
  space.name = key.substr(1);
  space.revision = reader.unsigned_integer("namespace: revision");
  space.count = reader.unsigned_integer("namespace: count");
  space.digest = reader.unsigned_integer("namespace: digest");
  if (elements > 3) space.user = reader.string("namespace: user");
  skip_rest(reader, elements, std::min<std::size_t>(elements, 4), "namespace");
  return space;
}

std::string encode(const authority::SessionView& session) {
  std::string out;
  Packer(out).array(3).string(session.user).string(session.client_name).string(session.host);
  return out;
}

authority::SessionView decode_session(std::string_view key, std::string_view value) {
  Reader reader(value);
  const std::size_t elements = reader.array_of(2, "session");
  authority::SessionView session;
  session.number = number_of(key.substr(1));
  session.user = reader.string("session: user");
  session.client_name = reader.string("session: client");
  if (elements > 2) session.host = reader.string("session: host");
  skip_rest(reader, elements, std::min<std::size_t>(elements, 3), "session");
  return session;
}

std::string encode_lane(std::uint64_t number, std::string_view answer) {
  std::string out;
  Packer(out).integer(number).raw(answer);
  return out;
}

StoredLane decode_lane(std::string_view value) {
  Reader reader(value);
  StoredLane lane;
  lane.number = reader.unsigned_integer("lane: number");
  try {
    // It is told as it was kept: a later version may have added to it.
    lane.answer = wire::encode_write_reply(wire::decode_write_reply(reader.rest()).outcomes, {});
  } catch (const wire::RefusedError&) {
    throw DecodeError("lane: a refusal instead of outcomes");
  }
  return lane;
}

std::string encode_run(std::string_view space, const wire::Run& run) {
  std::string out;
  out.reserve(space.size() + run.bytes.size() + 48);
  Packer(out).array(5).string(space);
  wire::append_run(out, run);
  return out;
}

StoredRun decode_run(std::string_view value) {
  Reader reader(value);
  const std::size_t elements = reader.array_of(5, "commits");
  StoredRun stored;
  stored.space = reader.string("commits: namespace");
  stored.run = wire::read_run(reader);
  skip_rest(reader, elements, 5, "commits");
  return stored;
}

void append_attribute_head(std::string& out, const authority::AttributeView& attribute) {
  const bool leased = attribute.session != 0 || attribute.deadline != 0;
  out += wire::HeadPacker().array(leased ? 4 : 2).integer(attribute.revision).view();
}

void append_attribute_tail(std::string& out, const authority::AttributeView& attribute) {
  if (attribute.session == 0 && attribute.deadline == 0) return;
  out += wire::HeadPacker().integer(attribute.session).integer(attribute.deadline).view();
}

StoredAttribute decode_attribute(std::string_view key, std::string_view value) {
  const std::size_t end = key.find('\0');
  if (end == std::string_view::npos) throw DecodeError("attribute: a key without NUL");
  Reader reader(value);
  const std::size_t elements = reader.array_of(2, "attribute");
  StoredAttribute stored;
  stored.space = key.substr(1, end - 1);
  authority::AttributeView& attribute = stored.attribute;
  attribute.name = key.substr(end + 1);
  attribute.revision = reader.unsigned_integer("attribute: revision");
  attribute.value = reader.value("attribute: value");
  const std::size_t known = elements < 4 ? 2 : 4;
  if (known == 4) {
    attribute.session = reader.unsigned_integer("attribute: session");
    attribute.deadline = reader.unsigned_integer("attribute: deadline");
  }
  skip_rest(reader, elements, known, "attribute");
  return stored;
}

void tell_record(authority::StateVisitor& visitor, std::string_view key, std::string_view value) {
  if (key.empty()) throw DecodeError("key: empty");
  switch (Kind(key.front())) {
    case Kind::counters: return visitor.counters(decode_counters(value).counters);
    case Kind::space: return visitor.space(decode_space(key, value));
    case Kind::attribute: {
      const StoredAttribute stored = decode_attribute(key, value);
      return visitor.attribute(stored.space, stored.attribute);
    }
    case Kind::session: return visitor.session(decode_session(key, value));
    case Kind::lane: {
      if (key.size() != lane_key(0, 0).size()) throw DecodeError("lane: not two numbers");
      const StoredLane lane = decode_lane(value);
      return visitor.lane(number_of(key.substr(1, 8)), number_of(key.substr(9)), lane.number,
                          lane.answer);
    }
  }
  throw DecodeError("key: an unknown kind");
}

void tell_commits(authority::StateVisitor& visitor, std::string_view value) {
  const StoredRun stored = decode_run(value);
  visitor.commits(stored.space, stored.run);
}

}  // namespace bulletin::store
