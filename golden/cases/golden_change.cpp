#include "cases/golden_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cases/provenance.hpp"
#include "cases/transaction.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

Values oracle_values(const GoldenCase& golden) {
    Values values;
    for (OracleOutput& output : golden.contract->oracle(golden.inputs)) values.push_back(std::move(output.exact));
    return values;
}

fs::path folder_of(const GoldenCase& golden) {
    return fs::path(stem_of(golden.contract->op)) / golden.manifest.name;
}

// A tensor of a case, as it is to be written.
struct NewTensor {
    Role role;
    std::string operand;
    Tensor tensor;
};

std::vector<NewTensor> tensors_of(const GoldenCase& golden) {
    std::vector<NewTensor> tensors;
    std::size_t output = 0;
    for (const Operand& operand : golden.inputs.operands) {
        const std::string name(operand.name);
        if (operand.access == Access::input) {
            const Layout layout = layout_of(operand);
            const auto* bytes = reinterpret_cast<const char*>(operand.contents.data());
            tensors.push_back(
                {Role::input, name, {layout.dtype, layout.shape, std::string(bytes, operand.contents.size())}});
            continue;
        }
        const Expectation& expectation = golden.expected[output++];
        tensors.push_back({Role::output, name, expectation.tensor});
        if (expectation.mask) tensors.push_back({Role::mask, name, *expectation.mask});
    }
    return tensors;
}

const TensorEntry* entry_in(const GoldenCase& golden, Role role, std::string_view operand) {
    for (const TensorEntry& entry : golden.manifest.tensors)
        if (entry.role == role && entry.operand == operand) return &entry;
    return nullptr;
}

bool same_tensors(const GoldenCase& before, const GoldenCase& after) {
    const std::vector<NewTensor> tensors = tensors_of(after);
    return tensors.size() == before.manifest.tensors.size() &&
           std::ranges::all_of(tensors, [&](const NewTensor& made) {
               const TensorEntry* old = entry_in(before, made.role, made.operand);
               return old != nullptr && old->crc32 == crc32_of(npy_text(made.tensor));
           });
}

// Writes the tensors that are new and removes those that are named no more; returns the manifest to write.
Manifest write_tensors(Transaction& transaction, const Change& change) {
    Manifest manifest = change.after.manifest;
    manifest.tensors.clear();
    if (change.before && same_tensors(*change.before, change.after)) {
        manifest.tensors = change.before->manifest.tensors;
        return manifest;
    }
    const fs::path folder = folder_of(change.after);
    std::set<std::string> named;
    for (const NewTensor& made : tensors_of(change.after)) {
        const std::string text = npy_text(made.tensor);
        const std::uint32_t crc32 = crc32_of(text);
        const std::string stem = made.operand + (made.role == Role::mask ? "-mask" : "");
        const TensorEntry* old = change.before ? entry_in(*change.before, made.role, made.operand) : nullptr;
        const bool kept = old != nullptr && old->crc32 == crc32;
        std::string file = kept            ? old->file
                           : change.before ? fmt::format("{}-{:08x}.npy", stem, crc32)
                                           : stem + ".npy";
        if (!kept) transaction.write(folder / file, text);
        named.insert(file);
        manifest.tensors.push_back(
            {std::move(file), made.role, made.operand, made.tensor.dtype, made.tensor.shape, crc32});
    }
    if (change.before)
        for (const TensorEntry& old : change.before->manifest.tensors)
            if (!named.contains(old.file)) transaction.remove(folder / old.file);
    return manifest;
}

ProvenanceLine line_of(const fs::path& directory, const Change& change, const std::string& to,
                       const ChangeReason& reason) {
    ProvenanceLine line{.date = date_of_today(),
                        .change = change.kind,
                        .case_name = change.after.manifest.name,
                        .why = reason.why,
                        .by = change.by,
                        .to = to};
    if (refusal(change)) line.forced = reason.forced;  // it stands only where it was needed
    // What was changed by hand was, before that, what its last line says.
    line.from = change.before && checksum_of(change.before->manifest) != to
                    ? checksum_of(change.before->manifest)
                    : recorded_checksum(directory, change.after.contract->op, change.after.manifest.name);
    // Of a case that is recorded as it lies there, only the oracle says how far it is from anything.
    const bool moves = change.from_old && change.kind != "recorded";
    set_movement(line, moves ? *change.from_old : change.from_oracle);
    line.against = moves ? "the old values" : "what the oracle says";
    return line;
}

