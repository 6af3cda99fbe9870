// The broker's data on a simulated disk.
#pragma once

#include <memory>
#include <string>

#include "authority/authority.hpp"
#include "store/store.hpp"
#include "support/disk.hpp"

namespace bulletin::simulation {

/// A store that outlives the broker's crashes.
class Data {
 public:
  /// A new history, in a folder of its own.
  authority::Authority begin(const authority::AuthorityOptions& options);
  /// Keeps the authority's turn. False: the disk failed on the way, as it does after `writes` if
  /// that is not 0; only a crash follows that.
  bool keep(const authority::Authority& authority, std::uint64_t writes);
  /// The broker is gone at once, and this is what the next one begins with. Of what was not synced
  /// so many thousandths are left.
  authority::Authority crash(unsigned kept_per_mille);

 private:
  store::StoreOptions options();
  authority::Authority open();

  authority::AuthorityOptions fresh_;
  std::uint64_t folders_ = 0;
  test::Disk disk_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace bulletin::simulation
