// Executors: the pool does every part once, and results do not depend on who does them.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <thread>
#include <vector>

#include "brick/attention.hpp"
#include "brick/flash_attention_brick.hpp"
#include "brick/gemv.hpp"
#include "brick/q8_0_gemv.hpp"
#include "brick/thread_pool.hpp"
#include "layer_samples.hpp"
#include "threads/ranges.hpp"

namespace brick {
namespace {

// How often each part of a job is done.
std::vector<int> times_done(const Executor& executor, std::size_t count) {
    std::vector<std::atomic<int>> done(count);
    executor.for_each(count, [&](std::size_t index) { ++done[index]; });
    return {done.begin(), done.end()};
}

TEST(ThreadPool, DoesEveryPartOnce) {
    const auto pool = *ThreadPool::create(4);
    for (std::size_t count = 0; count < 100; ++count)
        for (int again = 0; again < 20; ++again)
            ASSERT_EQ(times_done(pool.executor(), count), std::vector<int>(count, 1)) << count << " parts";
}

// Returns when `all` threads have come here; false if that takes too long.
bool meet(std::atomic<int>& here, int all) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    ++here;
    while (here < all && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return here >= all;
}

// The threads wait for one another and then claim parts at once.
TEST(ThreadPool, APartIsClaimedOnce) {
    constexpr int threads = 4;
    const auto pool = *ThreadPool::create(threads);
    for (int again = 0; again < 10; ++again) {
        std::atomic<int> here = 0;
        std::vector<std::atomic<int>> done(20'000);
        pool.executor().for_each(done.size(), [&](std::size_t index) {
            if (here < threads) meet(here, threads);
            ++done[index];
        });
        ASSERT_TRUE(std::ranges::all_of(done, [](int times) { return times == 1; }));
    }
}

TEST(ThreadPool, WakesThreadsThatSleep) {
    const auto pool = *ThreadPool::create(3);
    for (int again = 0; again < 20; ++again) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // longer than a thread looks for work
        std::atomic<int> here = 0;
        std::atomic<int> met = 0;
        pool.executor().for_each(3, [&](std::size_t) { met += meet(here, 3) ? 1 : 0; });
        ASSERT_EQ(met, 3);
    }
}

TEST(ThreadPool, ServesSeveralCallers) {
    const auto pool = *ThreadPool::create(2);
    std::vector<int> wrong(3, 0);
    std::vector<std::thread> callers;
    for (int& count : wrong)
        callers.emplace_back([&pool, &count] {
            for (int again = 0; again < 500; ++again)
                if (times_done(pool.executor(), 7) != std::vector<int>(7, 1)) ++count;
        });
    for (std::thread& caller : callers) caller.join();
    EXPECT_EQ(wrong, std::vector<int>(3, 0));
}

TEST(ThreadPool, APartMayHaveParts) {
    const auto pool = *ThreadPool::create(3);
    std::atomic<int> done = 0;
    pool.executor().for_each(5, [&](std::size_t) { pool.executor().for_each(4, [&](std::size_t) { ++done; }); });
    EXPECT_EQ(done, 20);
}

TEST(ThreadPool, CopiesShareTheThreads) {
    auto pool = *ThreadPool::create(2);
    const ThreadPool copy = pool;
    pool = *ThreadPool::create(1);
    EXPECT_EQ(pool.executor().threads(), 1u);
    EXPECT_EQ(copy.executor().threads(), 2u);
    EXPECT_EQ(times_done(copy.executor(), 9), std::vector<int>(9, 1));
    EXPECT_EQ(ThreadPool::create(0).error().code, ErrorCode::zero_dimension);
}

// The CPUs that a thread may use.
std::set<int> allowed_cpus() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    std::set<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) cpus.insert(cpu);
    return cpus;
}

// Of each thread of a pool, that of the caller included.
std::vector<std::set<int>> allowed_cpus_of(const ThreadPool& pool) {
    const auto threads = static_cast<int>(pool.executor().threads());
    std::vector<std::set<int>> cpus(pool.executor().threads());
    std::atomic<int> here = 0;
    pool.executor().for_each(cpus.size(), [&](std::size_t index) {
        cpus[index] = allowed_cpus();
        EXPECT_TRUE(meet(here, threads)) << "a thread did two parts";
    });
    return cpus;
}

TEST(ThreadPool, LeavesItsThreadsWhereTheSystemPutsThem) {
    const auto pool = *ThreadPool::create(3);
    for (const std::set<int>& cpus : allowed_cpus_of(pool)) EXPECT_EQ(cpus, allowed_cpus());
}

