// What the folders of the house must hold, and who may include whom.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace brickproof::layout {

// Files that the op with this stem lacks below `root`, by their paths; "fuzz/corpus/<op>/*" where a folder holds
// none.
std::vector<std::string> missing_files(const std::filesystem::path& root, const std::string& stem);

// Files in the op's folders whose names lack its stem.
std::vector<std::string> files_without_stem(const std::filesystem::path& root, const std::string& stem);

// "lib/a.cpp includes cli/b.hpp": arrows that point the wrong way, between storeys or between a storey's rooms.
std::vector<std::string> wrong_includes(const std::filesystem::path& root);

// Sources of a storey with rooms that lie in none of them.
std::vector<std::string> sources_of_no_room(const std::filesystem::path& root);

// Sources of lib/<folder> for folders that are neither an op in `stems` nor shared ones.
std::vector<std::string> folders_of_no_op(const std::filesystem::path& root, const std::vector<std::string>& stems);

}  // namespace brickproof::layout
