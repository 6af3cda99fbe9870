#include "wire/requests.hpp"

#include <algorithm>
#include <string>

#include "wire/decode_error.hpp"
#include "wire/reader.hpp"

namespace bulletin::wire {

namespace {

SessionId read_session(Reader& reader) {
  SessionId session;
  session.epoch = read_epoch(reader);
  session.number = reader.unsigned_integer("session");
  return session;
}

/// Counts are judged before anything of what they count is read.
std::size_t read_count(Reader& reader, const char* what) {
  const std::size_t count = reader.array(what);
  if (count <= request_names) return count;
  throw OverLimit("the request has " + std::to_string(count) + " " + what + ", the limit is " +
                  std::to_string(request_names));
}

std::vector<std::string_view> read_strings(Reader& reader, const char* what) {
  std::size_t count = read_count(reader, what);
  std::vector<std::string_view> strings;
  strings.reserve(std::min(count, believed));
  for (; count != 0; --count) strings.push_back(reader.string(what));
  return strings;
}

Hello read_hello(Reader& reader, std::size_t& further) {
  Hello hello;
  hello.lowest = reader.unsigned_integer("lowest version");
  hello.highest = reader.unsigned_integer("highest version");
  hello.client_name = reader.string("client's name");
  if (further != 0) {
    hello.host = reader.string("client's host");
    --further;
  }
  return hello;
}

WriteItem read_item(Reader& reader) {
  const std::size_t elements = reader.array_of(3, "write's item");
  WriteItem item;
  item.space = reader.string("namespace");
  item.known = reader.unsigned_integer("known revision");
  item.transaction = reader.binary("transaction");
  reader.skip_further(elements - 3, "write's item");
  return item;
}

Write read_write(Reader& reader) {
  Write write;
  write.session = read_session(reader);
  write.lane = reader.unsigned_integer("lane");
  write.number = reader.unsigned_integer("number");
  std::size_t count = read_count(reader, "items");
  write.items.reserve(std::min(count, believed));
  for (; count != 0; --count) write.items.push_back(read_item(reader));
  return write;
}

/// An element that need not be there: whether it is `true`. `further`: how many there are behind
/// those that must be.
bool read_wish(Reader& reader, std::size_t& further) {
  if (further == 0) return false;
  --further;
  const bool wished = reader.next_is_true();
  reader.skip_further(1, "request");
  return wished;
}

Read read_read(Reader& reader, std::size_t& further) {
  Read read;
  read.space = reader.string("namespace");
  read.names = read_strings(reader, "names");
  read.leases = read_wish(reader, further);
  return read;
}

SnapshotRequest read_snapshot(Reader& reader, std::size_t& further) {
  SnapshotRequest snapshot;
  snapshot.space = reader.string("namespace");
  snapshot.after = reader.string("last name");
  snapshot.leases = read_wish(reader, further);
  return snapshot;
}

Since read_since(Reader& reader) {
  Since since;
  since.space = reader.string("namespace");
  since.epoch = read_epoch(reader);
  since.revision = reader.unsigned_integer("revision");
  return since;
}

List read_list(Reader& reader) {
  List list;
  list.prefix = reader.string("prefix");
  list.after = reader.string("last name");
  return list;
}

std::string_view read_backup_id(Reader& reader) {
  const std::string_view id = reader.binary("backup's id");
  if (id.size() != backup_id_bytes) throw DecodeError("backup's id: not 16 bytes");
  return id;
}

BackupPart read_backup_part(Reader& reader) {
  BackupPart part;
  part.id = read_backup_id(reader);
  part.file = reader.unsigned_integer("file");
  part.offset = reader.unsigned_integer("offset");
  return part;
}

/// The elements of a request, its kind among them.
std::size_t least_elements(RequestKind kind) {
  switch (kind) {
    case RequestKind::status:
    case RequestKind::backup:
    case RequestKind::backup_end: return 2;
    case RequestKind::keepalive:
    case RequestKind::goodbye:
    case RequestKind::read:
    case RequestKind::snapshot:
    case RequestKind::list: return 3;
    case RequestKind::hello:
    case RequestKind::backup_part:
    case RequestKind::since: return 4;
    case RequestKind::write: return 6;
  }
  throw DecodeError("request: of no known kind");
}

Request read_body(Reader& reader, RequestKind kind, std::size_t& further) {
  switch (kind) {
    case RequestKind::hello: return read_hello(reader, further);
    case RequestKind::keepalive: return Keepalive{read_session(reader)};
    case RequestKind::goodbye: return Goodbye{read_session(reader)};
    case RequestKind::write: return read_write(reader);
    case RequestKind::read: return read_read(reader, further);
    case RequestKind::snapshot: return read_snapshot(reader, further);
    case RequestKind::since: return read_since(reader);
    case RequestKind::status: return StatusRequest{read_strings(reader, "namespaces")};
    case RequestKind::list: return read_list(reader);
    case RequestKind::backup: return Backup{read_backup_id(reader)};
    case RequestKind::backup_part: return read_backup_part(reader);
    case RequestKind::backup_end: return BackupEnd{read_backup_id(reader)};
  }
  throw DecodeError("request: of no known kind");
}

}  // namespace

Request decode_request(std::string_view bytes) {
  Reader reader(bytes);
  const std::size_t elements = reader.array_of(1, "request");
  const auto kind = static_cast<RequestKind>(reader.unsigned_integer("request's kind"));
  const std::size_t known = least_elements(kind);
  if (elements < known) throw DecodeError("request: too few elements");
  std::size_t further = elements - known;
  Request request = read_body(reader, kind, further);
  reader.skip_further(further, "request");
  reader.finish("request");
  return request;
}

}  // namespace bulletin::wire
