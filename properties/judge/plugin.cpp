#include "judge/plugin.hpp"

#include "judge/child_pool.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "brick/isa.hpp"
#include "judge/fp_environment.hpp"

namespace brickproof {
namespace {

std::vector<std::string> split_at_commas(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        if (comma > 0) parts.emplace_back(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
}

// "AVX2, fma" as "avx2,fma".
std::string normalised_features(std::string_view text) {
    std::string features;
    for (const char c : text)
        if (c != ' ') features += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return features;
}

// How many letters are to be put in, taken out or changed (Levenshtein).
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> edits(b.size() + 1);
    std::iota(edits.begin(), edits.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(edits[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] != b[j]);
            diagonal = edits[j + 1];
            edits[j + 1] = std::min({changed, edits[j] + 1, diagonal + 1});
        }
    }
    return edits.back();
}

std::string not_known(const std::string& op) {
    std::vector<std::string_view> ops;
    for (const Contract* contract : all_contracts()) ops.push_back(contract->op);
    std::ranges::stable_sort(ops, {}, [&](std::string_view known) { return edits_between(op, known); });
    return fmt::format("this brickproof does not know the op '{}'; the nearest that it knows are {}, {} and {}", op,
                       ops.at(0), ops.at(1), ops.at(2));
}

// Of a plug-in's; null is empty. The problem is the rest of a sentence about it.
Expected<std::string> checked_text(const char* text) {
    if (text == nullptr) return std::string();
    const std::size_t length = strnlen(text, longest_table_text + 1);
    if (length > longest_table_text)
        return Problem{fmt::format("does not end within {} bytes: is it a string with a zero at its end?",
                                   longest_table_text)};
    const std::string checked(text, length);
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (std::ranges::any_of(checked, is_control)) return Problem{"holds a control character"};
    return checked;
}

// The texts of a row.
struct RowTexts {
    std::string op, variant, cpu_features, assumes;
};
Expected<RowTexts> checked_texts(const brickproof_kernel& row, std::size_t i, const std::string& library) {
    RowTexts texts;
    for (const auto& [name, text, checked] :
         {std::tuple{"op name", row.op, &texts.op}, std::tuple{"variant name", row.variant, &texts.variant},
          std::tuple{"list of CPU features", row.cpu_features, &texts.cpu_features},
          std::tuple{"list of assumptions", row.assumes, &texts.assumes}}) {
        Expected<std::string> read = checked_text(text);
        if (!read) return Problem{fmt::format("the {} of kernel {} of {} {}", name, i, library, read.problem())};
        *checked = std::move(*read);
    }
    return texts;
}

// Row i of a table as a Kernel, none where its op goes to `unknown`; the problem names the row.
Expected<std::optional<Kernel>> checked_row(const brickproof_kernel& row, std::size_t i, const std::string& library,
                                            std::vector<UnknownKernel>* unknown) {
    const Expected<RowTexts> texts = checked_texts(row, i, library);
    if (!texts) return Problem{texts.problem()};
    const std::string& op = texts->op;
    const std::string& variant = texts->variant;
    if (op.empty()) return Problem{fmt::format("kernel {} of {} has no op name", i, library)};
    if (variant.empty()) return Problem{fmt::format("kernel {} ({}) of {} has no variant name", i, op, library)};
    const Contract* contract = find_contract(op);
    if (contract == nullptr) {
        if (unknown == nullptr)
            return Problem{fmt::format("{} has a kernel {} / {}: {}", library, op, variant, not_known(op))};
        unknown->push_back({library, op, variant, {}, not_known(op)});
        return std::optional<Kernel>();
    }
    if (row.fn == nullptr)
        return Problem{fmt::format("the kernel {} / {} of {} has a null function", op, variant, library)};
    if (row.read_slack > most_read_slack)
        return Problem{
            fmt::format("the kernel {} / {} of {} declares that it may read {} bytes past an input; more "
                        "than a page of {} nobody can promise",
                        op, variant, library, row.read_slack, most_read_slack)};
    Kernel kernel{.library = library,
                  .variant = variant,
                  .cpu_features = normalised_features(texts->cpu_features),
                  .assumes = split_at_commas(texts->assumes),
                  .read_slack = row.read_slack,
                  .fn = row.fn,
                  .contract = contract};
    for (const std::string& name : kernel.assumes) {
        const auto offers = [&](const Precondition& p) { return p.name == name && !p.internal; };
        if (std::ranges::none_of(contract->preconditions, offers))
            return Problem{
                fmt::format("the kernel {} / {} of {} assumes '{}', which is no precondition of {}; see "
                            "'brickproof explain {}'",
                            op, variant, library, name, op, op)};
    }
    return std::optional(std::move(kernel));
}

// A library that is linked with -ffast-math sets flush-to-zero in a constructor: that is seen, and taken back.
class LoadingEnvironment {
  public:
    LoadingEnvironment() = default;
    LoadingEnvironment(const LoadingEnvironment&) = delete;
    LoadingEnvironment& operator=(const LoadingEnvironment&) = delete;
    ~LoadingEnvironment() { restore_fp_environment(before_); }
    std::string change() const { return describe_change(before_, read_fp_environment()); }

