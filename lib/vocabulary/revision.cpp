#include <bulletin/revision.hpp>

#include <ostream>

namespace bulletin {

std::ostream& operator<<(std::ostream& out, Revision revision) { return out << revision.value(); }

}  // namespace bulletin
