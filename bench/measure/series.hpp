// What sampling has taken, what of it counts, and whether to go on: data and pure functions. The sampler acts on
// them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "bench/measure/diagnosis.hpp"
#include "bench/measure/meter.hpp"

namespace brickproof::bench {

// Memory was another in a round whose probes took longer or shorter by more than this than when it is quiet: than
// in all but the fastest tenth of the row's rounds, of which a few may be quieter still. As far as a valid series
// may vary.
inline constexpr double quiet_share = 0.10;
inline constexpr double largest_slowdown = 0.05;
// Samples of one length, from the first that counts to the last.
struct Attempt {
    double sample_nanoseconds = 0.0;  // about, of the first contestant
    std::size_t turns = 1;            // batches that a sample is made of
    std::size_t samples = 0;
    std::size_t voided = 0;
    std::string reason{};  // why it was not valid
};

// What the memory probes of an attempt took, a round's mean: ns a call of the probe.
struct MemoryEvidence {
    double quiet = 0.0;             // what they take when memory is quiet
    std::vector<double> counted{};  // of the rounds that count, in their order
    std::vector<double> voided{};   // of those that do not

    // Coefficient of variation, of all of them.
    double variation() const;
};

struct Samples {
    std::vector<std::vector<double>> nanoseconds;  // [contestant][round]: per call, of the last attempt's rounds
    // [contestant]: per call, of the last attempt's disturbed batches, then of the samples that memory voids
    std::vector<std::vector<double>> voided;
    Disturbances disturbances{};             // of the last attempt
    std::optional<MemoryEvidence> memory{};  // ditto, with a memory probe
    std::vector<std::size_t> calls;          // [contestant]: in a sample
    std::vector<Attempt> attempts{};
    std::vector<Diagnosis> diagnoses{};  // [contestant]
    std::size_t warm_ups = 0;            // samples of the first contestant until it was stationary
    double seconds = 0.0;                // of wall time, in all
    std::optional<std::size_t> dead{};   // contestant that did not return
    std::string died{};                  // "name: what stopped it"
    bool user_stopped = false;

    std::size_t voided_count() const;
};

// A sample of each contestant, taken in turns.
struct Round {
    std::vector<double> per_call;  // [contestant]: ns
    double memory = 0.0;           // mean of the probes in it, ns a call
};

// Everything that was taken with samples of one length.
struct Series {
    std::vector<bool> decides;       // [contestant]: whether its samples must be valid
    std::vector<std::size_t> calls;  // [contestant]: in a batch
    std::size_t turns = 1;           // batches of each contestant in a sample
    bool has_memory = false;         // each round has its probes
    std::vector<Round> rounds{};
    std::vector<std::vector<double>> disturbed{};  // [contestant]: ns a call of batches that do not count
    Disturbances disturbances{};
    std::vector<double> measured{};  // [contestant]: ns of undisturbed samples
    // Of this attempt: when it is looked at next and how many rounds it may have; what the last look found.
    std::size_t next_look = 0;
    std::size_t most = 0;
    std::size_t counted = 0;
    bool is_valid = false;
};

// Twice the turns, half the rounds: every two become one.
void join_rounds(Series& series);

// What counts, and what does not since memory was another: by the probes of all rounds up to now, whatever the
// samples are. Sets nanoseconds, voided, disturbances, memory, calls and diagnoses.
Samples sorted_out(const Series& series);

// How much longer than the shortest an attempt's samples are, and its share of the time limit at most.
struct Length {
    double factor = 1.0;
    double share = 1.0;
};
// The first, second, third, ... attempt. Long samples are less changed by what is short and cannot be seen, a later
// attempt not at all by what is over. With memory probes, whose time is as uncertain as the samples', a round needs
// several of them from the beginning, and later attempts go on from the rounds of the first.
Length length_of(std::size_t attempt, bool has_memory);
// Whether a later attempt joins the rounds of the one before, to samples as long as others' get.
bool joins(std::size_t attempt, bool has_memory);

void begin_attempt(Series& series);
// The first that is not valid of those that decide; and what the policy must know of it.
Diagnosis note_look(const Samples& looked, Series& series);

// Seconds since sampling began.
struct Times {
    double now = 0.0;
    double attempt_ends = 0.0;
    double limit = 0.0;
    bool is_first_attempt = false;
};
enum class Step { stop, more, longer };
// Stop: the series is valid, or the time is over. Longer: the attempt has had its rounds, or its time; the first
// one goes on until it has enough samples.
Step next(const Series& series, const Times& times);
bool is_look_due(const Series& series, double least_nanoseconds);

// Whether an attempt's samples replace those of the attempt before: where the time limit left too few, they do not.
bool stands(const Samples& latest, const Samples& before);

}  // namespace brickproof::bench
