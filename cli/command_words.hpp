// The words of a command line, so that the parser (CLI11) takes them as they were given.
//
// CLI11 takes "-5" for an option, "[a,b]" for two words and "{}" for none, and knows nothing of
// "--" after a verb. So every word that is neither an option nor the verb gets a mark in front,
// which those that take words remove: exactly one, whatever the word is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace bulletin::cli {

/// The words in CLI11's order, which is the last one first. The verb comes to the front, so that
/// options before it are its own; an alias becomes the verb, and `help VERB` asks for the verb's
/// help. Throws UsageError for what is no verb, and for an option that the verb does not have.
/// `verb`: becomes its name, as soon as that is known.
std::vector<std::string> parser_words(CLI::App& root, const std::vector<std::string>& words,
                                      std::string& verb);

/// The word as it was given.
std::string as_given(std::string word);

}  // namespace bulletin::cli
