#include "authority/store.hpp"

#include "support/catch.hpp"

namespace bulletin::test {

void Store::space(const authority::SpaceView& space) {
  spaces[std::string(space.name)] = {space.revision, space.count, space.digest};
}

void Store::space_forgotten(std::string_view name) {
  spaces.erase(std::string(name));
  for (const auto& [key, attribute] : attributes) REQUIRE(key.first != name);
}

void Store::attribute(std::string_view space, const authority::AttributeView& attribute) {
  attributes[Key(space, attribute.name)] = {std::string(attribute.value), attribute.revision,
                                            attribute.session, attribute.deadline};
}

void Store::attribute_removed(std::string_view space, std::string_view name) {
  attributes.erase(Key(space, name));
}

void Store::session(const authority::SessionView& session) {
  sessions[session.number] = {std::string(session.user), std::string(session.client_name),
                              session.deadline};
}

void Store::session_ended(std::uint64_t number) {
  sessions.erase(number);
  std::erase_if(lanes, [=](const auto& lane) { return lane.first.first == number; });
}

void Store::lane(std::uint64_t session, std::uint64_t lane, std::uint64_t number,
                 const authority::Outcomes& outcomes) {
  REQUIRE(!outcomes.empty());
  lanes[{session, lane}] = number;
}

Store store_of(const authority::Authority& authority) {
  Store store;
  for (const authority::SpaceView& space : authority.namespace_list()) {
    store.space(space);
    authority.visit(space.name, [&](const authority::AttributeView& attribute) {
      store.attribute(space.name, attribute);
    });
  }
  for (const authority::SessionView& session : authority.session_list()) store.session(session);
  return store;
}

}  // namespace bulletin::test
