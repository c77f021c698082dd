// Byte strings on disk: a corpus is a folder of files, each a case and nothing else.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/case.hpp"
#include "engine/contract.hpp"
#include "engine/expected.hpp"

namespace brickproof::fuzz {

// "q8_0_dot" of q8_0.dot: the name of an op in file and target names.
std::string stem_of(const Contract& contract);
// Null where no contract has this stem.
const Contract* find_contract_by_stem(std::string_view stem);

// SHA-1 in hexadecimal: the name that libFuzzer gives a corpus file too, so that corpora merge by copying.
std::string content_name(std::span<const std::uint8_t> bytes);

// The files of all paths, folders searched through, in the order of their names. The problem names a path that is
// not there.
Expected<std::vector<std::string>> input_files(std::span<const std::string> paths);

// The problem names the file and the reason.
Expected<Bytes> read_input(const std::string& path);

// The inputs of a folder, those whose names end so; none where there is no such folder. What a killed process left
// half-written (.tmp) is no input.
Expected<std::vector<Bytes>> read_corpus(const std::string& folder, std::string_view ending = "");

bool has_input(const std::string& folder, const Bytes& bytes);

// Writes folder/<content name>, whole or not at all, and returns its path; makes the folder where it is missing.
Expected<std::string> write_input(const std::string& folder, const Bytes& bytes);

// Adds the inputs of one folder to another, under their content names; returns how many were new to it.
Expected<std::size_t> merge_corpus(const std::string& from, const std::string& into);

// Makes the folder hold these inputs and no others; files whose name is no content name are left alone.
Expected<std::size_t> replace_corpus(const std::string& folder, std::span<const Bytes> inputs);

// Reads every file of the paths and hands it to `target`; returns how many there were.
Expected<std::size_t> replay_inputs(std::span<const std::string> paths,
                                    void (*target)(const std::uint8_t* data, std::size_t size));

}  // namespace brickproof::fuzz
