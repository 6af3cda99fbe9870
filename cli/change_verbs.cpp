// del, add: changes that are no new value.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <bulletin/client.hpp>
#include <bulletin/transaction.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/input_value.hpp"
#include "cli/missing.hpp"
#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

struct DelArguments {
  std::string space;
  std::vector<std::string> names;
};

struct AddArguments {
  std::string space;
  std::string name;
  std::string amount = "1";
};

/// Those that are there go in one commit, then the first of the others is an error.
Exit del(const Common& common, const DelArguments& arguments) {
  Client client(client_options(common));
  std::string absent;
  if (arguments.names.size() > 1) {
    const Snapshot found = client.read(arguments.space, arguments.names);
    for (const std::string& name : arguments.names) {
      if (!found.contains(name) && absent.empty()) absent = name;
    }
  }
  Transaction transaction;
  for (const std::string& name : arguments.names) transaction.erase(name);
  const CommitResult written = commit(client, client.publisher(arguments.space), transaction);
  if (!written.changed()) throw_missing(arguments.space, arguments.names.front());
  if (common.json) print_line(fmt::format("{{\"revision\": {}}}", written.revision().value()));
  if (!absent.empty()) throw_missing(arguments.space, absent);
  return Exit::done;
}

Transaction addition(const AddArguments& arguments) {
  const Value amount = value_of_word(arguments.amount);
  Transaction transaction;
  if (const auto* integer = std::get_if<std::int64_t>(&amount.data())) {
    transaction.add(arguments.name, *integer);
  } else if (const auto* large = std::get_if<std::uint64_t>(&amount.data())) {
    transaction.add(arguments.name, *large);
  } else if (const auto* real = std::get_if<double>(&amount.data())) {
    transaction.add(arguments.name, *real);
  } else {
    throw UsageError(wire::quoted(arguments.amount) + " is no number");
  }
  return transaction;
}

Exit add(const Common& common, const AddArguments& arguments) {
  const Transaction transaction = addition(arguments);
  Client client(client_options(common));
  const CommitResult written = commit(client, client.publisher(arguments.space), transaction);
  const std::string sum = written.sums().empty() ? "null" : to_json(written.sums().front());
  print_line(common.json ? fmt::format("{{\"value\": {}, \"revision\": {}}}", sum,
                                       written.revision().value())
                         : sum);
  return Exit::done;
}

}  // namespace

void add_change_verbs(CommandLine& line) {
  const auto del_words = std::make_shared<DelArguments>();
  line.verb("del", "Remove attributes",
            "  bulletin del plant/robot speed\n"
            "  bulletin del plant/robot mode pose          in one commit",
            [=](const Common& common) { return del(common, *del_words); })
      .word("NS", del_words->space, "The namespace")
      .words("NAME", del_words->names, "The attributes");

  const auto add_words = std::make_shared<AddArguments>();
  line.verb("add", "Add to a number at the broker, and print the sum",
            "  bulletin add plant/robot parts\n"
            "  bulletin add plant/robot parts 5\n"
            "  bulletin add plant/robot energy -0.5\n"
            "No addition of another program is lost. An attribute that is absent counts as 0.",
            [=](const Common& common) { return add(common, *add_words); })
      .word("NS", add_words->space, "The namespace")
      .word("NAME", add_words->name, "The attribute")
      .optional_word("AMOUNT", add_words->amount, "How much; may be negative [1]");
}

}  // namespace bulletin::cli
