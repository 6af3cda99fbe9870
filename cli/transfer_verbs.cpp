// dump, load: all of a namespace, out and in.

#include <fmt/format.h>
#include <bulletin/client.hpp>

#include "cli/contents.hpp"
#include "cli/files.hpp"
#include "cli/small_client.hpp"
#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::cli {
namespace {

// Around the operations, and around the name and the value of one: at the most.
constexpr std::size_t transaction_overhead = 32;
constexpr std::size_t operation_overhead = 16;

/// A transaction that is filled as far as the broker's limits allow.
struct Batch {
  Transaction transaction;
  std::size_t bytes = transaction_overhead;

  bool has_room(std::size_t more, const Limits& limits) const {
    return transaction.operations() < limits.transaction_operations &&
           bytes + more <= limits.transaction_bytes;
  }
};

/// What the attribute takes in a transaction. Throws Error rejected for one that no transaction can
/// hold.
std::size_t checked_size(const std::string& name, const Value& value, const Limits& limits) {
  wire::check_attribute_name(name);
  const std::size_t size = wire::encode_value(value).size();
  if (size > limits.value_bytes) {
    throw Error(Errc::rejected,
                fmt::format("refused: the value of {} has {} bytes, the limit is {}",
                            wire::quoted(name), size, limits.value_bytes),
                name);
  }
  return operation_overhead + name.size() + size;
}

std::vector<Batch> to_batches(const Map& attributes, bool replace, const Limits& limits) {
  std::vector<Batch> batches;
  if (replace) batches.emplace_back().transaction.clear();
  for (const auto& [name, value] : attributes) {
    const std::size_t size = checked_size(name, value, limits);
    if (batches.empty() || !batches.back().has_room(size, limits)) batches.emplace_back();
    batches.back().transaction.set(name, value);
    batches.back().bytes += size;
  }
  return batches;
}

Map attributes_of(const std::string& file) {
  try {
    return parse_attributes(read_file(file));
  } catch (const JsonError& error) {
    const std::string what = file == "-" ? "standard input" : wire::quoted(file);
    throw UsageError(fmt::format("{} cannot be loaded: {}", what, error.what()));
  }
}

/// Returns the revision of the last commit.
Revision write_all(SmallClient& client, const std::string& space, const std::vector<Batch>& batches,
                   std::size_t attributes) {
  Progress progress(attributes);
  Revision revision;
  std::size_t done = 0;
  for (const Batch& batch : batches) {
    progress.show(done);
    try {
      revision = client.write(space, batch.transaction).revision;
    } catch (const Error& error) {
      if (done == 0) throw;
      throw Error(error.code(),
                  fmt::format("{} ({} of {} attributes had been set before)", error.what(), done,
                              attributes),
                  error.name());
    }
    done = std::min(done + batch.transaction.operations(), attributes);
  }
  return revision;
}

}  // namespace

Exit dump(const Common& common, const std::string& space) {
  const Snapshot snapshot = contents(common, space);
  const char* separator = "{\n  ";
  for (const Snapshot::Entry& entry : snapshot) {
    print(separator + to_json_string(entry.name) + ": " + to_json(entry.value));
    separator = ",\n  ";
  }
  print_line("\n}");
  return Exit::done;
}

Exit load(const Common& common, const LoadArguments& arguments) {
  wire::check_namespace_name(arguments.space);
  const Map attributes = attributes_of(arguments.file);
  SmallClient client(common.endpoint, common.timeout);
  const auto batches = to_batches(attributes, arguments.replace, client.limits());
  const Revision revision = write_all(client, arguments.space, batches, attributes.size());
  if (common.json) {
    print_line(fmt::format("{{\"attributes\": {}, \"commits\": {}, \"revision\": {}}}",
                           attributes.size(), batches.size(), revision.value()));
  } else {
    print_line(fmt::format("{} {} in {} {}", attributes.size(),
                           attributes.size() == 1 ? "attribute" : "attributes", batches.size(),
                           batches.size() == 1 ? "commit" : "commits"));
  }
  return Exit::done;
}

}  // namespace bulletin::cli
