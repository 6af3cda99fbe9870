#include "wire/replies.hpp"

#include <algorithm>

#include "wire/decode_error.hpp"
#include "wire/reader.hpp"
#include "wire/token.hpp"

namespace bulletin::wire {

namespace {

bool is_refusal(Status status) noexcept { return status >= Status::malformed; }

/// A reader of a reply whose status is ok, and how many elements a later version has put behind
/// those known.
class Reply {
 public:
  Reply(std::string_view bytes, std::size_t known, const char* what)
      : reader_(bytes), what_(what), elements_(reader_.array_of(1, what)) {
    const auto status = static_cast<Status>(reader_.unsigned_integer(what));
    if (is_refusal(status)) throw RefusedError(read_refusal(status));
    if (status != Status::ok) throw DecodeError(std::string(what) + ": of no known status");
    require(known);
  }

  Reader& reader() noexcept { return reader_; }
  [[nodiscard]] bool has(std::size_t elements) const noexcept { return elements_ >= elements; }

  void require(std::size_t known) {
    if (elements_ < known) throw DecodeError(std::string(what_) + ": too few elements");
    known_ = known;
  }

  void finish() {
    reader_.skip(elements_ - known_, what_);
    reader_.finish(what_);
  }

 private:
  Refusal read_refusal(Status status) {
    require(3);
    Refusal refusal{status, {}, {}};
    refusal.message = reader_.string("refusal's message");
    refusal.name = reader_.string("refusal's name");
    finish();
    return refusal;
  }

