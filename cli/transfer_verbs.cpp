// dump, load: all of a namespace, or of the board, out and in.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <bulletin/client.hpp>

#include "cli/command_line.hpp"
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

struct DumpArguments {
  std::string space;
  bool all = false;  ///< every namespace but the broker's own
};

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
                   std::size_t attributes, Progress* progress) {
  Revision revision;
  std::size_t done = 0;
  for (const Batch& batch : batches) {
    if (progress != nullptr) progress->show(done);
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

/// So many namespaces share a client, which holds all that it has opened.
constexpr std::size_t namespaces_together = 64;

void print_attributes(const Snapshot& snapshot) {
  const char* separator = "{\n  ";
  for (const Snapshot::Entry& entry : snapshot) {
    print(separator + to_json_string(entry.name) + ": " + to_json(entry.value));
    separator = ",\n  ";
  }
  print_line("\n}");
}

/// {"namespace": ..., "attributes": {...}}
void print_namespace(const std::string& space, const Snapshot& snapshot) {
  Map attributes;
  for (const Snapshot::Entry& entry : snapshot) attributes.emplace(entry.name, entry.value);
  print_line(fmt::format("{{\"namespace\": {}, \"attributes\": {}}}", to_json_string(space),
                         to_json(Value(std::move(attributes)))));
}

Exit dump_all(const Common& common) {
  std::vector<std::string> spaces = SmallClient(common).namespaces({});
  std::erase_if(spaces, [](const std::string& space) { return wire::is_system(space); });
  Progress progress(spaces.size());
  std::optional<Client> client;
  for (std::size_t i = 0; i != spaces.size(); ++i) {
    progress.show(i);
    if (i % namespaces_together == 0) client.emplace(client_options(common));
    const Snapshot snapshot = client->open(spaces[i]).snapshot();
    if (!snapshot.empty()) print_namespace(spaces[i], snapshot);
  }
  return Exit::done;
}

struct Document {
  std::string space;
  Map attributes;
};

Document document_of(std::string_view line) {
  const Value value = parse_value(line);
  const auto* members = std::get_if<Map>(&value.data());
  if (members == nullptr || members->size() != 2 || !members->contains("namespace") ||
      !members->contains("attributes"))
    throw JsonError("wanted {\"namespace\": ..., \"attributes\": {...}}, as dump --all prints it");
  const auto* space = std::get_if<std::string>(&members->at("namespace").data());
  const auto* attributes = std::get_if<Map>(&members->at("attributes").data());
  if (space == nullptr || attributes == nullptr)
    throw JsonError("the namespace is to be a string, and the attributes an object");
  wire::check_namespace_name(*space);
  return {*space, *attributes};
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
      documents.push_back(document_of(line));
    } catch (const std::exception& error) {
      const std::string what = file == "-" ? "standard input" : wire::quoted(file);
      throw UsageError(fmt::format("{}, line {}: {}", what, number, error.what()));
    }
  }
  return documents;
}

Exit load_all(const Common& common, const LoadArguments& arguments) {
  const std::vector<Document> documents = documents_of(arguments.file);
  SmallClient client(common);
  Progress progress(documents.size());
  std::size_t attributes = 0;
  for (std::size_t i = 0; i != documents.size(); ++i) {
    progress.show(i);
    const auto& [space, values] = documents[i];
    const auto batches = to_batches(values, arguments.replace, client.limits());
    try {
      write_all(client, space, batches, values.size(), nullptr);
    } catch (const Error& error) {
      throw Error(error.code(),
                  fmt::format("{} ({} of {} namespaces had been loaded before {})", error.what(), i,
                              documents.size(), wire::quoted(space)),
                  error.name());
    }
    attributes += values.size();
  }
  print_line(
      common.json
          ? fmt::format("{{\"namespaces\": {}, \"attributes\": {}}}", documents.size(), attributes)
          : fmt::format("{} attributes in {} namespaces", attributes, documents.size()));
  return Exit::done;
}

Exit dump(const Common& common, const DumpArguments& arguments) {
  if (arguments.all) return dump_all(common);
  if (arguments.space.empty()) throw UsageError("dump wants a namespace, or --all");
  print_attributes(contents(common, arguments.space));
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
  const Map attributes = attributes_of(arguments.file);
  SmallClient client(common);
  const auto batches = to_batches(attributes, arguments.replace, client.limits());
  Progress progress(attributes.size());
  const Revision revision =
      write_all(client, arguments.space, batches, attributes.size(), &progress);
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

}  // namespace

void add_transfer_verbs(CommandLine& line) {
  const auto dump_words = std::make_shared<DumpArguments>();
  line.verb("dump", "Print a namespace as JSON, for `load`",
            "  bulletin dump plant/robot > robot.json\n"
            "  bulletin dump --all > board.jsonl           a line for each namespace\n"
            "Each namespace is as of one moment, but not all as of the same; see backup.",
            [=](const Common& common) { return dump(common, *dump_words); })
      .optional_word("NS", dump_words->space, "The namespace")
      .flag("--all", dump_words->all, "All namespaces")
      .excludes("--all", "NS");

  const auto load_words = std::make_shared<LoadArguments>();
  line.verb("load", "Set the attributes of a JSON object of names to values",
            "  bulletin load plant/robot robot.json\n"
            "  bulletin dump plant/robot | bulletin load plant/copy - --replace\n"
            "  bulletin load --all board.jsonl\n"
            "What the broker's limits allow is one commit; what is more becomes several.",
            [=](const Common& common) { return load(common, *load_words); })
      .optional_word("NS", load_words->space, "The namespace; not with --all")
      .optional_word("FILE", load_words->file, "The file; - reads standard input")
      .flag("--all", load_words->all, "What `dump --all` has printed")
      .flag("--replace", load_words->replace, "Remove all other attributes");
}

}  // namespace bulletin::cli
