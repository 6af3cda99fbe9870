// bulletin::Transaction builds what it sends as it goes.

#include <bulletin/error.hpp>
#include <bulletin/transaction.hpp>

#include "wire/limits.hpp"
#include "wire/names.hpp"
#include "wire/packer.hpp"
#include "wire/token.hpp"
#include "wire/transaction.hpp"
#include "wire/value_codec.hpp"

namespace bulletin {

namespace {

void check_ttl(std::string_view name, const SetOptions& options) {
  if (options.ttl.count() >= 0) return;
  throw Error(Errc::rejected, "the time to live of " + wire::quoted(name) + " is negative",
              std::string(name));
}

/// What `head` has and an operation, onto the end of `out`; if it cannot be, `out` is as it was.
void append_set(wire::HeadPacker& head, std::string_view name, detail::Content value,
                const SetOptions& options, std::string& out) {
  wire::check_attribute_name(name);
  check_ttl(name, options);
  const bool plain = !options.ephemeral && options.ttl.count() == 0;
  const std::size_t before = out.size();
  head.array(plain ? 3 : 5).integer(wire::OperationKind::set).string_head(name.size());
  wire::append_behind(out, head, name);
  try {
    wire::encode_content(name, value, out);
  } catch (...) {
    out.resize(before);
    throw;
  }
  if (!plain) {
    wire::Packer(out)
        .integer(static_cast<std::uint64_t>(options.ttl.count()))
        .boolean(options.ephemeral);
  }
}

/// Most operations are on a scalar.
std::size_t bytes_of_set(std::string_view name) noexcept { return name.size() + 32; }

}  // namespace

void wire::encode_set(std::string_view name, detail::Content value, const SetOptions& options,
                      std::string& out) {
  HeadPacker head;
  append_set(head.array(2).array(0).array(1), name, value, options, out);
}

std::string_view wire::name_of_set(std::string_view transaction) noexcept {
  constexpr std::size_t heads = 5;  // two lists, of nothing and of one operation, and its kind
  transaction.remove_prefix(heads);
  return take_token(transaction).payload;
}

Transaction& Transaction::require(std::string_view name, Revision expected) {
  wire::check_attribute_name(name);
  wire::Packer(conditions_).array(2).string(name).integer(expected.value());
  ++condition_count_;
  return *this;
}

Transaction& Transaction::erase(std::string_view name) {
  wire::check_attribute_name(name);
  wire::Packer(operations_).array(2).integer(wire::OperationKind::erase).string(name);
  ++operation_count_;
  return *this;
}

Transaction& Transaction::clear() {
  wire::Packer(operations_).array(1).integer(wire::OperationKind::clear);
  ++operation_count_;
  return *this;
}

std::string Transaction::encoded() const {
  std::string out;
  out.reserve(conditions_.size() + operations_.size() + 11);
  out += wire::HeadPacker().array(2).array(condition_count_).view();
  out += conditions_;
  out += wire::HeadPacker().array(operation_count_).view();
  out += operations_;
  return out;
}

Transaction& Transaction::set_content(std::string_view name, detail::Content value,
                                      const SetOptions& options) {
  if (operations_.empty()) operations_.reserve(bytes_of_set(name));
  wire::HeadPacker head;
  append_set(head, name, value, options, operations_);
  ++operation_count_;
  return *this;
}

Transaction& Transaction::add_value(std::string_view name, const Value& amount) {
  wire::check_attribute_name(name);
  wire::Packer(operations_).array(3).integer(wire::OperationKind::add).string(name);
  wire::encode_value(amount, operations_);
  ++operation_count_;
  return *this;
}

}  // namespace bulletin
