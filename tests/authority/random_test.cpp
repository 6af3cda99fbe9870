// A long and lively sequence from a seed, beside a model, a store, a replica fed by the updates,
// and a second authority that is given the same commands but never has to take anything back.

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>

#include "authority/desk.hpp"
#include "authority/model.hpp"
#include "authority/state_visitor.hpp"
#include "authority/store.hpp"
#include "support/catch.hpp"
#include "wire/digest.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Model;
using test::ModelAttribute;
using test::ModelOperation;
using test::ModelTransaction;
using test::Raw;
using wire::OperationKind;
using wire::Status;

namespace {

/// What a reader knows of a namespace that only follows the updates.
struct Follower {
  std::map<std::string, std::pair<std::string, std::uint64_t>> attributes;
  std::uint64_t revision = 0;
  std::uint64_t count = 0;
  std::uint64_t digest = 0;

  void follow(const wire::Run& run, const std::set<std::uint64_t>& forgettings) {
    if (run.previous != revision) begin_again(run.previous, forgettings);
    wire::Reader reader(run.bytes);
    for (std::size_t i = 0; i != run.commits; ++i) follow_commit(reader);
    reader.finish("run");
    REQUIRE(revision == run.revision);
    REQUIRE(count == run.count);
  }

  void begin_again(std::uint64_t at, const std::set<std::uint64_t>& forgettings) {
    REQUIRE((at > revision && forgettings.contains(at)));
    REQUIRE(attributes.empty());
    revision = at;
    count = 0;
  }

  void follow_commit(wire::Reader& reader) {
    const wire::CommitHeader header = wire::read_commit_header(reader);
    REQUIRE(header.revision > revision);
    revision = header.revision;
    std::map<std::string, std::pair<std::string, std::uint64_t>> changed;
    for (std::size_t i = 0; i != header.changes; ++i) {
      const wire::Change change = wire::read_change(reader);
      REQUIRE(changed.emplace(change.name, std::pair(change.value, revision)).second);
    }
    REQUIRE((header.cleared || !changed.empty()));
    if (header.cleared) {
      for (const auto& [name, attribute] : attributes) changed.emplace(name, std::pair("", 0));
    }
    count += changed.size();
    for (const auto& [name, attribute] : changed) {
      REQUIRE((!attribute.first.empty() || attributes.contains(name)));
      attribute.first.empty() ? void(attributes.erase(name)) : void(attributes[name] = attribute);
    }
  }
};

class Play {
 public:
  explicit Play(unsigned seed) : random_(seed), desk_(options()), twin_(options()) {
    model_.open(desk_.session);
    store_ = test::store_of(desk_.authority);
    store_.newest.revision = desk_.authority.revision();
    store_.newest.next_session = desk_.session + 1;
  }

  void run(int turns) {
    for (int i = 0; i != turns; ++i) turn();
    check_all();
    REQUIRE(!model_.forgettings().empty());
  }

