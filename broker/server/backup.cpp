#include "server/backup.hpp"

#include <utility>

#include "server/telemetry/loggers.hpp"
#include "store/copy.hpp"
#include "wire/limits.hpp"
#include "wire/replies.hpp"

namespace bulletin::server {
namespace {

constexpr std::chrono::seconds idle_time{60};

std::string refusal(wire::Status status, std::string message) {
  return wire::encode(wire::Refusal{status, std::move(message), {}});
}

std::string no_data() {
  return refusal(wire::Status::rejected,
                 "this broker has its board in memory only (no --data); use dump");
}

std::string unknown() {
  return refusal(wire::Status::rejected,
                 "there is no such backup (any more: it goes when nobody asks for a minute)");
}

}  // namespace

std::string Backup::failed(std::string_view what, const store::StoreError& error) const {
  log_.error("event=backup_failed reason={}", server::quoted(error.what()));
  return refusal(wire::Status::overloaded,
                 std::string(what) + " failed; the log of the broker says why");
}

const store::Copy* Backup::find(std::string_view id) const noexcept {
  return id == id_ ? data_store_.copy() : nullptr;
}

std::string Backup::answer(const wire::Backup& request, Time now) {
  if (!data_store_.has_data()) return no_data();
  if (data_store_.copy() != nullptr && find(request.id) == nullptr)
    return refusal(wire::Status::overloaded, "another backup is being taken; try again later");
  if (data_store_.failed())
    return refusal(wire::Status::overloaded, "the broker cannot keep its data now; see its log");
  if (data_store_.copy() == nullptr) data_store_.begin_copy();
  id_ = request.id;
  asked_ = now;
  wire::BackupReply reply;
  const store::Copy& copy = *data_store_.copy();
  reply.ready = copy.ready();
  if (!reply.ready) return wire::encode(reply);
  try {
    for (const store::Copy::File& file : copy.files())
      reply.files.push_back({file.name, file.size});
    return wire::encode(reply);
  } catch (const store::StoreError& error) {
    std::string refused = failed("the copy", error);
    data_store_.drop_copy();
    return refused;
  }
}

std::string Backup::answer(const wire::BackupPart& request, Time now) {
  if (!data_store_.has_data()) return no_data();
  const store::Copy* const copy = find(request.id);
  if (copy == nullptr || !copy->ready()) return unknown();
  asked_ = now;
  try {
    if (request.file >= copy->files().size())
      return refusal(wire::Status::rejected, "the backup has no such file");
    const std::string bytes = copy->read(request.file, request.offset, wire::backup_part_bytes);
    return wire::encode(wire::BackupPartReply{bytes});
  } catch (const store::StoreError& error) {
    return failed("reading the copy", error);
  }
}

std::string Backup::answer(const wire::BackupEnd& request, Time) {
  if (!data_store_.has_data()) return no_data();
  if (find(request.id) != nullptr) data_store_.drop_copy();
  return wire::encode_done();
}

void Backup::pass(Time now) {
  if (data_store_.copy() != nullptr && now - asked_ > idle_time) data_store_.drop_copy();
}

}  // namespace bulletin::server