void expect_unchanged(Transaction& transaction, const Change& change) {
    const fs::path path = folder_of(change.after) / manifest_name;
    if (!change.before) return transaction.expect(path, std::nullopt);
    const Expected<std::string> text = read_file((change.before->folder / manifest_name).string());
    // What was loaded, not what lies there now.
    const Expected<Manifest> now = text ? parse_manifest(*text) : Problem{text.problem()};
    const bool same = now && checksum_of(*now) == checksum_of(change.before->manifest);
    transaction.expect(path, same ? crc32_of(*text) : 0u);
}

std::string how_far(const Movement& movement) {
    return fmt::format("{} of {} values, at worst {} ({:.9g} and {:.9g})", movement.outside, movement.values,
                       movement.share.where, movement.share.before, movement.share.after);
}

}  // namespace

Change change_of(std::optional<GoldenCase> before, GoldenCase after, std::string kind, std::string by) {
    Change change{
        .before = std::move(before), .after = std::move(after), .kind = std::move(kind), .by = std::move(by)};
    const Values now = expected_values(change.after);
    change.from_oracle = movement_of(change.after, oracle_values(change.after), now);
    if (change.before && same_inputs(*change.before, change.after))
        change.from_old = movement_of(change.after, expected_values(*change.before), now);
    return change;
}

bool changes_nothing(const Change& change) {
    if (!change.before) return false;
    Manifest with_old_tensors = change.after.manifest;
    with_old_tensors.tensors = change.before->manifest.tensors;
    return same_tensors(*change.before, change.after) &&
           checksum_of(with_old_tensors) == checksum_of(change.before->manifest);
}

std::string show(const Change& change) {
    const std::string name = folder_of(change.after).generic_string();
    if (!change.from_old)
        return fmt::format(
            "{}: {}, {} values; from what the oracle says now by {:.3g} ulp and {:.3g} of the bound "
            "at most\n",
            name, change.before ? "new inputs" : "new", change.from_oracle.values, change.from_oracle.ulps.amount,
            change.from_oracle.share.amount);
    return fmt::format("{}: {}\n{}", name, summary_of(*change.from_old), histogram_of(*change.from_old));
}

std::optional<std::string> refusal(const Change& change) {
    const std::string name = folder_of(change.after).generic_string();
    if (change.from_oracle.outside > 0)
        return fmt::format("{}: the new values are farther from the contract's oracle than its bound: {}", name,
                           how_far(change.from_oracle));
    if (change.from_old && change.from_old->outside > 0)
        return fmt::format("{}: the new values are farther from the old ones than the contract's bound: {}", name,
                           how_far(*change.from_old));
    return std::nullopt;
}

Expected<Done> write_changes(const fs::path& directory, std::span<const Change> changes, const ChangeReason& reason,
                             const std::function<void()>& on_step) {
    Transaction transaction(directory);
    transaction.on_step = on_step;
    ProvenanceAppender provenance(directory);
    std::vector<std::pair<fs::path, std::string>> manifests;
    for (const Change& change : changes) {
        expect_unchanged(transaction, change);
        const Manifest manifest = write_tensors(transaction, change);
        manifests.emplace_back(folder_of(change.after) / manifest_name, manifest_text(manifest));
        const std::string line = provenance_text(line_of(directory, change, checksum_of(manifest), reason));
        if (const auto done = provenance.append(change.after.contract->op, line); !done) return done;
    }
    // Behind all tensors: a manifest never names a file that is not there.
    for (auto& [path, text] : manifests) transaction.write(path, std::move(text));
    provenance.write_to(transaction);
    return transaction.commit();
}

}  // namespace brickproof::golden
