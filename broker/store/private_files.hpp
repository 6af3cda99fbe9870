// Files that only their owner may read.
#pragma once

namespace rocksdb {
class Env;
}

namespace bulletin::store {

/// The real filesystem, where every new file has the mode 0600 whatever the umask is, which is for
/// the sockets. It lives as long as the process.
rocksdb::Env& private_files();

}  // namespace bulletin::store
