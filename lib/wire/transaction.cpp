#include "wire/transaction.hpp"

#include <algorithm>
#include <limits>

#include "wire/decode_error.hpp"
#include "wire/packer.hpp"
#include "wire/reader.hpp"
#include "wire/token.hpp"

namespace bulletin::wire {

namespace {

Condition read_condition(Reader& reader) {
  const std::size_t elements = reader.array_of(2, "condition");
  Condition condition;
  condition.name = reader.string("condition's name");
  condition.revision = reader.unsigned_integer("condition's revision");
  reader.skip_further(elements - 2, "condition");
  return condition;
}

std::string_view read_amount(Reader& reader) {
  const std::string_view amount = reader.value("add's amount");
  std::string_view rest = amount;
  const Family family = take_token(rest).family;
  if (family != Family::integer && family != Family::real) {
    throw DecodeError("add's amount: is no number");
  }
  return amount;
}

/// Returns how many elements were read.
std::size_t read_set(Reader& reader, std::size_t elements, Operation& operation) {
  operation.name = reader.string("set's name");
  operation.value = reader.value("set's value");
  if (elements == 4) throw DecodeError("set: a time to live, but not whether it is ephemeral");
  if (elements < 5) return 3;
  operation.ttl_ms = reader.unsigned_integer("set's time to live");
  operation.ephemeral = reader.boolean("set's ephemeral");
  return 5;
}

std::size_t least_elements(OperationKind kind) {
  switch (kind) {
    case OperationKind::set:
    case OperationKind::add: return 3;
    case OperationKind::erase: return 2;
    case OperationKind::clear: return 1;
  }
  throw DecodeError("operation: of no known kind");
}

Operation read_operation(Reader& reader) {
  const std::size_t elements = reader.array_of(1, "operation");
  Operation operation;
  operation.kind = static_cast<OperationKind>(reader.unsigned_integer("operation's kind"));
  std::size_t taken = least_elements(operation.kind);
  if (elements < taken) throw DecodeError("operation: too few elements");
  if (operation.kind == OperationKind::set) {
    taken = read_set(reader, elements, operation);
  } else if (operation.kind != OperationKind::clear) {
    operation.name = reader.string("operation's name");
    if (operation.kind == OperationKind::add) operation.value = read_amount(reader);
  }
  reader.skip_further(elements - taken, "operation");
  return operation;
}

/// What nearly all are: one `set`, and nothing else about it. False: it is another.
bool read_plain_set(std::string_view bytes, Transaction& out, std::size_t most_value_bytes) {
  constexpr std::string_view head = "\x92\x90\x91\x93\x01";
  if (!bytes.starts_with(head)) return false;
  Reader reader(bytes);
  reader.take(head.size());
  reader.set_most_value_bytes(most_value_bytes);
  Operation operation;
  operation.name = reader.string("set's name");
  operation.value = reader.value("set's value");
  reader.finish("transaction");  // what is wrong with it is not looked for twice
  out.operations.push_back(operation);
  return true;
}

}  // namespace

std::size_t element_count(std::string_view bytes) {
  // How nearly all begin: with no condition, and one operation.
  constexpr std::string_view usual_head = "\x92\x90\x91";
  if (bytes.size() > usual_head.size() && bytes.starts_with(usual_head)) return 1;
  Reader reader(bytes);
  reader.array_of(2, "transaction");
  const std::size_t conditions = reader.array("conditions");
  reader.skip(conditions, "conditions");
  return conditions + reader.array("operations");
}

void decode_transaction(std::string_view bytes, Transaction& out, std::size_t most_value_bytes) {
  out.conditions.clear();
  out.operations.clear();
  if (read_plain_set(bytes, out, most_value_bytes)) return;
  Reader reader(bytes);
  reader.set_most_value_bytes(most_value_bytes);
  const std::size_t elements = reader.array_of(2, "transaction");
  std::size_t count = reader.array("conditions");
  out.conditions.reserve(std::min(count, believed));
  for (; count != 0; --count) out.conditions.push_back(read_condition(reader));
  count = reader.array("operations");
  out.operations.reserve(std::min(count, believed));
  for (; count != 0; --count) out.operations.push_back(read_operation(reader));
  reader.skip_further(elements - 2, "transaction");
  reader.finish("transaction");
}

std::string without_revisions(std::string_view bytes) {
  constexpr auto no_revision = std::numeric_limits<std::uint64_t>::max();  // no commit has it
  Reader reader(bytes);
  const std::size_t elements = reader.array_of(2, "transaction");
  std::size_t count = reader.array("conditions");
  std::string out;
  Packer packer(out);
  packer.array(elements).array(count);
  for (; count != 0; --count) {
    const Condition condition = read_condition(reader);
    packer.array(2).string(condition.name).integer(condition.revision == 0 ? 0 : no_revision);
  }
  out += reader.rest();
  return out;
}

}  // namespace bulletin::wire
