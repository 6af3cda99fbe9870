#include <bulletin/inspector.hpp>

#include <utility>

#include "client/loop/broker_queries.hpp"
#include "client/transport/command_connection.hpp"
#include "client/transport/keys.hpp"

namespace bulletin {

class Inspector::Implementation {
 public:
  explicit Implementation(const ClientOptions& options)
      : connection(options.endpoint,
                   client::choose_keys(options.server_key, options.key_file, options.key),
                   options.write_timeout) {}

  client::CommandConnection connection;
  client::Queries queries{
      [this](const std::string& request, const std::string&) { return connection.ask(request); }};
};

Inspector::Inspector(const ClientOptions& options)
    : implementation_(std::make_unique<Implementation>(options)) {}

Inspector::~Inspector() = default;
Inspector::Inspector(Inspector&&) noexcept = default;
Inspector& Inspector::operator=(Inspector&&) noexcept = default;

Snapshot Inspector::read(std::string_view space, const std::vector<std::string>& names) {
  return implementation_->queries.read(space, names);
}

Snapshot Inspector::read_all(std::string_view space) {
  return implementation_->queries.read_all(space);
}

std::vector<std::string> Inspector::namespaces(std::string_view prefix, std::size_t most) {
  return implementation_->queries.namespaces(prefix, most);
}

std::vector<NamespaceStatus> Inspector::status(const std::vector<std::string>& spaces) {
  std::vector<NamespaceStatus> all;
  for (const auto& one : implementation_->queries.status(spaces, "cannot get the status"))
    all.push_back({Revision(one.revision), one.count, one.attributes, one.bytes});
  return all;
}

void Inspector::backup(BackupTarget& target) { implementation_->queries.backup(target); }

std::chrono::steady_clock::duration Inspector::ping() { return implementation_->queries.ping(); }

const std::string& Inspector::endpoint() const noexcept {
  return implementation_->connection.endpoint();
}

}  // namespace bulletin