  private:
    FpEnvironment before_ = read_fp_environment();
};

}  // namespace

Expected<std::vector<Kernel>> kernels_of_table(const brickproof_kernel_table& table, const std::string& where,
                                               std::vector<UnknownKernel>* unknown) {
    if (table.abi_version != BRICKPROOF_ABI_VERSION)
        return Problem{
            fmt::format("{} has version {} of the kernel table, this brickproof reads version {}; rebuild it "
                        "with this brickproof's kernel_abi.h",
                        where, table.abi_version, BRICKPROOF_ABI_VERSION)};
    if (table.count == 0 || table.kernels == nullptr)
        return Problem{fmt::format("the kernel table of {} holds no kernels", where)};
    if (table.count > most_table_rows)
        return Problem{
            fmt::format("the kernel table of {} says that it has {} kernels, more than the {} that are read; "
                        "is it laid out as in kernel_abi.h?",
                        where, table.count, most_table_rows)};
    const Expected<std::string> name = checked_text(table.library);
    if (!name) return Problem{fmt::format("the library name in the kernel table of {} {}", where, name.problem())};
    const std::string library = table.library == nullptr ? where : *name;
    std::vector<Kernel> kernels;
    for (std::size_t i = 0; i < table.count; ++i) {
        Expected<std::optional<Kernel>> kernel = checked_row(table.kernels[i], i, library, unknown);
        if (!kernel) return Problem{kernel.problem()};
        if (*kernel)
            kernels.push_back(std::move(**kernel));
        else
            unknown->back().where = where;
    }
    return kernels;
}

std::vector<Kernel> own_kernels() {
    std::vector<Kernel> kernels = *kernels_of_table(brick::kernel_table(), "the brick library");
    for (Kernel& kernel : kernels)
        for (const Statement& statement : kernel.contract->statements)
            if (statement.promised_by_own) kernel.promises.emplace_back(statement.name);
    return kernels;
}

Expected<std::vector<Kernel>> load_plugin(const std::string& path, std::vector<UnknownKernel>* unknown) {
    if (!std::filesystem::exists(path)) return Problem{fmt::format("there is no plug-in {}", path)};
    // Without a slash dlopen would search the system's folders.
    const std::string absolute = std::filesystem::absolute(path).string();
    const LoadingEnvironment environment;
    const std::size_t threads = threads_of_this_process();
    void* library = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return Problem{fmt::format("{} cannot be loaded as a shared library: {}", path, dlerror())};
    const auto kernels_of = reinterpret_cast<brickproof_kernels_fn*>(dlsym(library, "brickproof_kernels"));
    if (kernels_of == nullptr)
        return Problem{
            fmt::format("{} does not export brickproof_kernels(), the one function of a plug-in "
                        "(see kernel_abi.h)",
                        path)};
    const brickproof_kernel_table* table = kernels_of();
    if (table == nullptr) return Problem{fmt::format("brickproof_kernels() of {} returned no table", path)};
    Expected<std::vector<Kernel>> kernels = kernels_of_table(*table, path, unknown);
    if (!kernels) return kernels;
    for (Kernel& kernel : *kernels) {
        kernel.plugin_path = path;
        kernel.changed_at_load = environment.change();
        kernel.has_threads_from_load = threads_of_this_process() > threads;
    }
    return kernels;
}

std::string why_not_runnable(const Kernel& kernel) {
    if (kernel.has_threads_from_load)
        return "its library starts threads while it is loaded, and kernels are judged in forked processes, which "
               "do not "
               "have them; start them at the first call";
    const std::string_view missing = brick::first_missing_feature(kernel.cpu_features);
    if (missing.empty()) return "";
    return fmt::format(
        "this CPU has no {}{}", missing,
        brick::is_known_feature(missing) ? "" : " (no feature of this architecture that is known here)");
}

}  // namespace brickproof
