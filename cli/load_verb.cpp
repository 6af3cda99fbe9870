// load: all of a namespace, or of the board, in.

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <bulletin/client.hpp>
#include <bulletin/transaction.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/files.hpp"
#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::cli {
namespace {

struct LoadArguments {
  std::string space;
  std::string file;  ///< "-": standard input
  bool replace = false;
  bool all = false;  ///< what `dump --all` has printed
};

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

std::vector<Batch> to_batches(const Attributes& attributes, bool replace, const Limits& limits) {
  std::vector<Batch> batches;
  if (replace) batches.emplace_back().transaction.clear();
  for (const auto& [name, value] : attributes.values) {
    const auto ttl = attributes.ttls.find(name);
    const std::size_t size = checked_size(name, value, limits);
    if (batches.empty() || !batches.back().has_room(size, limits)) batches.emplace_back();
    batches.back().transaction.set(
        name, value,
        {.ttl = ttl == attributes.ttls.end() ? std::chrono::milliseconds(0) : ttl->second});
    batches.back().bytes += size;
  }
  return batches;
}

Attributes attributes_of(const std::string& file) {
  try {
    return parse_attributes(read_file(file));
  } catch (const JsonError& error) {
    const std::string what = file == "-" ? "standard input" : wire::quoted(file);
    throw UsageError(fmt::format("{} cannot be loaded: {}", what, error.what()));
  }
}

/// The client may not have met its broker yet: for what may be too much it asks for the limits.
std::vector<Batch> batches_for(const Client& client, const Attributes& attributes, bool replace) {
  std::vector<Batch> batches = to_batches(attributes, replace, client.limits());
  std::size_t bytes = 0;
  for (const Batch& batch : batches) bytes += batch.transaction.encoded().size();
  if (bytes <= no_limit_is_less) return batches;
  client.ping();
  return to_batches(attributes, replace, client.limits());
}

/// Returns the revision of the last commit.
Revision write_all(Client& client, const std::string& space, const std::vector<Batch>& batches,
                   std::size_t attributes, Progress* progress) {
  const Publisher publisher = client.publisher(space);
  Revision revision;
  std::size_t done = 0;
  for (const Batch& batch : batches) {
    if (progress != nullptr) progress->show(done);
    try {
      revision = publisher.commit(batch.transaction).revision();
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

/// The whole file makes sense before anything is written.
std::vector<Document> documents_of(const std::string& file) {
  const std::string text = read_file(file);
  std::vector<Document> documents;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    ++number;
    at = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    try {
      documents.push_back(parse_document(line));
      wire::check_namespace_name(documents.back().space);
    } catch (const std::exception& error) {
      const std::string what = file == "-" ? "standard input" : wire::quoted(file);
      throw UsageError(fmt::format("{}, line {}: {}", what, number, error.what()));
    }
  }
  return documents;
}

Exit load_all(const Common& common, const LoadArguments& arguments) {
  const std::vector<Document> documents = documents_of(arguments.file);
  Client client(client_options(common));
  Progress progress(documents.size());
  std::size_t attributes = 0;
  for (std::size_t i = 0; i != documents.size(); ++i) {
    progress.show(i);
    const auto& [space, loaded] = documents[i];
    const std::size_t size = loaded.values.size();
    const auto batches = batches_for(client, loaded, arguments.replace);
    try {
      write_all(client, space, batches, size, nullptr);
    } catch (const Error& error) {
      throw Error(error.code(),
                  fmt::format("{} ({} of {} namespaces had been loaded before {})", error.what(), i,
                              documents.size(), wire::quoted(space)),
                  error.name());
    }
    attributes += size;
  }
  print_line(
      common.json
          ? fmt::format("{{\"namespaces\": {}, \"attributes\": {}}}", documents.size(), attributes)
          : fmt::format("{} attributes in {} namespaces", attributes, documents.size()));
  return Exit::done;
}

Exit load(const Common& common, const LoadArguments& given) {
  LoadArguments arguments = given;
  // Without a namespace the one word is the file.
  if (arguments.all && arguments.file.empty()) std::swap(arguments.space, arguments.file);
  if (arguments.file.empty() || arguments.all != arguments.space.empty())
    throw UsageError("load wants a namespace and a file, or --all and a file");
  if (arguments.all) return load_all(common, arguments);
  wire::check_namespace_name(arguments.space);
  const Attributes attributes = attributes_of(arguments.file);
  Client client(client_options(common));
  const auto batches = batches_for(client, attributes, arguments.replace);
  Progress progress(attributes.values.size());
  const Revision revision =
      write_all(client, arguments.space, batches, attributes.values.size(), &progress);
  if (common.json) {
    print_line(fmt::format("{{\"attributes\": {}, \"commits\": {}, \"revision\": {}}}",
                           attributes.values.size(), batches.size(), revision.value()));
  } else {
    print_line(fmt::format("{} {} in {} {}", attributes.values.size(),
                           attributes.values.size() == 1 ? "attribute" : "attributes",
                           batches.size(), batches.size() == 1 ? "commit" : "commits"));
  }
  return Exit::done;
}

}  // namespace

void add_load_verb(CommandLine& line) {
  const auto words = std::make_shared<LoadArguments>();
  line.verb("load", "Set the attributes of a JSON object of names to values",
            "  bulletin load plant/robot robot.json\n"
            "  bulletin dump plant/robot | bulletin load plant/copy - --replace\n"
            "  bulletin load --all board.jsonl\n"
            "What the broker's limits allow is one commit; what is more becomes several. A time to "
            "live\n"
            "begins anew with what was left of it when it was dumped.",
            [=](const Common& common) { return load(common, *words); })
      .optional_word("NS", words->space, "The namespace; not with --all")
      .optional_word("FILE", words->file, "The file; - reads standard input")
      .flag("--all", words->all, "What `dump --all` has printed")
      .flag("--replace", words->replace, "Remove all other attributes");
}

}  // namespace bulletin::cli
