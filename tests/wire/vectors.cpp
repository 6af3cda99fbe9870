#include "wire/vectors.hpp"

#include <fstream>
#include <stdexcept>

namespace bulletin::test {

using nlohmann::json;

json load_vectors_at(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  return json::parse(file);
}

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string bytes_of(const json& vector) {
  return from_hex(vector.at("hex").get_ref<const std::string&>());
}

namespace {

json hex(const wire::Epoch& epoch) {
  return to_hex({reinterpret_cast<const char*>(epoch.bytes.data()), epoch.bytes.size()});
}

json hex(std::uint64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return to_hex(bytes);
}

json session(const wire::SessionId& id) {
  return {{"epoch", hex(id.epoch)}, {"session", id.number}};
}

json fields(const wire::Operation& operation) {
  static const char* const kinds[] = {"", "set", "erase", "add", "clear"};
  json out{{"kind", kinds[static_cast<int>(operation.kind)]}};
  const bool has_value =
      operation.kind == wire::OperationKind::set || operation.kind == wire::OperationKind::add;
  if (operation.kind != wire::OperationKind::clear) out["name"] = operation.name;
  if (has_value) out["value"] = to_hex(operation.value);
  if (operation.kind == wire::OperationKind::set) {
    out["ttl_ms"] = operation.ttl_ms;
    out["ephemeral"] = operation.ephemeral;
  }
  return out;
}

struct RequestFields {
  json operator()(const wire::Hello& request) const {
    json fields = {{"lowest", request.lowest},
                   {"highest", request.highest},
                   {"client_name", request.client_name}};
    if (!request.host.empty()) fields["host"] = request.host;
    return fields;
  }
  json operator()(const wire::Keepalive& request) const { return session(request.session); }
  json operator()(const wire::Goodbye& request) const { return session(request.session); }
  json operator()(const wire::Write& request) const {
    json items = json::array();
    for (const wire::WriteItem& item : request.items) {
      items.push_back({{"namespace", item.space},
                       {"known", item.known},
                       {"transaction", to_hex(item.transaction)}});
    }
    json out = session(request.session);
    out["lane"] = request.lane;
    out["number"] = request.number;
    out["items"] = items;
    return out;
  }
  json operator()(const wire::Read& request) const {
    json out{{"namespace", request.space}, {"names", request.names}};
    if (request.leases) out["leases"] = true;
    return out;
  }
  json operator()(const wire::SnapshotRequest& request) const {
    json out{{"namespace", request.space}, {"after", request.after}};
    if (request.leases) out["leases"] = true;
    return out;
  }
  json operator()(const wire::Since& request) const {
    return {{"namespace", request.space},
            {"epoch", hex(request.epoch)},
            {"revision", request.revision}};
  }
  json operator()(const wire::StatusRequest& request) const {
    return {{"namespaces", request.spaces}};
  }
  json operator()(const wire::List& request) const {
    return {{"prefix", request.prefix}, {"after", request.after}};
  }
  json operator()(const wire::Backup& request) const { return {{"id", to_hex(request.id)}}; }
  json operator()(const wire::BackupPart& request) const {
    return {{"id", to_hex(request.id)}, {"file", request.file}, {"offset", request.offset}};
  }
  json operator()(const wire::BackupEnd& request) const { return {{"id", to_hex(request.id)}}; }
};

struct UpdateFields {
  json operator()(const wire::CommitsUpdate& update) const {
    return {{"epoch", hex(update.epoch)}, {"run", to_json(update.run)}};
  }
  json operator()(const wire::Beat& beat) const {
    return {{"epoch", hex(beat.epoch)},
            {"revision", beat.revision},
            {"count", beat.count},
            {"digest", hex(beat.digest)}};
  }
};

json fields(const wire::Outcome& outcome) {
  json out{{"status", outcome.status}};
  switch (outcome.status) {
    case wire::Status::ok:
      out["revision"] = outcome.revision;
      out["sums"] = json::array();
      for (const std::string& sum : outcome.sums()) out["sums"].push_back(to_hex(sum));
      return out;
    case wire::Status::unchanged: out["revision"] = outcome.revision; return out;
    case wire::Status::lost: out["revision"] = outcome.revision; break;
    default: out["message"] = outcome.message();
  }
  out["name"] = outcome.name();
  return out;
}

json fields(const wire::AttributeState& attribute) {
  json out{{"value", to_hex(attribute.value)}, {"revision", attribute.revision}};
  if (attribute.lease) {
    out["ttl_ms"] = attribute.lease->ttl_ms;
    out["ephemeral"] = attribute.lease->ephemeral;
  }
  return out;
}

json commit(wire::Reader& reader) {
  const wire::CommitHeader header = read_commit_header(reader);
  json changes = json::array();
  for (std::size_t i = 0; i != header.changes; ++i) {
    const wire::Change change = read_change(reader);
    changes.push_back({{"name", change.name}, {"value", to_hex(change.value)}});
  }
  return {{"revision", header.revision}, {"cleared", header.cleared}, {"changes", changes}};
}

}  // namespace

json to_json(const wire::Transaction& transaction) {
  json conditions = json::array();
  for (const wire::Condition& condition : transaction.conditions) {
    conditions.push_back({{"name", condition.name}, {"revision", condition.revision}});
  }
  json operations = json::array();
  for (const wire::Operation& operation : transaction.operations) {
    operations.push_back(fields(operation));
  }
  return {{"conditions", conditions}, {"operations", operations}};
}

json to_json(const wire::Request& request) { return std::visit(RequestFields{}, request); }

json to_json(const wire::Run& run) {
  wire::Reader reader(run.bytes);
  json commits = json::array();
  for (std::size_t i = 0; i != run.commits; ++i) commits.push_back(commit(reader));
  reader.finish("run");
  return {{"previous", run.previous},
          {"revision", run.revision},
          {"count", run.count},
          {"commits", commits}};
}

json to_json(const wire::Update& update) { return std::visit(UpdateFields{}, update); }

json to_json(const wire::Refusal& reply) {
  return {{"status", reply.status}, {"message", reply.message}, {"name", reply.name}};
}

json to_json(const wire::UpdatesPlace& reply) {
  return {{"updates_port", reply.port}, {"updates_endpoint", reply.endpoint}};
}

json to_json(const wire::Welcome& reply) {
  const Limits& limits = reply.limits;
  json out = session(reply.session);
  out["version"] = reply.version;
  out["updates_port"] = reply.updates.port;
  out["updates_endpoint"] = reply.updates.endpoint;
  out["beat_ms"] = reply.beat_ms;
  out["session_ms"] = reply.session_ms;
  out["limits"] = {limits.name_bytes, limits.namespace_bytes, limits.value_bytes,
                   limits.transaction_bytes, limits.transaction_operations};
  return out;
}

json to_json(const wire::WriteReply& reply) {
  json outcomes = json::array();
  for (const wire::Outcome& outcome : reply.outcomes) outcomes.push_back(fields(outcome));
  json tails = json::array();
  for (const wire::Tail& tail : reply.tails) {
    tails.push_back({{"namespace", tail.space}, {"run", to_json(tail.run)}});
  }
  return {{"outcomes", outcomes}, {"tails", tails}};
}

json to_json(const wire::ReadReply& reply) {
  json attributes = json::array();
  for (const wire::AttributeState& attribute : reply.attributes)
    attributes.push_back(fields(attribute));
  return {{"epoch", hex(reply.epoch)}, {"revision", reply.revision}, {"attributes", attributes}};
}

json to_json(const wire::SnapshotReply& reply) {
  json attributes = json::array();
  for (const wire::AttributeState& attribute : reply.attributes) {
    attributes.push_back(fields(attribute));
    attributes.back()["name"] = attribute.name;
  }
  return {{"epoch", hex(reply.epoch)},
          {"revision", reply.revision},
          {"count", reply.count},
          {"more", reply.more},
          {"attributes", attributes}};
}

json to_json(const wire::SinceReply& reply) {
  json out{{"epoch", hex(reply.epoch)}, {"take_snapshot", reply.take_snapshot}};
  if (reply.take_snapshot) return out;
  out["more"] = reply.more;
  out["run"] = to_json(reply.run);
  return out;
}

json to_json(const wire::StatusReply& reply) {
  json namespaces = json::array();
  for (const wire::NamespaceStatus& status : reply.namespaces) {
    namespaces.push_back({{"epoch", hex(status.epoch)},
                          {"revision", status.revision},
                          {"count", status.count},
                          {"digest", hex(status.digest)},
                          {"attributes", status.attributes},
                          {"bytes", status.bytes}});
  }
  return {{"namespaces", namespaces}};
}

json to_json(const wire::ListReply& reply) {
  return {{"more", reply.more}, {"names", reply.names}};
}

json to_json(const wire::BackupReply& reply) {
  json files = json::array();
  for (const wire::BackupFile& file : reply.files)
    files.push_back({{"name", file.name}, {"size", file.size}});
  return {{"ready", reply.ready}, {"files", files}};
}

json to_json(const wire::BackupPartReply& reply) { return {{"bytes", to_hex(reply.bytes)}}; }

}  // namespace bulletin::test
