#include "store/inspection.hpp"

#include <random>

#include "store/failure.hpp"

namespace bulletin::store {

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
  authority::AuthorityOptions fresh;
  fresh.hash_seed = std::random_device()();
  authority::Authority authority(fresh);
  try {
    authority.restore([&](authority::StateVisitor& visitor) { store.tell(visitor); });
  } catch (const authority::Inconsistent& error) {
    refuse(folder, error);
  }
  result.revision = authority.revision();
  result.namespaces = authority.namespaces();
  result.sessions = authority.sessions();
  result.kept_bytes = authority.log_bytes();
  for (const authority::SpaceView& space : authority.namespace_list()) {
    authority.visit(space.name, [&](const authority::AttributeView& attribute) {
      ++result.attributes;
      result.value_bytes += attribute.value.size();
    });
  }
  return result;
}

}  // namespace bulletin::store
