#include "simulation/data.hpp"

#include "simulation/failure.hpp"
#include "store/failure.hpp"

namespace bulletin::simulation {

store::StoreOptions Data::options() {
  store::StoreOptions options;
  options.folder = "/data" + std::to_string(folders_);
  options.env = &disk_;
  return options;
}

authority::Authority Data::begin(const authority::AuthorityOptions& fresh) {
  fresh_ = fresh;
  ++folders_;
  return open();
}

authority::Authority Data::open() {
  store_.reset();
  store_ = std::make_unique<store::Store>(options());
  authority::Authority authority = store::open_authority(*store_, fresh_);
  check(authority.options().epoch == fresh_.epoch, "the store has another history");
  return authority;
}

bool Data::keep(const authority::Authority& authority, std::uint64_t writes) {
  if (writes != 0) disk_.fail_after(writes - 1);
  try {
    store_->keep(authority);
  } catch (const store::StoreError&) {
    check(disk_.has_failed(), "the store failed by itself");
    return false;
  }
  disk_.mend();
  return true;
}

authority::Authority Data::crash(unsigned kept_per_mille) {
  store_.reset();
  disk_.mend();
  disk_.lose_unsynced(kept_per_mille);
  return open();
}

}  // namespace bulletin::simulation
