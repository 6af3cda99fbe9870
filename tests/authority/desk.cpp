#include "authority/desk.hpp"

#include "wire/packer.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::test {

using wire::OperationKind;
using wire::Packer;

Raw& Raw::require(std::string_view name, std::uint64_t revision) {
  Packer(conditions_).array(2).string(name).integer(revision);
  ++condition_count_;
  return *this;
}

Raw& Raw::set(std::string_view name, const Value& value) {
  return set_bytes(name, wire::encode_value(value));
}

Raw& Raw::set(std::string_view name, const Value& value, std::uint64_t ttl_ms, bool ephemeral) {
  Packer(operations_)
      .array(5)
      .integer(OperationKind::set)
      .string(name)
      .raw(wire::encode_value(value))
      .integer(ttl_ms)
      .boolean(ephemeral);
  ++operation_count_;
  return *this;
}

Raw& Raw::set_bytes(std::string_view name, std::string_view value) {
  Packer(operations_).array(3).integer(OperationKind::set).string(name).raw(value);
  ++operation_count_;
  return *this;
}

Raw& Raw::erase(std::string_view name) {
  Packer(operations_).array(2).integer(OperationKind::erase).string(name);
  ++operation_count_;
  return *this;
}

Raw& Raw::add(std::string_view name, const Value& amount) {
  Packer(operations_)
      .array(3)
      .integer(OperationKind::add)
      .string(name)
      .raw(wire::encode_value(amount));
  ++operation_count_;
  return *this;
}

Raw& Raw::clear() {
  Packer(operations_).array(1).integer(OperationKind::clear);
  ++operation_count_;
  return *this;
}

std::string Raw::bytes() const {
  std::string out;
  Packer(out)
      .array(2)
      .array(condition_count_)
      .raw(conditions_)
      .array(operation_count_)
      .raw(operations_);
  return out;
}

authority::AuthorityOptions options() {
  authority::AuthorityOptions options;
  options.epoch.bytes.fill(7);
  options.first_revision = first_revision;
  return options;
}

Desk::Desk(const authority::AuthorityOptions& options) : authority(options), session(open()) {
  authority.commit();
}

std::uint64_t Desk::open(std::string_view user, std::string_view name) {
  return apply(authority::OpenSession{name}, user).session;
}

authority::Answer Desk::send(const std::vector<Item>& items, std::uint64_t lane) {
  return send_numbered(items, lane, ++numbers_[lane]);
}

authority::Answer Desk::send_numbered(const std::vector<Item>& items, std::uint64_t lane,
                                      std::uint64_t number) {
  wire::Write write{id(session), lane, number, {}};
  for (const Item& item : items) {
    write.items.push_back({item.space, item.known, item.transaction});
  }
  return apply(std::move(write));
}

wire::Outcome Desk::write(const std::string& space, const Raw& transaction) {
  const authority::Answer answer = send({{space, transaction.bytes(), 0}});
  authority.commit();
  return answer.outcomes->at(0);
}

wire::Outcome Desk::set(const std::string& space, std::string_view name, const Value& value) {
  return write(space, Raw().set(name, value));
}

wire::Outcome Desk::erase(const std::string& space, std::string_view name) {
  return write(space, Raw().erase(name));
}

void Desk::advance(std::uint64_t milliseconds) {
  apply(authority::Advance{milliseconds});
  authority.commit();
}

void Desk::forget(std::string_view space) {
  apply(authority::UnpinNamespace{space});
  pass_silence();
}

void Desk::pass_silence() {
  const std::uint64_t silence = authority.options().session_ms;
  apply(authority::Advance{silence / 2});
  apply(authority::Renew{id(session)});
  apply(authority::Advance{silence - silence / 2});
  apply(authority::Renew{id(session)});
  authority.commit();
}

Value Desk::value(std::string_view space, std::string_view name) const {
  const wire::ReadReply reply = authority.read({space, {name}});
  const std::string_view bytes = reply.attributes.at(0).value;
  return bytes.empty() ? Value() : wire::decode_value(bytes);
}

std::uint64_t Desk::revision(std::string_view space, std::string_view name) const {
  return authority.read({space, {name}}).attributes.at(0).revision;
}

std::vector<std::string> Desk::names(std::string_view space) const {
  std::vector<std::string> names;
  authority.visit(space, [&](const authority::AttributeView& attribute) {
    names.emplace_back(attribute.name);
  });
  return names;
}

wire::ListReply Desk::list(std::string_view prefix, std::string_view after) const {
  const std::vector<authority::NameRange> all(1);
  return authority.list({prefix, after}, all).reply;
}

wire::SessionId Desk::id(std::uint64_t number) const { return {authority.options().epoch, number}; }

}  // namespace bulletin::test
