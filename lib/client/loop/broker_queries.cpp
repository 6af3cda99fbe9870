#include "client/loop/broker_queries.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include <bulletin/error.hpp>

#include "client/loop/snapshot_data.hpp"
#include "client/system/part_pause.hpp"
#include "wire/decode_error.hpp"
#include "wire/names.hpp"
#include "wire/requests.hpp"

namespace bulletin::client {
namespace {

constexpr std::size_t status_at_once = 1000;

void add(detail::SnapshotData& data, std::string_view name, const wire::AttributeState& found) {
  std::optional<Lease> lease;
  if (found.lease) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto ttl_ms = static_cast<std::int64_t>(std::min(found.lease->ttl_ms, most));
    lease = Lease{std::chrono::milliseconds(ttl_ms), found.lease->ephemeral};
  }
  data.items.push_back({std::string(name), std::string(found.value), found.revision, lease});
}

std::string random_backup_id() {
  std::random_device any;
  std::string id(wire::backup_id_bytes, '\0');
  for (char& byte : id) byte = static_cast<char>(any());
  return id;
}

std::string reading(std::string_view space) { return "cannot read " + wire::quoted(space); }

}  // namespace

template <class Decode>
auto Queries::ask(std::string request, const std::string& what, Decode decode) {
  reply_ = ask_(std::move(request), what);
  try {
    return decode(reply_);
  } catch (const wire::RefusedError& error) {
    const wire::Refusal& refusal = error.refusal();
    throw Error(wire::to_errc(refusal.status), what + ": " + refusal.message, refusal.name);
  } catch (const wire::DecodeError& error) {
    throw Error(Errc::protocol,
                what + ": what answers is not a broker of this version: " + error.what());
  }
}

Snapshot Queries::read(std::string_view space, std::vector<std::string> names) {
  wire::check_namespace_name(space);
  for (const std::string& name : names) wire::check_attribute_name(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  auto data = std::make_shared<detail::SnapshotData>();
  data->space = space;
  for (auto next = names.cbegin(); next != names.cend();) {
    const wire::ReadReply part = ask(encode(wire::Read{space, {next, names.cend()}, true}),
                                     reading(space), wire::decode_read_reply);
    if (part.attributes.empty() || std::cmp_greater(part.attributes.size(), names.cend() - next))
      throw Error(Errc::protocol, reading(space) + ": the answer is not of the names asked for");
    data->revision = part.revision;
    for (const wire::AttributeState& found : part.attributes) {
      const std::string& name = *next++;
      if (!found.value.empty()) add(*data, name, found);
    }
    if (next != names.cend()) pause_after_part(reply_.size());
  }
  return Snapshot(std::move(data));
}

Snapshot Queries::read_all(std::string_view space) {
  wire::check_namespace_name(space);
  auto data = std::make_shared<detail::SnapshotData>();
  data->space = space;
  for (bool more = true; more;) {
    const std::string after = data->items.empty() ? std::string() : data->items.back().name;
    const auto decode = [&](std::string_view bytes) {
      wire::SnapshotReply part = wire::decode_snapshot_reply(bytes);
      wire::check_order(part, after);
      return part;
    };
    const wire::SnapshotReply part =
        ask(encode(wire::SnapshotRequest{space, after, true}), reading(space), decode);
    data->revision = part.revision;
    for (const wire::AttributeState& found : part.attributes) add(*data, found.name, found);
    more = part.more;
    if (more) pause_after_part(reply_.size());
  }
  return Snapshot(std::move(data));
}

std::vector<std::string> Queries::namespaces(std::string_view prefix, std::size_t most) {
  const std::string what = "cannot list the namespaces";
  if (!wire::is_utf8(prefix))
    throw Error(Errc::rejected, what + ": the prefix " + wire::quoted(prefix) + " is not UTF-8");
  std::vector<std::string> names;
  for (bool more = true; more && names.size() <= most;) {
    const std::string after = names.empty() ? std::string() : names.back();
    const auto decode = [&](std::string_view bytes) {
      return wire::decode_list_reply(bytes, after);
    };
    const wire::ListReply part = ask(encode(wire::List{prefix, after}), what, decode);
    names.insert(names.end(), part.names.begin(), part.names.end());
    more = part.more;
    if (more) pause_after_part(reply_.size());
  }
  return names;
}

std::vector<wire::NamespaceStatus> Queries::status(const std::vector<std::string>& spaces,
                                                   const std::string& what) {
  std::vector<wire::NamespaceStatus> all;
  while (all.size() < spaces.size()) {
    const std::size_t count = std::min(status_at_once, spaces.size() - all.size());
    const auto first = spaces.begin() + static_cast<std::ptrdiff_t>(all.size());
    const wire::StatusReply part =
        ask(encode(wire::StatusRequest{{first, first + static_cast<std::ptrdiff_t>(count)}}), what,
            wire::decode_status_reply);
    if (part.namespaces.size() != count)
      throw Error(Errc::protocol, what + ": the broker's STATUS leaves namespaces out");
    all.insert(all.end(), part.namespaces.begin(), part.namespaces.end());
  }
  return all;
}

void Queries::backup(BackupTarget& target) {
  const std::string what = "cannot copy the broker's data";
  const std::string id = random_backup_id();
  std::vector<std::pair<std::string, std::uint64_t>> files;
  std::uint64_t bytes = 0;
  for (bool ready = false; !ready;) {
    const auto reply = ask(encode(wire::Backup{id}), what, wire::decode_backup_reply);
    ready = reply.ready;
    if (!ready) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      continue;
    }
    for (const wire::BackupFile& file : reply.files) {
      files.emplace_back(file.name, file.size);
      bytes += file.size;
    }
  }
  target.begin(bytes);
  for (std::size_t i = 0; i != files.size(); ++i) {
    const auto& [name, size] = files[i];
    for (std::uint64_t offset = 0; offset < size;) {
      const auto part =
          ask(encode(wire::BackupPart{id, i, offset}), what, wire::decode_backup_part_reply);
      if (part.bytes.empty()) throw Error(Errc::protocol, what + ": a file is cut short");
      if (part.bytes.size() > size - offset)
        throw Error(Errc::protocol, what + ": a file is larger than the broker told");
      target.write(name, part.bytes);
      offset += part.bytes.size();
      if (offset < size) pause_after_part(part.bytes.size());
    }
    if (size == 0) target.write(name, {});
  }
  ask(encode(wire::BackupEnd{id}), what, [](std::string_view reply) {
    wire::decode_done(reply);
    return 0;
  });
}

std::chrono::steady_clock::duration Queries::ping() {
  const auto begin = std::chrono::steady_clock::now();
  ask(encode(wire::StatusRequest{}), "cannot reach the broker", wire::decode_status_reply);
  return std::chrono::steady_clock::now() - begin;
}

}  // namespace bulletin::client
