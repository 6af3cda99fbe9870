// dump: all of a namespace, or of the board, out.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <bulletin/client.hpp>
#include <bulletin/inspector.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/missing.hpp"
#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

struct DumpArguments {
  std::string space;
  bool all = false;  ///< every namespace but the broker's own
};

/// Reads namespaces, and counts what it leaves out.
class Dumper {
 public:
  explicit Dumper(const Common& common) : options_(client_options(common)), inspector_(options_) {}

  std::vector<std::string> namespaces() { return inspector_.namespaces(); }

  /// Its values are as of one moment, its times to live as of a moment later.
  Document dump(const std::string& name) {
    if (opened_++ % namespaces_together == 0) client_.emplace(options_);
    const Namespace space = client_->open(name);
    Leases leases;
    for (int attempts_left = 3;; space.sync()) {
      const Snapshot snapshot = space.snapshot();
      const bool all_found = snapshot.empty() || look_up(name, snapshot, leases);
      if (all_found || --attempts_left == 0) return without_ephemeral(name, snapshot, leases);
    }
  }

  [[nodiscard]] bool left_out() const noexcept { return ephemeral_ != 0; }

  /// Tells people what is missing.
  void tell() const {
    if (ephemeral_ != 0) {
      note(fmt::format("{} ephemeral {} left out, which {} with the session of another program",
                       ephemeral_, ephemeral_ == 1 ? "attribute is" : "attributes are",
                       ephemeral_ == 1 ? "goes" : "go"));
    }
    if (unknown_) {
      note(
          "this broker is too old to tell which attributes are ephemeral or have a "
          "time to live: all are dumped as if they stayed");
    }
  }

 private:
  using Leases = std::map<std::string, Lease, std::less<>>;

  /// So many namespaces share a client, which holds all that it has opened.
  static constexpr std::size_t namespaces_together = 64;

  /// Adds the leases of now. False: an attribute of the snapshot is gone already, and it is not
  /// known whether it was ephemeral.
  bool look_up(const std::string& space, const Snapshot& snapshot, Leases& leases) {
    std::size_t found = 0;
    for (const Snapshot::Entry& entry : inspector_.read_all(space)) {
      if (!entry.lease) unknown_ = true;
      if (snapshot.contains(entry.name)) ++found;
      leases.insert_or_assign(std::string(entry.name), entry.lease.value_or(Lease{}));
    }
    return found == snapshot.size();
  }

  Document without_ephemeral(const std::string& space, const Snapshot& snapshot,
                             const Leases& leases) {
    Document document{space, {}};
    for (const Snapshot::Entry& entry : snapshot) {
      const auto found = leases.find(entry.name);
      const Lease lease = found == leases.end() ? Lease{} : found->second;
      if (lease.ephemeral) {
        ++ephemeral_;
        continue;
      }
      document.attributes.values.emplace(entry.name, entry.value);
      if (lease.ttl.count() != 0) document.attributes.ttls.emplace(entry.name, lease.ttl);
    }
    return document;
  }

  const ClientOptions options_;
  Inspector inspector_;
  std::optional<Client> client_;
  std::size_t opened_ = 0;
  std::size_t ephemeral_ = 0;
  bool unknown_ = false;
};

void print_attributes(const Attributes& attributes) {
  const char* separator = "{\n  ";
  for (const auto& [name, value] : attributes.values) {
    const auto ttl = attributes.ttls.find(name);
    const std::chrono::milliseconds left =
        ttl == attributes.ttls.end() ? std::chrono::milliseconds(0) : ttl->second;
    print(separator + to_json_string(name) + ": " + to_json(value, left));
    separator = ",\n  ";
  }
  print_line(attributes.values.empty() ? "{}" : "\n}");
}

Exit dump_all(const Common& common) {
  Dumper dumper(common);
  std::vector<std::string> spaces = dumper.namespaces();
  std::erase_if(spaces, [](const std::string& space) { return wire::is_system(space); });
  Progress progress(spaces.size());
  for (std::size_t i = 0; i != spaces.size(); ++i) {
    progress.show(i);
    const Document document = dumper.dump(spaces[i]);
    if (!document.attributes.values.empty()) print_line(to_json(document));
  }
  dumper.tell();
  return Exit::done;
}

Exit dump(const Common& common, const DumpArguments& arguments) {
  if (arguments.all) return dump_all(common);
  if (arguments.space.empty()) throw UsageError("dump wants a namespace, or --all");
  Dumper dumper(common);
  const Document document = dumper.dump(arguments.space);
  if (document.attributes.values.empty() && !dumper.left_out()) throw_empty(arguments.space);
  print_attributes(document.attributes);
  dumper.tell();
  return Exit::done;
}

}  // namespace

void add_dump_verb(CommandLine& line) {
  const auto words = std::make_shared<DumpArguments>();
  line.verb("dump", "Print a namespace as JSON, for `load`",
            "  bulletin dump plant/robot > robot.json\n"
            "  bulletin dump --all > board.jsonl           a line for each namespace\n"
            "Each namespace is as of one moment, but not all as of the same; see backup. What is "
            "left of\n"
            "a time to live is told; ephemeral attributes are left out, as they go with other "
            "programs.",
            [=](const Common& common) { return dump(common, *words); })
      .optional_word("NS", words->space, "The namespace")
      .flag("--all", words->all, "All namespaces")
      .excludes("--all", "NS");
}

}  // namespace bulletin::cli
