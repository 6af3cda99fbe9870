#include "store/toml_depth.hpp"

#include <string>

#include "support/catch.hpp"

using bulletin::store::line_too_deep;

namespace {

std::string repeated(std::string_view text, int times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

}  // namespace

TEST_CASE("what nests too deep is found with its line in every way to nest") {
  const std::string deep = repeated("a.", 100'000) + "a";
  for (const std::string& text :
       {deep + " = 1", "[" + deep + "]", "[[" + deep + "]]", "x = " + repeated("[", 100'000),
        "x = " + repeated("{a=", 100'000), repeated("a . ", 100'000) + "a=1",
        repeated("\"a\".", 100'000) + "a=1", repeated("'a'.", 100'000) + "a=1",
        "x = {" + deep + " = 1}", "x = [ 1,\n{" + deep + " = 1}]", repeated("[", 33),
        "x = \"\"\"\n\"\"\"\"\"\n" + deep + "=1", "x = ''\n" + deep + "=1",
        "x = \"\\\\\"\n" + deep + "=1", "# '''\n" + deep + "=1"}) {
    CAPTURE(text.substr(0, 40));
    CHECK(line_too_deep(text) != 0);
  }
  CHECK(line_too_deep("a = 1\n\n" + deep + " = 1\n") == 3);
}

TEST_CASE("dots and brackets that nest nothing are let be however many there are") {
  const std::string many = repeated(".[{", 1000);
  for (const std::string& text :
       {std::string(), "# " + many + "\n", "x = \"" + many + "\"", "x = '" + many + "'",
        "x = \"\"\"" + many + "\n" + many + "\"\"\"", "x = '''" + many + "'\n" + many + "'''",
        "x = \"\\\"" + many + "\"", repeated("[[rule]]\nuser = \"a.b\"\n", 1000),
        "x = [" + repeated("1.5, ", 1000) + "]", "x = [" + repeated("{a.b = 1.5}, ", 1000) + "]",
        repeated("a.b = 1.5\n", 1000)}) {
    CAPTURE(text.substr(0, 40));
    CHECK(line_too_deep(text) == 0);
  }
}
