#include "authority/name_index.hpp"

#include <map>
#include <random>
#include <string>

#include "support/catch.hpp"
#include "support/colliding_names.hpp"

using namespace bulletin::authority;

TEST_CASE("an index finds what is in it, whatever came and went") {
  AttributePool pool;
  NameIndex index(pool, 0);
  std::map<std::string, std::pair<Handle, std::uint64_t>> known;
  std::mt19937 random(1);
  // Few different hashes: chains, and names with the same one.
  const auto hash_of = [](const std::string& name) {
    return (std::uint64_t{name.size()} << 61) + (static_cast<std::uint64_t>(name.back()) << 32);
  };
  for (int i = 0; i != 20'000; ++i) {
    // Growing for a while, then shrinking.
    const bool grow = random() % 10 < (i % 10'000 < 6'000 ? 7U : 2U);
    const std::string name = std::string(1 + random() % 4, 'n') + std::to_string(random() % 200);
    const std::uint64_t hash = hash_of(name);
    const auto found = known.find(name);
    REQUIRE(index.find(name, hash) == (found == known.end() ? 0 : found->second.first));
    if (grow && found == known.end()) {
      const Handle handle = pool.make(name, 1);
      index.insert(handle, hash);
      known[name] = {handle, hash};
    } else if (!grow && found != known.end()) {
      index.erase(found->second.first, hash);
      pool.destroy(found->second.first);
      known.erase(found);
    }
    REQUIRE(index.size() == known.size());
  }
  for (const auto& [name, entry] : known) CHECK(index.find(name, entry.second) == entry.first);
}

TEST_CASE("an empty index finds nothing") {
  AttributePool pool;
  NameIndex index(pool, 0);
  CHECK(index.find("x") == 0);
}

TEST_CASE("names that were chosen by a hash without the seed lie apart") {
  const auto probes = [](std::uint64_t seed) {
    AttributePool pool;
    NameIndex index(pool, seed);
    // The upper half of the hash is what counts here.
    for (const std::string& name : bulletin::test::colliding_names(32))
      index.insert(pool.make(name, 1), index.key_of(name));
    return index.probes() / index.size();
  };
  CHECK(probes(0) > 100);  // who knows the seed can choose them
  CHECK(probes(1) < 5);
  CHECK(probes(0x9E3779B97F4A7C15) < 5);
}
