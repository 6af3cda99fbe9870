#include "store/inspection.hpp"

#include "authority/state_visitor.hpp"
#include "store/failure.hpp"

namespace bulletin::store {
namespace {

/// Counts what passes by.
class Counting : public authority::StateVisitor {
 public:
  Counting(authority::StateVisitor& inner, Inspection& result) : inner_(inner), result_(result) {}

  void counters(const authority::CountersView& counters) override {
    result_.revision = counters.revision;
    inner_.counters(counters);
  }
  void space(const authority::SpaceView& space) override {
    ++result_.namespaces;
    inner_.space(space);
  }
  void attribute(std::string_view space, const authority::AttributeView& attribute) override {
    ++result_.attributes;
    result_.value_bytes += attribute.value.size();
    inner_.attribute(space, attribute);
  }
  void session(const authority::SessionView& session) override {
    ++result_.sessions;
    inner_.session(session);
  }
  void lane(std::uint64_t session, std::uint64_t lane, std::uint64_t number,
            const authority::Outcomes& outcomes) override {
    inner_.lane(session, lane, number, outcomes);
  }
  void commits(std::string_view space, const wire::Run& run) override {
    result_.kept_commits += run.commits;
    inner_.commits(space, run);
  }
  void space_forgotten(std::string_view name) override { inner_.space_forgotten(name); }
  void attribute_removed(std::string_view space, std::string_view name) override {
    inner_.attribute_removed(space, name);
  }
  void lane_ended(std::uint64_t session, std::uint64_t lane) override {
    inner_.lane_ended(session, lane);
  }
  void session_ended(std::uint64_t number) override { inner_.session_ended(number); }

 private:
  authority::StateVisitor& inner_;
  Inspection& result_;
};

}  // namespace

Inspection inspect(const std::string& folder, rocksdb::Env* env) {
  StoreOptions options;
  options.folder = folder;
  options.read_only = true;
  options.env = env;
  const Store store(options);
  store.verify();
  Inspection result;
  result.format = store.format();
  result.history = store.history();
  if (store.empty()) return result;
  authority::Authority authority{authority::AuthorityOptions{}};
  try {
    authority.restore([&](authority::StateVisitor& visitor) {
      Counting counting(visitor, result);
      store.tell(counting);
    });
  } catch (const authority::Inconsistent& error) {
    refuse(folder, error);
  }
  return result;
}

}  // namespace bulletin::store
