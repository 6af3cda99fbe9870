#include "check.hpp"

#include <fmt/format.h>

#include <exception>
#include <iostream>

#include "complain.hpp"
#include "store/inspection.hpp"

namespace bulletin {

int check_data(const std::string& folder) {
  try {
    const store::Inspection found = store::inspect(folder);
    std::cout << fmt::format(
        "{}: format {}, history {}\n"
        "  revision      {}\n"
        "  namespaces    {}\n"
        "  attributes    {} ({} bytes of values)\n"
        "  sessions      {}\n"
        "  commits kept  {} bytes\n"
        "All checksums and digests agree.\n",
        folder, found.format, found.history, found.revision, found.namespaces, found.attributes,
        found.value_bytes, found.sessions, found.kept_bytes);
    return finish_output(0);
  } catch (const std::exception& error) {
    return complain(error.what(), 1);
  }
}

}  // namespace bulletin
