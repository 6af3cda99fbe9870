// Keeps an authority's state in a folder, through any crash.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "authority/authority.hpp"
#include "wire/epoch.hpp"

namespace rocksdb {
class Env;
}

namespace bulletin::store {

class Copy;

struct StoreOptions {
  std::string folder;
  /// Each turn is on the disk before `keep` returns; otherwise when `sync` has been called.
  bool synced = true;
  /// Recent commits that are kept for replicas that were connected.
  std::size_t log_bytes = 16u << 20;
  /// Each of the buffers in which changes wait for a table; there may be four.
  std::size_t buffer_bytes = 32u << 20;
  /// Only looks: nothing may be kept, and another process may have the folder open.
  bool read_only = false;
  /// The filesystem; null: the real one.
  rocksdb::Env* env = nullptr;
};

/// One thread at a time.
///
/// A RocksDB database (https://github.com/facebook/rocksdb/wiki) that is written all the time and
/// read once, at the start: docs/storage.md tells what is in it.
class Store {
 public:
  /// Opens what is there, or makes it. Throws Error rejected, which names the folder and says what
  /// is wrong with it.
  explicit Store(const StoreOptions& options);
  /// As a crash would leave it; see `close`.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] const std::string& folder() const noexcept;
  /// What board.toml says.
  [[nodiscard]] std::uint64_t format() const noexcept;
  [[nodiscard]] std::string_view history() const noexcept;
  /// Nothing has been kept yet.
  [[nodiscard]] bool empty() const noexcept;
  /// That of the history that goes on. Nothing: it cannot be proven to be complete, or there is
  /// none, and `begin` has to come before `keep`.
  [[nodiscard]] std::optional<wire::Epoch> epoch() const noexcept;
  /// The next turn is the first of a new history.
  void begin(const wire::Epoch& epoch);

  /// Tells all that is kept, as `Authority::restore` wants it. Throws Error rejected when it cannot
  /// be read.
  void tell(authority::StateVisitor& visitor) const;

  /// Keeps the authority's turn, all of it or nothing. A turn in which only time went by is not
  /// waited for, and kept once a second at most. Throws StoreError; then this store is of no use
  /// any more: what it has is known when it is opened again.
  void keep(const authority::Authority& authority);

  /// There are turns that the disk may not have yet.
  [[nodiscard]] bool unsynced() const noexcept;
  /// Waits until the disk has all turns. Throws StoreError.
  void sync();

  /// A clean end: `sync`, what makes the next start quick, and a word in the folder that nothing is
  /// missing. Throws StoreError or Error.
  void close();

  /// Begins a consistent copy of what is kept, which goes before this does.
  [[nodiscard]] std::unique_ptr<Copy> copy();

  /// Reads every byte of it again and compares checksums. Throws Error rejected.
  void verify() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// Restores a new authority, made with `options`, from the store; its epoch is the store's. Where a
/// new history begins, in `options.epoch`, sessions have ended, and that is kept. Throws Error
/// rejected.
authority::Authority open_authority(Store& store, authority::AuthorityOptions options);

}  // namespace bulletin::store
