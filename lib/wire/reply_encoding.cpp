// Replies as bytes: the broker's half of replies.hpp.

#include "wire/packer.hpp"
#include "wire/replies.hpp"

namespace bulletin::wire {

namespace {

void pack_outcome(Packer& packer, const Outcome& outcome) {
  switch (outcome.status) {
    case Status::ok:
      packer.raw(HeadPacker()
                     .array(3)
                     .integer(outcome.status)
                     .integer(outcome.revision)
                     .array(outcome.sums().size())
                     .view());
      for (const std::string& sum : outcome.sums()) packer.raw(sum);
      return;
    case Status::unchanged:
      packer.array(2).integer(outcome.status).integer(outcome.revision);
      return;
    case Status::lost:
      packer.array(3).integer(outcome.status).integer(outcome.revision).string(outcome.name());
      return;
    default:
      packer.array(3).integer(outcome.status).string(outcome.message()).string(outcome.name());
  }
}

std::size_t integer_bytes(std::uint64_t number) noexcept {
  if (number < 0x80) return 1;
  if (number <= 0xFF) return 2;
  if (number <= 0xFFFF) return 3;
  return number <= 0xFFFFFFFF ? 5 : 9;
}

std::size_t string_bytes(std::string_view text) noexcept {
  // The size is in the first byte, or behind it, where it takes one, two or four.
  const std::size_t size = text.size();
  if (size < 32) return 1 + size;
  if (size <= 0xFF) return 2 + size;
  return (size <= 0xFFFF ? 3 : 5) + size;
}

std::size_t array_head_bytes(std::size_t count) noexcept {
  if (count < 16) return 1;
  return count <= 0xFFFF ? 3 : 5;
}

/// Exact where nothing was refused or added: a kept answer then has the memory that it needs.
std::size_t size_hint(std::span<const Outcome> outcomes, std::span<const Tail> tails) noexcept {
  constexpr std::size_t usual_outcome_bytes = 12;
  std::size_t size = 2 + array_head_bytes(outcomes.size()) + array_head_bytes(tails.size());
  size += outcomes.size() * usual_outcome_bytes;
  for (const Tail& tail : tails) size += 48 + tail.space.size() + tail.run.bytes.size();
  return size;
}

std::size_t size_hint(const std::vector<AttributeState>& attributes) noexcept {
  std::size_t size = 64;
  for (const AttributeState& attribute : attributes) {
    size += (attribute.lease ? 28 : 18) + attribute.name.size() + attribute.value.size();
  }
  return size;
}

}  // namespace

std::size_t encoded_bytes(const Outcome& outcome) noexcept {
  const std::size_t head = 1 + integer_bytes(static_cast<std::uint64_t>(outcome.status));
  switch (outcome.status) {
    case Status::ok: {
      std::size_t bytes =
          head + integer_bytes(outcome.revision) + array_head_bytes(outcome.sums().size());
      for (const std::string& sum : outcome.sums()) bytes += sum.size();
      return bytes;
    }
    case Status::unchanged: return head + integer_bytes(outcome.revision);
    case Status::lost: return head + integer_bytes(outcome.revision) + string_bytes(outcome.name());
    default: return head + string_bytes(outcome.message()) + string_bytes(outcome.name());
  }
}

std::string encode(const Refusal& reply) {
  std::string out;
  Packer(out).array(3).integer(reply.status).string(reply.message).string(reply.name);
  return out;
}

std::string encode(const Welcome& reply) {
  std::string out;
  Packer packer(out);
  packer.array(9).integer(Status::ok).integer(reply.version);
  packer.epoch(reply.session.epoch).integer(reply.session.number);
  packer.integer(reply.updates.port).string(reply.updates.endpoint);
  packer.integer(reply.beat_ms).integer(reply.session_ms);
  const Limits& limits = reply.limits;
  packer.array(5).integer(limits.name_bytes).integer(limits.namespace_bytes);
  packer.integer(limits.value_bytes).integer(limits.transaction_bytes);
  packer.integer(limits.transaction_operations);
  return out;
}

std::string encode(const UpdatesPlace& place) {
  std::string out;
  Packer(out).array(3).integer(Status::ok).integer(place.port).string(place.endpoint);
  return out;
}

std::string encode_done() {
  std::string out;
  Packer(out).array(1).integer(Status::ok);
  return out;
}

std::string encode(const WriteReply& reply) {
  return encode_write_reply(reply.outcomes, reply.tails);
}

std::string encode_write_reply(std::span<const Outcome> outcomes, std::span<const Tail> tails) {
  std::string out;
  out.reserve(size_hint(outcomes, tails));
  Packer packer(out);
  packer.raw(HeadPacker().array(3).integer(Status::ok).array(outcomes.size()).view());
  for (const Outcome& outcome : outcomes) pack_outcome(packer, outcome);
  packer.array(tails.size());
  for (const Tail& tail : tails) {
    packer.array(5).string(tail.space);
    append_run(out, tail.run);
  }
  return out;
}

std::string encode(const ReadReply& reply) {
  std::string out;
  out.reserve(size_hint(reply.attributes));
  Packer packer(out);
  packer.array(4).integer(Status::ok).epoch(reply.epoch).integer(reply.revision);
  packer.array(reply.attributes.size());
  for (const AttributeState& attribute : reply.attributes) {
    if (attribute.value.empty()) {
      packer.array(0);
    } else {
      packer.array(attribute.lease ? 4 : 2).raw(attribute.value).integer(attribute.revision);
      if (attribute.lease)
        packer.integer(attribute.lease->ttl_ms).boolean(attribute.lease->ephemeral);
    }
  }
  return out;
}

std::string encode(const SnapshotReply& reply) {
  std::string out;
  out.reserve(size_hint(reply.attributes));
  Packer packer(out);
  packer.array(6).integer(Status::ok).epoch(reply.epoch).integer(reply.revision);
  packer.integer(reply.count).boolean(reply.more).array(reply.attributes.size());
  for (const AttributeState& attribute : reply.attributes) {
    out += HeadPacker().array(attribute.lease ? 5 : 3).string_head(attribute.name.size()).view();
    out += attribute.name;
    out += attribute.value;
    HeadPacker tail;
    tail.integer(attribute.revision);
    if (attribute.lease) tail.integer(attribute.lease->ttl_ms).boolean(attribute.lease->ephemeral);
    out += tail.view();
  }
  return out;
}

std::string encode(const SinceReply& reply) {
  std::string out;
  Packer packer(out);
  if (reply.take_snapshot) {
    packer.array(3).integer(Status::ok).epoch(reply.epoch).boolean(true);
    return out;
  }
  out.reserve(reply.run.bytes.size() + 64);
  packer.array(8).integer(Status::ok).epoch(reply.epoch).boolean(false).boolean(reply.more);
  append_run(out, reply.run);
  return out;
}

std::string encode(const StatusReply& reply) {
  std::string out;
  Packer packer(out);
  packer.array(2).integer(Status::ok).array(reply.namespaces.size());
  for (const NamespaceStatus& status : reply.namespaces) {
    packer.array(6).epoch(status.epoch).integer(status.revision);
    packer.integer(status.count).integer(status.digest);
    packer.integer(status.attributes).integer(status.bytes);
  }
  return out;
}

std::string encode(const ListReply& reply) {
  std::string out;
  Packer packer(out);
  packer.array(3).integer(Status::ok).boolean(reply.more).array(reply.names.size());
  for (const std::string_view name : reply.names) packer.string(name);
  return out;
}

std::string encode(const BackupReply& reply) {
  std::string out;
  Packer packer(out);
  packer.array(3).integer(Status::ok).boolean(reply.ready).array(reply.files.size());
  for (const BackupFile& file : reply.files) packer.array(2).string(file.name).integer(file.size);
  return out;
}

std::string encode(const BackupPartReply& reply) {
  std::string out;
  out.reserve(reply.bytes.size() + 16);
  Packer(out).array(2).integer(Status::ok).binary(reply.bytes);
  return out;
}

Errc to_errc(Status status) noexcept {
  switch (status) {
    case Status::malformed:
    case Status::wrong_version:
    case Status::old_number: return Errc::protocol;
    case Status::wrong_type: return Errc::wrong_type;
    case Status::denied: return Errc::denied;
    case Status::overloaded: return Errc::overloaded;
    // The session is over; nothing of this request was applied. The client begins another.
    case Status::wrong_epoch:
    case Status::unknown_session: return Errc::disconnected;
    default: return Errc::rejected;
  }
}

}  // namespace bulletin::wire