 private:
  static AuthorityOptions options() {
    AuthorityOptions options = test::options();
    options.session_ms = 100;
    options.log_bytes = 20'000;
    return options;
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  std::string space() { return one_in(6) ? quiet_space() : "busy" + std::to_string(below(3)); }
  std::string quiet_space() { return "quiet" + std::to_string(below(30)); }
  std::string name() {
    return one_in(60) ? "_private" : "n" + std::to_string(below(one_in(4) ? 100 : 8));
  }

  Value value() {
    switch (below(6)) {
      case 0: return std::string(below(40), 's');
      case 1: return std::string(below(2'000), 'l');
      case 2: return 0.25 * static_cast<double>(below(100));
      default: return below(1'000);
    }
  }

  ModelOperation operation() {
    switch (below(12)) {
      case 0: return {OperationKind::erase, name(), {}, 0, false};
      case 1: return {OperationKind::erase, name(), {}, 0, false};
      case 2: return {OperationKind::add, name(), below(9), 0, false};
      case 3: return {OperationKind::add, name(), 0.5, 0, false};
      case 4:
        if (one_in(4)) return {OperationKind::clear, {}, {}, 0, false};
        [[fallthrough]];
      case 5: return {OperationKind::set, name(), value(), below(60), one_in(2)};
      default: return {OperationKind::set, name(), value(), 0, false};
    }
  }

  ModelTransaction transaction(const std::string& space) {
    ModelTransaction result;
    for (std::uint64_t i = one_in(3) ? 1 + below(2) : 0; i != 0; --i) {
      const std::string wanted = name();
      if (wanted.starts_with('_')) continue;
      const std::uint64_t revision = current_revision(space, wanted);
      result.conditions.emplace_back(wanted, one_in(4) ? revision + 1 : revision);
    }
    for (std::uint64_t i = one_in(5) ? below(60) : 1 + below(3); i != 0; --i) {
      result.operations.push_back(operation());
    }
    if (space.starts_with("quiet") && one_in(2)) {
      result.operations.push_back({OperationKind::clear, {}, {}, 0, false});
    }
    return result;
  }

  std::uint64_t current_revision(const std::string& space, const std::string& name) const {
    const auto found = model_.spaces().find(space);
    if (found == model_.spaces().end()) return 0;
    const auto attribute = found->second.find(name);
    return attribute == found->second.end() ? 0 : attribute->second.revision;
  }

  static std::string encoded(const ModelTransaction& transaction) {
    Raw raw;
    for (const auto& [name, revision] : transaction.conditions) raw.require(name, revision);
    for (const ModelOperation& operation : transaction.operations) {
      switch (operation.kind) {
        case OperationKind::clear: raw.clear(); break;
        case OperationKind::erase: raw.erase(operation.name); break;
        case OperationKind::add: raw.add(operation.name, operation.value); break;
        case OperationKind::set:
          raw.set(operation.name, operation.value, operation.ttl, operation.ephemeral);
          break;
      }
    }
    return raw.bytes();
  }

  std::uint64_t any_session() {
    auto chosen = model_.sessions().begin();
    std::advance(chosen, below(model_.sessions().size()));
    return chosen->first;
  }

  void write() {
    if (model_.sessions().empty()) return open();
    const std::uint64_t session = any_session();
    model_.renew(session);
    wire::Write write{desk_.id(session), below(3), ++number_, {}};
    std::vector<std::string> spaces;
    std::vector<std::string> bytes;
    std::vector<Status> expected;
    for (std::uint64_t i = 1 + below(4); i != 0; --i) {
      spaces.push_back(space());
      const ModelTransaction next = transaction(spaces.back());
      bytes.push_back(encoded(next));
      expected.push_back(model_.write(session, spaces.back(), next));
    }
    for (std::size_t i = 0; i != spaces.size(); ++i) {
      write.items.push_back({spaces[i], 0, bytes[i]});
    }
    const Answer answer = desk_.apply(write);
    twin_answers_.push_back(
        [this, write, bytes, spaces]() mutable { again(write, spaces, bytes); });
    REQUIRE(answer.outcomes.has_value());
    for (std::size_t i = 0; i != expected.size(); ++i) {
      REQUIRE(answer.outcomes->at(i).status == expected[i]);
    }
  }

  void again(wire::Write& write, const std::vector<std::string>& spaces,
             const std::vector<std::string>& bytes) {
    for (std::size_t i = 0; i != spaces.size(); ++i) {
      write.items[i] = {spaces[i], 0, bytes[i]};
    }
    twin_.apply(write);
  }

  void open() {
    model_.open(desk_.open());
    twin_answers_.push_back([this] { twin_.open(); });
  }

  void close() {
    if (model_.sessions().empty()) return;
    const std::uint64_t session = any_session();
    model_.close(session);
    desk_.apply(CloseSession{desk_.id(session)});
    desk_.apply(Advance{0});
    twin_answers_.push_back([this, session] {
      twin_.apply(CloseSession{twin_.id(session)});
      twin_.apply(Advance{0});
    });
  }

  void advance() {
    const std::uint64_t milliseconds = below(30);
    model_.advance(milliseconds);
    desk_.apply(Advance{milliseconds});
    twin_answers_.push_back([this, milliseconds] { twin_.apply(Advance{milliseconds}); });
  }

  void remember() {
    const std::string name = one_in(4) ? space() : quiet_space();
    model_.remember(name);
    desk_.apply(PinNamespace{name});
    twin_answers_.push_back([this, name] { twin_.apply(PinNamespace{name}); });
  }

  void forget() {
    const std::string name = one_in(4) ? space() : quiet_space();
    model_.forget(name);
    desk_.apply(UnpinNamespace{name});
    twin_answers_.push_back([this, name] { twin_.apply(UnpinNamespace{name}); });
  }

  void step() {
    switch (below(14)) {
      case 12: return remember();
      case 13: return forget();
      case 0: return open();
      case 1: return close();
      case 2: return advance();
      default: return write();
    }
  }

  /// A turn; if it is abandoned, the twin does not hear of it.
  void turn() {
    const bool abandon = one_in(3);
    const Model before = model_;
    const std::string text = abandon ? everything() : std::string();
    for (std::uint64_t i = below(6); i != 0; --i) step();
    if (abandon) {
      desk_.authority.abandon();
      model_ = before;
      twin_answers_.clear();
      REQUIRE(everything() == text);
      return;
    }
    desk_.authority.visit_turn(store_);
    for (const Publication& update : desk_.authority.commit()) {
      followers_[std::string(update.space)].follow(update.run, model_.forgettings());
    }
    for (auto& answer : twin_answers_) {
      answer();
      if (one_in(2)) twin_.authority.commit();
    }
    twin_answers_.clear();
    twin_.authority.commit();
    if (one_in(20)) check_all();
  }

  std::string everything() const {
    return desk_.authority.describe() + desk_.authority.describe_kept();
  }

  void check_all() {
    REQUIRE(desk_.authority.revision() == model_.revision());
    REQUIRE(desk_.authority.sessions() == model_.sessions().size());
    for (const auto& [name, space] : model_.spaces()) check(name, space);
    const test::Store expected = test::store_of(desk_.authority);
    REQUIRE(store_.attributes == expected.attributes);
    REQUIRE(store_.spaces == expected.spaces);
    REQUIRE(store_.sessions == expected.sessions);
    REQUIRE(store_.newest.revision == desk_.authority.revision());
    REQUIRE(twin_.authority.describe() == desk_.authority.describe());
    check_restored();
  }

  /// An authority made of what the store has.
  void check_restored() const {
    Authority restored(options());
    restored.restore([this](StateVisitor& visitor) { store_.tell(visitor); });
    const test::Store expected = test::store_of(desk_.authority);
    const test::Store found = test::store_of(restored);
    REQUIRE(found.attributes == expected.attributes);
    REQUIRE(found.spaces == expected.spaces);
    REQUIRE(found.sessions == expected.sessions);
    REQUIRE(restored.revision() == desk_.authority.revision());
    REQUIRE(restored.clock_ms() == desk_.authority.clock_ms());
    for (const auto& [name, follower] : followers_) check_since(restored, name);
    for (const auto& [key, lane] : store_.lanes) {
      const wire::Write write{desk_.id(key.first), key.second, lane.number, {}};
      REQUIRE(restored.reply(*restored.repeat("alice", write)) ==
              desk_.authority.reply(*desk_.authority.repeat("alice", write)));
    }
  }

  /// What both still have is the same.
  void check_since(const Authority& restored, const std::string& space) const {
    const std::uint64_t newest = desk_.authority.status(space).revision;
    for (std::uint64_t back = 0; back != 30; ++back) {
      const wire::Since request{space, options().epoch, newest - back};
      std::string bytes[2];
      const wire::SinceReply ours = desk_.authority.since(request, bytes[0]);
      const wire::SinceReply theirs = restored.since(request, bytes[1]);
      if (ours.take_snapshot || theirs.take_snapshot) {
        REQUIRE(back != 0);
        continue;
      }
      REQUIRE(ours.run.revision == theirs.run.revision);
      REQUIRE(ours.run.count == theirs.run.count);
      REQUIRE(bytes[0] == bytes[1]);
    }
  }

  void check(const std::string& name, const test::ModelSpace& expected) {
    const Follower& follower = followers_[name];
    const wire::NamespaceStatus status = desk_.authority.status(name);
    if (model_.knows(name)) {
      const bool reborn = status.revision > follower.revision;
      REQUIRE((reborn ? model_.forgettings().contains(status.revision)
                      : status.revision == follower.revision));
      REQUIRE(status.count == (reborn ? 0 : follower.count));
    } else {
      const std::set<std::uint64_t>& forgettings = model_.forgettings();
      REQUIRE(status.revision == (forgettings.empty() ? 0 : *forgettings.rbegin()));
      REQUIRE(status.count == 0);
    }
    test::ModelSpace found;
    std::uint64_t digest = 0;
    desk_.authority.visit(name, [&](const AttributeView& attribute) {
      found[std::string(attribute.name)] = {wire::decode_value(attribute.value), attribute.revision,
                                            attribute.session, attribute.deadline};
      digest += wire::attribute_digest(wire::name_hash(attribute.name), attribute.value,
                                       attribute.revision);
      const auto& followed = follower.attributes.at(std::string(attribute.name));
      REQUIRE(followed == std::pair(std::string(attribute.value), attribute.revision));
    });
    REQUIRE(found == expected);
    REQUIRE(found.size() == follower.attributes.size());
    REQUIRE(digest == status.digest);
  }

  std::mt19937_64 random_;
  Desk desk_;
  Desk twin_;
  Model model_{test::first_revision, 100};
  std::map<std::string, Follower> followers_;
  test::Store store_;
  std::vector<std::function<void()>> twin_answers_;
  std::uint64_t number_ = 0;
};

}  // namespace

TEST_CASE("a random sequence does what the model says, and abandoned turns never were") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Play(seed).run(400);
  }
}
