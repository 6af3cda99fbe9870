// Requests as bytes: the client's half of requests.hpp.

#include <span>

#include "wire/packer.hpp"
#include "wire/requests.hpp"

namespace bulletin::wire {

namespace {

std::string session_request(RequestKind kind, const SessionId& session) {
  std::string out;
  Packer(out).array(3).integer(kind).epoch(session.epoch).integer(session.number);
  return out;
}

void pack_strings(Packer& packer, const std::vector<std::string_view>& strings) {
  packer.array(strings.size());
  for (const std::string_view string : strings) packer.string(string);
}

/// As long as the heads of its parts can be.
std::size_t most_bytes(const Write& request) noexcept {
  std::size_t size = 64;
  for (const WriteItem& item : request.items)
    size += 20 + item.space.size() + item.transaction.size();
  return size;
}

}  // namespace

std::string encode(const Hello& request) {
  std::string out;
  Packer packer(out);
  packer.array(request.host.empty() ? 4 : 5)
      .integer(RequestKind::hello)
      .integer(request.lowest)
      .integer(request.highest)
      .string(request.client_name);
  if (!request.host.empty()) packer.string(request.host);
  return out;
}

std::string encode(const Keepalive& request) {
  return session_request(RequestKind::keepalive, request.session);
}

std::string encode(const Goodbye& request) {
  return session_request(RequestKind::goodbye, request.session);
}

std::string encode(const Write& request) {
  std::string out(most_bytes(request), '\0');
  const std::span<char> memory(out);
  MemoryPacker packer(memory);
  packer.array(6).integer(RequestKind::write).epoch(request.session.epoch);
  packer.integer(request.session.number).integer(request.lane).integer(request.number);
  packer.array(request.items.size());
  for (const WriteItem& item : request.items) {
    packer.array(3).string(item.space).integer(item.known).binary(item.transaction);
  }
  out.resize(packer.view().size());
  return out;
}

std::string encode(const Read& request) {
  std::string out;
  Packer packer(out);
  packer.array(request.leases ? 4 : 3).integer(RequestKind::read).string(request.space);
  pack_strings(packer, request.names);
  if (request.leases) packer.boolean(true);
  return out;
}

std::string encode(const SnapshotRequest& request) {
  std::string out;
  Packer packer(out);
  packer.array(request.leases ? 4 : 3).integer(RequestKind::snapshot);
  packer.string(request.space).string(request.after);
  if (request.leases) packer.boolean(true);
  return out;
}

std::string encode(const Since& request) {
  std::string out;
  Packer(out)
      .array(4)
      .integer(RequestKind::since)
      .string(request.space)
      .epoch(request.epoch)
      .integer(request.revision);
  return out;
}

std::string encode(const StatusRequest& request) {
  std::string out;
  Packer packer(out);
  packer.array(2).integer(RequestKind::status);
  pack_strings(packer, request.spaces);
  return out;
}

std::string encode(const List& request) {
  std::string out;
  Packer(out).array(3).integer(RequestKind::list).string(request.prefix).string(request.after);
  return out;
}

std::string encode(const Backup& request) {
  std::string out;
  Packer(out).array(2).integer(RequestKind::backup).binary(request.id);
  return out;
}

std::string encode(const BackupPart& request) {
  std::string out;
  Packer packer(out);
  packer.array(4).integer(RequestKind::backup_part).binary(request.id);
  packer.integer(request.file).integer(request.offset);
  return out;
}

std::string encode(const BackupEnd& request) {
  std::string out;
  Packer(out).array(2).integer(RequestKind::backup_end).binary(request.id);
  return out;
}

}  // namespace bulletin::wire
