// Whose a folder of data is, and who may look into it.
#pragma once

#include <sys/types.h>

#include <string>

namespace bulletin::store {

/// Throws Error rejected when the folder is there and belongs to another user than the one whose
/// rights this process has: that user could read and change all of the board.
void check_owner(const std::string& folder);

/// Takes all rights to the folder away from others, as far as there is such a folder on the disk.
void make_private(const std::string& folder);

/// What others may do with the folder, such as 0055; 0: nothing, or there is no such folder.
mode_t rights_of_others(const std::string& folder);

}  // namespace bulletin::store
