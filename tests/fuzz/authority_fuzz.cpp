// Sequences of commands that are well formed and absurd: the authority refuses what it has to,
// takes back whole turns, and is again what it was when a store tells it.

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "authority/authority.hpp"
#include "authority/desk.hpp"
#include "authority/state_visitor.hpp"
#include "authority/store.hpp"
#include "fuzz/choices.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"

using namespace bulletin;
using fuzz::Choices;
using test::Raw;

namespace {

const std::array<std::string, 9> spaces{
    "a", "a/b", "a/b/c", "plant", "$sys/broker", "", "/", "a//b", std::string(300, 'n')};
const std::array<std::string, 8> names{
    "x", "y", "z", "speed", "_private", "", std::string("nul\0", 4), std::string(2000, 'n')};
const std::array<std::string, 3> users{"", "alice", "bob"};

/// Bounds that are reached.
authority::AuthorityOptions narrow() {
  authority::AuthorityOptions options = test::options();
  options.bounds.sessions = 4;
  options.bounds.lanes = 2;
  options.bounds.namespaces = 3;
  options.bounds.write_items = 6;
  options.bounds.outcome_bytes = 400;
  options.bounds.kept_outcome_bytes = 600;
  options.bounds.all_kept_outcome_bytes = 900;
  options.bounds.least_outcome_bytes = 100;
  options.bounds.space = {3, 500};
  options.bounds.total = {5, 800};
  options.limits.value_bytes = 200;
  options.limits.transaction_bytes = 1000;
  options.limits.transaction_operations = 8;
  options.log_bytes = 2000;
  return options;
}

class Play {
 public:
  explicit Play(Choices& choices) : choices_(choices) {}

  void run() {
    while (!choices_.done()) step();
    if (authority_.in_turn()) commit();
    check_restored();
  }

 private:
  void step() {
    switch (choices_.below(12)) {
      case 0: return apply(authority::OpenSession{client_name()});
      case 1: return apply(authority::Renew{session()});
      case 2: return apply(authority::CloseSession{session()});
      case 3: return apply(authority::Advance{choices_.number()});
      case 4: return apply(authority::PinNamespace{space()});
      case 5: return apply(authority::UnpinNamespace{space()});
      case 6: return authority_.in_turn() ? commit() : query();
      case 7: return authority_.in_turn() ? abandon() : query();
      default: return write();
    }
  }

  void apply(decltype(authority::Command::what) what) {
    if (!authority_.in_turn()) before_ = authority_.describe();
    answers_.push_back(authority_.apply({choices_.of(users), std::move(what)}));
  }

  void write() {
    const wire::SessionId id = session();
    const std::uint64_t lane = choices_.below(3);
    wire::Write write{id, lane, choices_.number(), {}};
    transactions_.clear();
    const std::size_t items = choices_.below(8);
    for (std::size_t i = 0; i != items; ++i) transactions_.push_back(transaction());
    for (const std::string& bytes : transactions_)
      write.items.push_back({space(), choices_.number(), bytes});
    apply(std::move(write));
  }

  std::string transaction() {
    if (choices_.below(8) == 0) return std::string(choices_.bytes());
    Raw raw;
    const std::size_t parts = choices_.below(10);
    for (std::size_t i = 0; i != parts; ++i) add_part(raw);
    return raw.bytes();
  }

  void add_part(Raw& raw) {
    const std::string& name = choices_.of(names);
    switch (choices_.below(8)) {
      case 0: raw.require(name, choices_.number()); return;
      case 1: raw.erase(name); return;
      case 2: raw.add(name, number_value()); return;
      case 3: raw.clear(); return;
      case 4: raw.set(name, number_value(), choices_.number(), choices_.yes()); return;
      case 5: raw.set_bytes(name, choices_.bytes()); return;
      case 6: raw.set(name, std::string(choices_.byte(), 'v')); return;
      default: raw.set(name, number_value()); return;
    }
  }

  Value number_value() {
    switch (choices_.below(4)) {
      case 0: return static_cast<std::int64_t>(choices_.number());
      case 1: return choices_.number();
      case 2: return 1e308 * static_cast<double>(choices_.byte());
      default: return "text";
    }
  }

  void commit() {
    authority_.visit_turn(store_);
    for (const authority::Publication& publication : authority_.commit())
      assert(publication.run.commits != 0);
    for (const authority::Answer& answer : answers_) check_reply(authority_.reply(answer));
    answers_.clear();
    authority::Extent extent;
    for (const authority::SpaceView& space : authority_.namespace_list()) check(space, extent);
    assert(extent == authority_.extent());
  }

  void abandon() {
    authority_.abandon();
    answers_.clear();
    assert(authority_.describe() == before_);
  }

  static void check_reply(const std::string& bytes) {
    try {
      if (bytes != wire::encode_done()) (void)wire::decode_write_reply(bytes);
    } catch (const wire::RefusedError&) {
    } catch (const wire::DecodeError&) {
      assert(false);
    }
  }

  void check(const authority::SpaceView& space, authority::Extent& extent) const {
    std::uint64_t digest = 0;
    authority_.visit(space.name, [&](const authority::AttributeView& attribute) {
      digest += wire::attribute_digest(wire::name_hash(attribute.name), attribute.value,
                                       attribute.revision);
      assert(attribute.revision <= space.revision);
      extent.add(attribute.name.size(), attribute.value.size(),
                 attribute.session != 0 || attribute.deadline != 0);
    });
    assert(digest == space.digest);
    assert(space.revision <= authority_.revision());
  }

  void query() {
    const std::string& space = choices_.of(spaces);
    const std::string& name = choices_.of(names);
    switch (choices_.below(5)) {
      case 0: (void)authority_.answer(wire::Read{space, {name, names[0]}}); return;
      case 1: (void)authority_.answer(wire::SnapshotRequest{space, name}); return;
      case 2: (void)authority_.answer(wire::Since{space, epoch(), choices_.number()}); return;
      case 3: (void)authority_.answer(wire::StatusRequest{{space, spaces[0]}}); return;
      default: {
        const std::vector<authority::NameRange> visible{{"", space}, {name, ""}};
        (void)authority_.list({space, name}, std::span(visible).subspan(space > name ? 1 : 0));
      }
    }
  }

  /// A store that was told of every turn can make the same authority again.
  void check_restored() const {
    authority::Authority restored(narrow());
    restored.restore([&](authority::StateVisitor& visitor) { store_.tell(visitor); });
    for (const authority::SpaceView& space : authority_.namespace_list()) {
      if (space.count == 0) continue;  // only subscribed to, which no store knows
      const wire::NamespaceStatus status = restored.status(space.name);
      assert(status.revision == space.revision && status.count == space.count &&
             status.digest == space.digest);
    }
    assert(restored.session_numbers() == authority_.session_numbers());
    assert(restored.extent() == authority_.extent());
    assert(restored.kept_outcome_bytes() == authority_.kept_outcome_bytes());
  }

  wire::Epoch epoch() {
    return choices_.below(16) == 0 ? wire::Epoch{} : authority_.options().epoch;
  }
  wire::SessionId session() { return {epoch(), choices_.below(8)}; }
  std::string_view space() { return choices_.of(spaces); }
  std::string_view client_name() {
    return choices_.below(8) == 0 ? std::string_view(spaces.back()) : std::string_view("client");
  }

  Choices& choices_;
  authority::Authority authority_{narrow()};
  test::Store store_;
  std::string before_;
  std::vector<authority::Answer> answers_;
  std::vector<std::string> transactions_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices(data, size);
  Play(choices).run();
  return 0;
}