// In a thread of the test's, since the thread that creates such a pool stays pinned.
TEST(ThreadPool, PinsEachThreadToACpuOfItsOwn) {
    const std::set<int> before = allowed_cpus();
    const std::size_t threads = std::min<std::size_t>(before.size(), 4);
    std::thread([&] {
        const auto pool = *ThreadPool::create(threads, Pinning::own_cpu);
        std::set<int> taken;
        for (const std::set<int>& cpus : allowed_cpus_of(pool)) {
            ASSERT_EQ(cpus.size(), 1u);
            EXPECT_TRUE(before.contains(*cpus.begin()));
            EXPECT_TRUE(taken.insert(*cpus.begin()).second) << "two threads on CPU " << *cpus.begin();
        }
    }).join();
    EXPECT_EQ(allowed_cpus(), before);
}

TEST(ThreadPool, HasNoCpuOfItsOwnForMoreThreadsThanCpus) {
    const std::set<int> before = allowed_cpus();
    const auto pool = ThreadPool::create(before.size() + 1, Pinning::own_cpu);
    ASSERT_FALSE(pool);
    EXPECT_EQ(pool.error().code, ErrorCode::bad_parameter);
    EXPECT_EQ(pool.error().message.view(), "ThreadPool::create: threads is " + std::to_string(before.size() + 1) +
                                               ", each on a CPU of its own; this thread may use " +
                                               std::to_string(before.size()));
    EXPECT_EQ(allowed_cpus(), before);
}

// In a process that may start no thread. The limit does not hold for root, who becomes nobody.
[[noreturn]] void create_without_threads() {
    constexpr uid_t nobody = 65534;
    constexpr rlimit none{1, 1};
    if (geteuid() == 0 && setresuid(nobody, nobody, nobody) != 0) std::_Exit(2);
    if (setrlimit(RLIMIT_NPROC, &none) != 0) std::_Exit(3);
    const auto pool = ThreadPool::create(4);
    if (pool || pool.error().code != ErrorCode::no_thread) std::_Exit(4);
    std::fprintf(stderr, "%s\n", std::string(pool.error().message.view()).c_str());
    std::_Exit(0);
}

TEST(ThreadPoolDeathTest, SaysHowManyThreadsTheSystemGives) {
    EXPECT_EXIT(create_without_threads(), testing::ExitedWithCode(0),
                "ThreadPool::create: of 3 threads the system gives 0");
}

TEST(Ranges, CoverEveryRowOnce) {
    const auto pool = *ThreadPool::create(3);
    for (const std::size_t row_bytes : {std::size_t{0}, std::size_t{100}, smallest_part_bytes, ~std::size_t{0} - 1})
        for (std::size_t count = 0; count < 70; ++count) {
            std::vector<std::atomic<int>> done(count);
            for_ranges(pool.executor(), count, row_bytes, [&](std::size_t first, std::size_t last) {
                for (std::size_t row = first; row < last; ++row) ++done[row];
            });
            ASSERT_EQ(std::vector<int>(done.begin(), done.end()), std::vector<int>(count, 1));
        }
    EXPECT_EQ(count_parts(pool.executor(), 64, smallest_part_bytes), 12u);
    EXPECT_EQ(count_parts(pool.executor(), 64, 1), 1u);
    EXPECT_EQ(count_parts(Executor(), 64, smallest_part_bytes), 1u);
}

// An executor of a caller's own: parts from the last to the first, each on a thread of its own.
struct Backwards {
    std::size_t parts = 0;

    Executor executor() {
        return {2,
                [](void* self, std::size_t count, Executor::Part* part, const void* job) {
                    static_cast<Backwards*>(self)->parts += count;
                    for (std::size_t index = count; index-- > 0;) std::thread(part, job, index).join();
                },
                this};
    }
};

// Large enough for several parts.
TEST(Executor, ProductsHaveTheSameBits) {
    constexpr std::size_t rows = 404, cols = 416;
    const Matrix w = f32_matrix(rows, cols, 1);
    const Matrix blocks = q8_0_matrix(rows, cols, 1);
    const Matrix x_blocks = q8_0_matrix(1, cols, 2);
    const std::vector<float> x = values_like(cols, 2, 1.0f), bias = values_like(rows, 3, 1.0f);
    std::vector<float> alone(rows), in_parts(rows);
    Backwards backwards;
    ASSERT_TRUE(gemv(w.values(), x, bias, alone, rows, cols));
    ASSERT_TRUE(gemv(w.values(), x, bias, in_parts, rows, cols, backwards.executor()));
    EXPECT_EQ(in_parts, alone);
    EXPECT_EQ(backwards.parts, 8u);
    ASSERT_TRUE(q8_0::gemv(blocks.blocks(), x_blocks.blocks(), alone, rows, cols));
    ASSERT_TRUE(q8_0::gemv(blocks.blocks(), x_blocks.blocks(), in_parts, rows, cols, backwards.executor()));
    EXPECT_EQ(in_parts, alone);
    EXPECT_EQ(backwards.parts, 10u);
}

