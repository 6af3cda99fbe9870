#include "cli/small_client.hpp"

#include <unistd.h>

#include <chrono>
#include <exception>
#include <random>
#include <thread>
#include <utility>

#include <bulletin/error.hpp>

#include "cli/escape.hpp"
#include "client/system/host_name.hpp"
#include "client/system/part_pause.hpp"
#include "wire/decode_error.hpp"
#include "wire/names.hpp"
#include "wire/requests.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::cli {
namespace {

constexpr std::size_t states_at_once = 1000;
/// How many sessions of one write may end before it is answered.
constexpr unsigned most_sessions = 3;

Error to_error(const wire::Refusal& refusal) {
  return {wire::to_errc(refusal.status), "refused: " + refusal.message, refusal.name};
}

bool ended_session(const wire::Refusal& refusal) {
  return refusal.status == wire::Status::wrong_epoch ||
         refusal.status == wire::Status::unknown_session;
}

Error in_doubt(std::string_view space) {
  return {Errc::in_doubt, "the write to " + wire::quoted(space) +
                              " was sent, but its outcome is not known: look before you try again"};
}

std::string random_backup_id() {
  std::random_device any;
  std::string id(wire::backup_id_bytes, '\0');
  for (char& byte : id) byte = static_cast<char>(any());
  return id;
}

}  // namespace

SmallClient::SmallClient(const Common& common)
    : connection_(common.endpoint, client::choose_keys(common.server_key, common.key),
                  common.timeout) {}

SmallClient::~SmallClient() {
  if (!session_) return;
  try {
    connection_.ask(wire::encode(wire::Goodbye{session_->session}), std::chrono::milliseconds(200));
  } catch (const std::exception&) {
    // Without it the session ends by its time.
  }
}

template <class Decode>
auto SmallClient::ask(const std::string& request, Decode decode) {
  reply_ = connection_.ask(request);
  try {
    return decode(reply_);
  } catch (const wire::RefusedError& error) {
    throw to_error(error.refusal());
  } catch (const wire::DecodeError& error) {
    throw Error(Errc::protocol,
                "what answers at " + endpoint() + " is no broker of this version: " + error.what());
  }
}

