// The golden messages of tests/vectors.
#pragma once

#include <string>
#include <string_view>
#include <nlohmann/json.hpp>

#include "wire/commit.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"
#include "wire/transaction.hpp"
#include "wire/update.hpp"

namespace bulletin::test {

/// One of the files in tests/vectors.
nlohmann::json load_vectors_at(const std::string& path);

std::string from_hex(std::string_view text);
std::string to_hex(std::string_view bytes);
/// The bytes of a vector.
std::string bytes_of(const nlohmann::json& vector);

/// Messages as the fields of their vectors.
nlohmann::json to_json(const wire::Transaction& transaction);
nlohmann::json to_json(const wire::Request& request);
nlohmann::json to_json(const wire::Run& run);
nlohmann::json to_json(const wire::Update& update);
nlohmann::json to_json(const wire::Refusal& reply);
nlohmann::json to_json(const wire::Welcome& reply);
nlohmann::json to_json(const wire::UpdatesPlace& reply);
nlohmann::json to_json(const wire::WriteReply& reply);
nlohmann::json to_json(const wire::ReadReply& reply);
nlohmann::json to_json(const wire::SnapshotReply& reply);
nlohmann::json to_json(const wire::SinceReply& reply);
nlohmann::json to_json(const wire::StatusReply& reply);
nlohmann::json to_json(const wire::ListReply& reply);
nlohmann::json to_json(const wire::BackupReply& reply);
nlohmann::json to_json(const wire::BackupPartReply& reply);

}  // namespace bulletin::test