TEST(Executor, AttentionHasTheSameBits) {
    constexpr std::size_t seq = 520;
    // The last has groups of 20: three blocks of heads for each kv head.
    for (const AttentionShape& shape :
         {AttentionShape{6, 6, 20}, AttentionShape{6, 2, 64}, AttentionShape{40, 2, 36}}) {
        const std::vector<float> q = values_like(shape.query_size(), 1, 1.0f);
        const std::vector<float> k = values_like(seq * shape.key_size(), 2, 1.0f);
        const std::vector<float> v = values_like(seq * shape.key_size(), 3, 1.0f);
        std::vector<float> alone(q.size()), in_parts(q.size());
        const AttentionSizes sizes{seq, shape.heads, shape.kv_heads, shape.head_dim};
        Backwards backwards;
        ASSERT_TRUE(attention(q, k, v, alone, sizes));
        ASSERT_TRUE(attention(q, k, v, in_parts, sizes, backwards.executor()));
        EXPECT_EQ(in_parts, alone);
        EXPECT_GT(backwards.parts, 1u);

        KvCache cache = *KvCache::create(shape.kv_heads, shape.head_dim, seq);
        for (std::size_t t = 0; t < seq; ++t)
            ASSERT_TRUE(cache.append(std::span(k).subspan(t * shape.key_size(), shape.key_size()),
                                     std::span(v).subspan(t * shape.key_size(), shape.key_size())));
        ASSERT_TRUE(AttentionBrick::create(shape)->run(q, cache, in_parts, backwards.executor()));
        EXPECT_EQ(in_parts, alone);
        const auto flash = *FlashAttentionBrick::create(shape, 24);
        ASSERT_TRUE(flash.run(q, cache, alone));
        ASSERT_TRUE(flash.run(q, cache, in_parts, backwards.executor()));
        EXPECT_EQ(in_parts, alone);
    }
}

// Three tokens through a layer whose products have several parts.
void expect_layer_has_the_same_bits(LayerWeights weights, const LayerConfig& config) {
    const auto layer = *TransformerLayerBrick::create(config, std::move(weights));
    const auto pool = *ThreadPool::create(3);
    KvCache cache = *layer.make_cache(3), other_cache = *layer.make_cache(3);
    std::vector<float> alone(config.hidden), in_parts(config.hidden);
    for (std::uint64_t token = 0; token < 3; ++token) {
        const std::vector<float> x = values_like(config.hidden, 7 * token, 1.0f);
        ASSERT_TRUE(layer.run(x, cache, alone));
        ASSERT_TRUE(layer.run(x, other_cache, in_parts, pool.executor()));
        ASSERT_EQ(in_parts, alone) << "token " << token;
    }
}

template <class MakeMatrix>
LayerWeights weights_for(const LayerConfig& config, MakeMatrix matrix) {
    const std::size_t hidden = config.hidden, kv = config.kv_heads * config.head_dim();
    return {std::vector<float>(hidden, 1.0f),
            {matrix(hidden, hidden, 1), values_like(hidden, 11, 0.1f)},
            {matrix(kv, hidden, 2), values_like(kv, 12, 0.1f)},
            {matrix(kv, hidden, 3), {}},
            matrix(hidden, hidden, 4),
            std::vector<float>(hidden, 0.5f),
            matrix(config.intermediate, hidden, 5),
            matrix(config.intermediate, hidden, 6),
            matrix(hidden, config.intermediate, 7)};
}

TEST(Executor, LayersHaveTheSameBits) {
    constexpr LayerConfig config{.hidden = 192, .heads = 6, .kv_heads = 2, .intermediate = 416};
    expect_layer_has_the_same_bits(weights_for(config, [](std::size_t r, std::size_t c,
                                                          std::uint64_t seed) { return f32_matrix(r, c, seed); }),
                                   config);
    expect_layer_has_the_same_bits(weights_for(config, [](std::size_t r, std::size_t c,
                                                          std::uint64_t seed) { return q8_0_matrix(r, c, seed); }),
                                   config);
}

}  // namespace
}  // namespace brick
