#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "store/failure.hpp"
#include "store/store.hpp"

namespace bulletin::store {
namespace {

/// Nobody can renew the sessions of another history, and their clients set their ephemeral
/// attributes again as soon as these are gone.
void end_sessions(authority::Authority& authority) {
  std::vector<std::pair<std::string, std::uint64_t>> ending;
  for (const authority::SessionView& session : authority.session_list())
    ending.emplace_back(session.user, session.number);
  for (const auto& [user, number] : ending)
    authority.apply({user, authority::CloseSession{{authority.options().epoch, number}}});
}

}  // namespace

authority::Authority open_authority(Store& store, authority::AuthorityOptions options) {
  const bool continues = store.epoch().has_value();
  if (continues) options.epoch = *store.epoch();
  authority::Authority authority(options);
  try {
    if (!store.empty())
      authority.restore([&](authority::StateVisitor& visitor) { store.tell(visitor); });
  } catch (const authority::Inconsistent& error) {
    refuse(store.folder(), error);
  }
  if (continues) return authority;
  store.begin(options.epoch);
  end_sessions(authority);
  do {
    authority.apply({{}, authority::Advance{0}});
  } while (authority.next_end_ms() == 0);
  try {
    store.keep(authority);
  } catch (const StoreError& error) {
    refuse(store.folder(), std::string(error.what()));
  }
  authority.commit();
  return authority;
}

}  // namespace bulletin::store