std::optional<SmallClient::Attribute> SmallClient::read(std::string_view space,
                                                        std::string_view name) {
  std::vector<Attribute> found = read(space, std::vector<std::string>{std::string(name)});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<SmallClient::Attribute> SmallClient::read(std::string_view space,
                                                      const std::vector<std::string>& names) {
  wire::check_namespace_name(space);
  for (const std::string& name : names) wire::check_attribute_name(name);
  std::vector<Attribute> all;
  for (std::size_t read = 0; read != names.size();) {
    const wire::Read request{
        space, {names.begin() + static_cast<std::ptrdiff_t>(read), names.end()}, true};
    const auto reply = ask(wire::encode(request), wire::decode_read_reply);
    if (reply.attributes.empty() || reply.attributes.size() > names.size() - read)
      throw Error(Errc::protocol, "the broker's answer to READ is not of the names asked for");
    for (const wire::AttributeState& found : reply.attributes) {
      const std::string& name = names[read++];
      if (!found.value.empty())
        all.push_back(
            {name, wire::decode_value(found.value), Revision(found.revision), found.lease});
    }
    if (read != names.size()) client::pause_after_part(reply_.size());
  }
  return all;
}

void SmallClient::visit(std::string_view space,
                        const std::function<void(const wire::AttributeState&)>& visitor) {
  wire::check_namespace_name(space);
  std::string after;
  for (bool more = true; more;) {
    const auto decode = [&after](std::string_view bytes) {
      auto decoded = wire::decode_snapshot_reply(bytes);
      wire::check_order(decoded, after);
      return decoded;
    };
    const auto part = ask(wire::encode(wire::SnapshotRequest{space, after, true}), decode);
    for (const wire::AttributeState& attribute : part.attributes) visitor(attribute);
    more = part.more;
    if (!more) return;
    after = part.attributes.back().name;
    client::pause_after_part(reply_.size());
  }
}

std::vector<SmallClient::Attribute> SmallClient::attributes(std::string_view space) {
  std::vector<Attribute> all;
  visit(space, [&all](const wire::AttributeState& attribute) {
    all.push_back({std::string(attribute.name), wire::decode_value(attribute.value),
                   Revision(attribute.revision), attribute.lease});
  });
  return all;
}

std::vector<std::string> SmallClient::namespaces(std::string_view prefix, std::size_t most) {
  std::vector<std::string> all;
  for (bool more = true; more && all.size() <= most;) {
    const std::string after = all.empty() ? std::string() : all.back();
    const auto part =
        ask(wire::encode(wire::List{prefix, after}),
            [&after](std::string_view bytes) { return wire::decode_list_reply(bytes, after); });
    all.insert(all.end(), part.names.begin(), part.names.end());
    more = part.more;
    if (more) client::pause_after_part(reply_.size());
  }
  return all;
}

std::vector<SmallClient::NamespaceState> SmallClient::states(
    const std::vector<std::string>& spaces) {
  std::vector<NamespaceState> all;
  while (all.size() < spaces.size()) {
    wire::StatusRequest request;
    for (std::size_t i = all.size(); i < spaces.size() && request.spaces.size() < states_at_once;) {
      request.spaces.emplace_back(spaces[i++]);
    }
    const auto reply = ask(wire::encode(request), wire::decode_status_reply);
    if (reply.namespaces.size() != request.spaces.size()) {
      throw Error(Errc::protocol, "the broker's STATUS leaves namespaces out");
    }
    for (const auto& state : reply.namespaces)
      all.push_back({state.revision, state.count, state.attributes, state.bytes});
  }
  return all;
}

SmallClient::Written SmallClient::write(std::string_view space, const Transaction& transaction) {
  wire::check_namespace_name(space);
  const std::string bytes = transaction.encoded();
  // What would not fit is refused here: a frame over the bound would cost the connection.
  if (bytes.size() > limits().transaction_bytes) {
    throw Error(Errc::rejected, "refused: the write has " + std::to_string(bytes.size()) +
                                    " bytes, the limit is " +
                                    std::to_string(limits().transaction_bytes));
  }
  const wire::Outcome outcome = transmit(space, bytes);
  switch (outcome.status) {
    case wire::Status::ok: {
      Written written{.revision = Revision(outcome.revision)};
      for (const std::string& sum : outcome.sums()) written.sums.push_back(wire::decode_value(sum));
      return written;
    }
    case wire::Status::unchanged:
      return {.unchanged = true, .revision = Revision(outcome.revision)};
    case wire::Status::lost: return {.lost = true, .revision = Revision(outcome.revision)};
    default:
      throw to_error({outcome.status, std::string(outcome.message()), std::string(outcome.name())});
  }
}

wire::Outcome SmallClient::transmit(std::string_view space, std::string_view transaction) {
  for (unsigned sessions = 1;; ++sessions) {
    const wire::Write request{session().session, 0, ++number_, {{space, 0, transaction}}};
    try {
      reply_ = connection_.ask(wire::encode(request));
      wire::WriteReply reply = wire::decode_write_reply(reply_);
      if (reply.outcomes.size() == 1) return std::move(reply.outcomes.front());
      throw in_doubt(space);
    } catch (const Error& error) {
      const bool sent = connection_.transmissions() > 0;
      if (sent && error.code() == Errc::disconnected) throw in_doubt(space);
      throw;
    } catch (const wire::DecodeError&) {
      throw in_doubt(space);
    } catch (const wire::RefusedError& error) {
      if (!ended_session(error.refusal())) throw to_error(error.refusal());
      // Sent once, it was this one that was refused: again in a new session. Sent more often,
      // another one may have been applied before.
      session_.reset();
      if (connection_.transmissions() != 1) throw in_doubt(space);
      if (sessions == most_sessions) throw to_error(error.refusal());
    }
  }
}

void SmallClient::backup(BackupTarget& target) {
  const std::string id = random_backup_id();
  std::vector<std::pair<std::string, std::uint64_t>> files;
  std::uint64_t bytes = 0;
  for (bool ready = false; !ready;) {
    const auto reply = ask(wire::encode(wire::Backup{id}), wire::decode_backup_reply);
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
          ask(wire::encode(wire::BackupPart{id, i, offset}), wire::decode_backup_part_reply);
      if (part.bytes.empty()) throw Error(Errc::protocol, "the broker's backup is cut short");
      if (part.bytes.size() > size - offset)
        throw Error(Errc::protocol, "the broker's backup has a file that is larger than it told");
      target.write(name, part.bytes);
      offset += part.bytes.size();
      if (offset < size) client::pause_after_part(part.bytes.size());
    }
    if (size == 0) target.write(name, {});
  }
  ask(wire::encode(wire::BackupEnd{id}), [](std::string_view reply) {
    wire::decode_done(reply);
    return 0;
  });
}

const wire::Welcome& SmallClient::session() {
  if (!session_) {
    wire::Hello hello;
    const std::string name = "bulletin/" + std::to_string(getpid());
    const std::string host = client::host_name();
    hello.client_name = name;
    hello.host = host;
    session_ = ask(wire::encode(hello), wire::decode_welcome);
    number_ = 0;
  }
  return *session_;
}

const Limits& SmallClient::limits() { return session().limits; }

void SmallClient::round_trip() {
  ask(wire::encode(wire::StatusRequest{}), wire::decode_status_reply);
}

}  // namespace bulletin::cli