  Reader reader_;
  const char* what_;
  std::size_t elements_;
  std::size_t known_ = 0;
};

Limits read_limits(Reader& reader) {
  const std::size_t elements = reader.array_of(5, "limits");
  Limits limits;
  limits.name_bytes = reader.unsigned_integer("limit of names");
  limits.namespace_bytes = reader.unsigned_integer("limit of namespaces");
  limits.value_bytes = reader.unsigned_integer("limit of values");
  limits.transaction_bytes = reader.unsigned_integer("limit of transactions");
  limits.transaction_operations = reader.unsigned_integer("limit of operations");
  reader.skip(elements - 5, "limits");
  return limits;
}

/// Returns how many elements were read, the status among them.
std::size_t read_committed(Reader& reader, Outcome& outcome) {
  outcome.revision = reader.unsigned_integer("outcome's revision");
  std::size_t sums = reader.array("outcome's sums");
  outcome.texts.reserve(std::min(sums, believed));
  for (; sums != 0; --sums) outcome.texts.emplace_back(reader.value("outcome's sum"));
  return 3;
}

std::size_t read_not_committed(Reader& reader, Outcome& outcome) {
  if (is_refusal(outcome.status)) {
    outcome.texts.emplace_back(reader.string("outcome's message"));
    outcome.texts.emplace_back(reader.string("outcome's name"));
    return 3;
  }
  outcome.revision = reader.unsigned_integer("outcome's revision");
  if (outcome.status == Status::unchanged) return 2;
  if (outcome.status != Status::lost) throw DecodeError("outcome: of no known status");
  outcome.texts.emplace_back(reader.string("outcome's name"));
  return 3;
}

/// The outcome that nearly all have: committed, at a revision of nine bytes, without a sum.
bool read_usual_outcome(Reader& reader, Outcome& outcome) noexcept {
  constexpr std::string_view head("\x93\x00\xCF", 3);
  constexpr std::size_t size = 12;
  const std::string_view bytes = reader.rest();
  if (bytes.size() < size || !bytes.starts_with(head) || bytes[size - 1] != '\x90') return false;
  outcome.status = Status::ok;
  outcome.revision = big_endian<std::uint64_t>(bytes.data() + head.size());
  reader.take(size);
  return true;
}

Outcome read_outcome(Reader& reader) {
  if (Outcome usual; read_usual_outcome(reader, usual)) return usual;
  const std::size_t elements = reader.array_of(2, "outcome");
  Outcome outcome;
  outcome.status = static_cast<Status>(reader.unsigned_integer("outcome's status"));
  if (elements < 3 && outcome.status != Status::unchanged) {
    throw DecodeError("outcome: too few elements");
  }
  const std::size_t taken = outcome.status == Status::ok ? read_committed(reader, outcome)
                                                         : read_not_committed(reader, outcome);
  reader.skip(elements - taken, "outcome");
  return outcome;
}

Tail read_tail(Reader& reader) {
  const std::size_t elements = reader.array_of(5, "tail");
  Tail tail;
  tail.space = reader.string("tail's namespace");
  tail.run = read_run(reader);
  reader.skip(elements - 5, "tail");
  return tail;
}

/// `elements`: of the attribute behind its revision.
std::optional<Lease> read_lease(Reader& reader, std::size_t& elements) {
  if (elements < 2) return std::nullopt;
  elements -= 2;
  Lease lease;
  lease.ttl_ms = reader.unsigned_integer("attribute's time to live");
  lease.ephemeral = reader.boolean("whether the attribute is ephemeral");
  return lease;
}

AttributeState read_found(Reader& reader) {
  std::size_t elements = reader.array("attribute");
  AttributeState attribute;
  if (elements == 0) return attribute;
  if (elements < 2) throw DecodeError("attribute: too few elements");
  attribute.value = reader.value("attribute's value");
  attribute.revision = reader.unsigned_integer("attribute's revision");
  elements -= 2;
  attribute.lease = read_lease(reader, elements);
  reader.skip(elements, "attribute");
  return attribute;
}

AttributeState read_listed(Reader& reader) {
  std::size_t elements = reader.array_of(3, "attribute") - 3;
  AttributeState attribute;
  attribute.name = reader.string("attribute's name");
  attribute.value = reader.value("attribute's value");
  attribute.revision = reader.unsigned_integer("attribute's revision");
  attribute.lease = read_lease(reader, elements);
  reader.skip(elements, "attribute");
  return attribute;
}

NamespaceStatus read_status(Reader& reader) {
  const std::size_t elements = reader.array_of(6, "status");
  NamespaceStatus status;
  status.epoch = read_epoch(reader);
  status.revision = reader.unsigned_integer("status' revision");
  status.count = reader.unsigned_integer("status' count");
  status.digest = reader.unsigned_integer("status' digest");
  status.attributes = reader.unsigned_integer("status' attributes");
  status.bytes = reader.unsigned_integer("status' bytes");
  reader.skip(elements - 6, "status");
  return status;
}

BackupFile read_backup_file(Reader& reader) {
  const std::size_t elements = reader.array_of(2, "backup's file");
  BackupFile file;
  file.name = reader.string("file's name");
  file.size = reader.unsigned_integer("file's size");
  reader.skip(elements - 2, "backup's file");
  return file;
}

template <class T, class ReadOne>
void read_list(Reader& reader, const char* what, std::vector<T>& list, ReadOne read_one) {
  std::size_t count = reader.array(what);
  list.reserve(std::min(count, believed));
  for (; count != 0; --count) list.push_back(read_one(reader));
}

/// Two elements.
UpdatesPlace read_place(Reader& reader) {
  UpdatesPlace place;
  place.port = reader.unsigned_integer("updates port");
  place.endpoint = reader.string("updates endpoint");
  return place;
}

}  // namespace

Welcome decode_welcome(std::string_view bytes) {
  Reply reply(bytes, 9, "welcome");
  Reader& reader = reply.reader();
  Welcome welcome;
  welcome.version = reader.unsigned_integer("version");
  welcome.session.epoch = read_epoch(reader);
  welcome.session.number = reader.unsigned_integer("session");
  welcome.updates = read_place(reader);
  welcome.beat_ms = reader.unsigned_integer("beat");
  welcome.session_ms = reader.unsigned_integer("session time");
  welcome.limits = read_limits(reader);
  reply.finish();
  return welcome;
}

std::optional<UpdatesPlace> decode_renewed(std::string_view bytes) {
  Reply reply(bytes, 1, "keepalive's reply");
  std::optional<UpdatesPlace> place;
  if (reply.has(3)) {
    reply.require(3);
    place = read_place(reply.reader());
  }
  reply.finish();
  return place;
}

void decode_done(std::string_view bytes) { Reply(bytes, 1, "reply").finish(); }

WriteReply decode_write_reply(std::string_view bytes, std::size_t expected) {
  Reply reply(bytes, 3, "write's reply");
  WriteReply write;
  write.outcomes.reserve(expected);
  read_list(reply.reader(), "outcomes", write.outcomes, read_outcome);
  read_list(reply.reader(), "tails", write.tails, read_tail);
  reply.finish();
  return write;
}

ReadReply decode_read_reply(std::string_view bytes) {
  Reply reply(bytes, 4, "read's reply");
  ReadReply read;
  read.epoch = read_epoch(reply.reader());
  read.revision = reply.reader().unsigned_integer("revision");
  read_list(reply.reader(), "attributes", read.attributes, read_found);
  reply.finish();
  return read;
}

SnapshotReply decode_snapshot_reply(std::string_view bytes) {
  Reply reply(bytes, 6, "snapshot's reply");
  Reader& reader = reply.reader();
  SnapshotReply snapshot;
  snapshot.epoch = read_epoch(reader);
  snapshot.revision = reader.unsigned_integer("revision");
  snapshot.count = reader.unsigned_integer("count");
  snapshot.more = reader.boolean("more");
  read_list(reader, "attributes", snapshot.attributes, read_listed);
  reply.finish();
  return snapshot;
}

void check_order(const SnapshotReply& part, std::string_view after) {
  if (part.more && part.attributes.empty())
    throw DecodeError("snapshot: an empty part, and more to come");
  for (const AttributeState& attribute : part.attributes) {
    if (attribute.name <= after) throw DecodeError("snapshot: its names do not ascend");
    after = attribute.name;
  }
}

SinceReply decode_since_reply(std::string_view bytes) {
  Reply reply(bytes, 3, "since's reply");
  Reader& reader = reply.reader();
  SinceReply since;
  since.epoch = read_epoch(reader);
  since.take_snapshot = reader.boolean("take a snapshot");
  if (!since.take_snapshot) {
    reply.require(8);
    since.more = reader.boolean("more");
    since.run = read_run(reader);
  }
  reply.finish();
  return since;
}

StatusReply decode_status_reply(std::string_view bytes) {
  Reply reply(bytes, 2, "status' reply");
  StatusReply status;
  read_list(reply.reader(), "namespaces", status.namespaces, read_status);
  reply.finish();
  return status;
}

ListReply decode_list_reply(std::string_view bytes, std::string_view after) {
  Reply reply(bytes, 3, "list's reply");
  ListReply list;
  list.more = reply.reader().boolean("more");
  read_list(reply.reader(), "names", list.names,
            [](Reader& reader) { return reader.string("name"); });
  reply.finish();
  if (list.more && list.names.empty()) throw DecodeError("list: no names, and more to come");
  for (const std::string_view name : list.names) {
    if (name <= after) throw DecodeError("list: its names do not ascend");
    after = name;
  }
  return list;
}

BackupReply decode_backup_reply(std::string_view bytes) {
  Reply reply(bytes, 3, "backup's reply");
  BackupReply backup;
  backup.ready = reply.reader().boolean("ready");
  read_list(reply.reader(), "files", backup.files, read_backup_file);
  reply.finish();
  return backup;
}

BackupPartReply decode_backup_part_reply(std::string_view bytes) {
  Reply reply(bytes, 2, "backup part's reply");
  BackupPartReply part;
  part.bytes = reply.reader().binary("bytes");
  reply.finish();
  return part;
}

}  // namespace bulletin::wire
