#include <string>

#include "store/failure.hpp"
#include "store/store.hpp"

namespace bulletin::store {
namespace {

/// Nobody can renew the sessions of another history, and their clients set their ephemeral
/// attributes again as soon as these are gone.
void end_sessions(authority::Authority& authority) {
  for (const authority::SessionView& session : authority.session_list()) {
    const std::string user(session.user);
    authority.apply({user, authority::CloseSession{{authority.options().epoch, session.number}}});
  }
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
  authority.apply({{}, authority::Advance{0}});
  store.keep(authority);
  authority.commit();
  return authority;
}

}  // namespace bulletin::store
