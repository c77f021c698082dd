#include "fuzz/campaign/target_campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "fuzz/campaign/program_pool.hpp"
#include "fuzz/corpus/corpus_files.hpp"
#include "judge/child_pool.hpp"

namespace brickproof::fuzz {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double shrink_seconds = 5.0;  // of each step
constexpr double all_shrinking_seconds = 20.0;
constexpr std::size_t most_restarts = 20;  // a target that fails so often has been searched enough
constexpr double shortest_search = 1.0;    // libFuzzer counts whole seconds

double seconds_since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

// What all tasks of a campaign share.
struct Campaign {
    const TargetCampaignOptions& options;
    TargetSummary summary{};

    bool interrupted() const { return options.interrupted != nullptr && options.interrupted->load(); }
    bool stopped() const { return interrupted() || !summary.problems.empty(); }
    std::string corpus_of(const EngineTarget& target) const {
        return (fs::path(options.corpus) / target.name).string();
    }
    std::string findings_of(const EngineTarget& target) const {
        return (fs::path(options.corpus) / "findings" / target.name).string();
    }
    void add_problem(const std::string& sentence) {
        if (summary.problems.empty()) summary.problems.push_back(sentence);
    }
    bool is_known(const TargetFinding& finding) const {
        return std::ranges::any_of(summary.findings, [&](const TargetFinding& other) {
            return other.target == finding.target && other.statement == finding.statement;
        });
    }
    // A folder for files; a problem where it cannot be made.
    void make(const std::string& folder) {
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) add_problem(fmt::format("the folder {} cannot be made: {}", folder, error.message()));
    }
    std::vector<std::string> files_of(const std::string& folder) {
        const std::vector<std::string> folders{folder};
        const Expected<std::vector<std::string>> files = input_files(folders);
        if (files) return *files;
        add_problem(files.problem());
        return {};
    }
};

// One target: what failed before is run again, then libFuzzer searches until the time is over, begun again whenever
// it has found something.
class SearchTask : public ProgramTask {
  public:
    SearchTask(const EngineTarget& target, Campaign& campaign, double seconds, std::uint64_t stream)
        : target_(target), campaign_(campaign), seconds_(seconds), stream_(stream) {}

    std::vector<std::string> command() override {
        if (!begun_) begin();
        if (!known_.empty()) return replay_command(target_, known_);
        const double left = std::max(seconds_ - seconds_since(*begun_), shortest_search);
        const Shard& shard = campaign_.options.shard;
        // A campaign that goes on with what an earlier one left draws other numbers; so does a search that does.
        // Streams differ in their seeds' bits from 40 on, and libFuzzer takes 31 bits.
        const std::uint64_t seed =
            stream_seed(campaign_.options.seed, shard.stream(stream_ + corpus_size_ + restarts_)) >> 24;
        return search_command(target_, {campaign_.corpus_of(target_), campaign_.findings_of(target_), left, seed});
    }

    void progress(const EngineOutput& output) override {
        TargetSummary& all = campaign_.summary;
        all.executions += output.executions() - counted_;
        counted_ = output.executions();
    }

    bool end(const EngineOutput& output, int status) override {
        progress(output);
        counted_ = 0;
        if (!output.is_engine()) {
            campaign_.add_problem(fmt::format(
                "{} does not search: it {}, and libFuzzer is not in it; clang links it with -fsanitize=fuzzer",
                target_.path, describe_end(status)));
            return false;
        }
        features_ = std::max(features_, output.features());
        fresh_ = std::max(fresh_, output.features() - output.features_of_corpus());
        const bool failed = status != 0;
        if (failed) take(output, status);
        if (!known_.empty()) {
            forget_known_until(failed ? output.running() : known_.back());
            return !campaign_.stopped();
        }
        if (failed && ++restarts_ < most_restarts && seconds_since(*begun_) + shortest_search < seconds_)
            return !campaign_.stopped();
        campaign_.summary.features += features_;
        campaign_.summary.new_features += fresh_;
        return false;
    }

  private:
    void begin() {
        begun_ = Clock::now();
        for (const std::string& folder : {campaign_.corpus_of(target_), campaign_.findings_of(target_)})
            campaign_.make(folder);
        known_ = campaign_.files_of(campaign_.findings_of(target_));
        corpus_size_ = campaign_.files_of(campaign_.corpus_of(target_)).size();
    }

    void forget_known_until(const std::string& file) {
        const auto at = std::ranges::find(known_, file);
        known_.erase(known_.begin(), at == known_.end() ? at : at + 1);
    }

    void take(const EngineOutput& output, int status) {
        const bool says_why = !output.failure().empty();
        const std::string end = "it " + describe_end(status);
        TargetFinding finding{.target = target_.name,
                              .statement = says_why ? output.failed_statement() : end,
                              .message = says_why ? output.failure() : end,
                              .path = known_.empty() ? output.artifact() : output.running()};
        if (campaign_.is_known(finding)) {
            std::error_code error;
            if (known_.empty()) fs::remove(finding.path, error);
            return;
        }
        const Clock::time_point shrinking = Clock::now();
        if (known_.empty()) shrink(finding);
        seconds_ += seconds_since(shrinking);  // it is no search
        campaign_.summary.findings.push_back(finding);
        campaign_.options.on_finding(finding);
    }

    // Only what fails at once; the others take their 25 seconds a try.
    void shrink(TargetFinding& finding) {
        if (!fs::path(finding.path).filename().string().starts_with("crash-")) return;
        const auto stopped = [this] { return campaign_.interrupted(); };
        const std::string smaller = finding.path + ".tmp";
        run_program(shrink_command(target_, finding.path, smaller, shrink_seconds), all_shrinking_seconds, stopped);
        const std::vector<std::string> file{smaller};
        const EngineOutput again = run_program(replay_command(target_, file), shrink_seconds, stopped);
        const Expected<Bytes> bytes = read_input(smaller);
        std::error_code error;
        if (bytes && again.failed_statement() == finding.statement) {
            finding.message = again.failure();
            const fs::path shrunk = fs::path(finding.path).parent_path() / ("crash-" + content_name(*bytes));
            fs::remove(finding.path, error);
            fs::rename(smaller, shrunk, error);
            finding.path = shrunk.string();
        }
        fs::remove(smaller, error);
    }

    const EngineTarget& target_;
    Campaign& campaign_;
    double seconds_;
    std::uint64_t stream_;
    std::optional<Clock::time_point> begun_;
    std::vector<std::string> known_;  // inputs that failed in earlier campaigns
    std::size_t corpus_size_ = 0;
    std::size_t restarts_ = 0;
    std::size_t counted_ = 0;
    std::size_t features_ = 0;
    std::size_t fresh_ = 0;
};

// Leaves out of a target's corpus what reaches nothing of its own.
class MinimiseTask : public ProgramTask {
  public:
    MinimiseTask(const EngineTarget& target, Campaign& campaign)
        : target_(target), campaign_(campaign), fresh_(campaign.corpus_of(target) + ".tmp") {}
    ~MinimiseTask() override { remove_fresh(); }

    std::vector<std::string> command() override {
        remove_fresh();
        campaign_.make(campaign_.corpus_of(target_));
        campaign_.make(fresh_);
        return merge_command(target_, fresh_, campaign_.corpus_of(target_));
    }

    bool end(const EngineOutput&, int status) override {
        const std::string corpus = campaign_.corpus_of(target_);
        const std::size_t before = campaign_.files_of(corpus).size();
        const Expected<std::vector<Bytes>> chosen = read_corpus(fresh_);
        if (status != 0 || !chosen) {
            campaign_.add_problem(fmt::format("{} could not be minimised: {} {}", corpus, target_.path,
                                              status != 0 ? describe_end(status) : chosen.problem()));
            return false;
        }
        const Expected<std::size_t> left = replace_corpus(corpus, *chosen);
        if (!left) campaign_.add_problem(left.problem());
        campaign_.summary.corpus_before += before;
        campaign_.summary.corpus_after += left ? *left : before;
        return false;
    }

  private:
    void remove_fresh() const {
        std::error_code error;
        fs::remove_all(fresh_, error);
    }

    const EngineTarget& target_;
    Campaign& campaign_;
    std::string fresh_;
};

void minimise(const std::vector<EngineTarget>& targets, Campaign& campaign) {
    std::vector<std::unique_ptr<ProgramTask>> tasks;
    for (const EngineTarget& target : targets) tasks.push_back(std::make_unique<MinimiseTask>(target, campaign));
    run_programs(tasks, campaign.options.jobs, [&] { return campaign.stopped(); });
}

}  // namespace

TargetSummary run_target_campaign(const std::vector<EngineTarget>& targets, const TargetCampaignOptions& options) {
    Campaign campaign{options};
    campaign.summary.targets = targets.size();
    const Clock::time_point begun = Clock::now();
    const double seconds = options.seconds * static_cast<double>(std::min(options.jobs, targets.size())) /
                           static_cast<double>(std::max<std::size_t>(targets.size(), 1));
    std::vector<std::unique_ptr<ProgramTask>> tasks;
    for (std::size_t i = 0; i < targets.size(); ++i)
        tasks.push_back(std::make_unique<SearchTask>(targets[i], campaign, seconds, i));
    run_programs(tasks, options.jobs, [&] {
        campaign.summary.seconds = seconds_since(begun);
        options.on_progress(campaign.summary);
        return campaign.stopped();
    });
    if (options.minimise && !campaign.stopped()) minimise(targets, campaign);
    campaign.summary.interrupted = campaign.interrupted();
    return std::move(campaign.summary);
}

TargetSummary minimise_targets(const std::vector<EngineTarget>& targets, const TargetCampaignOptions& options) {
    Campaign campaign{options};
    campaign.summary.targets = targets.size();
    minimise(targets, campaign);
    campaign.summary.interrupted = campaign.interrupted();
    return std::move(campaign.summary);
}

}  // namespace brickproof::fuzz
