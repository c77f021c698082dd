/* Kernels of f16.to_f32 that are right as long as they return. Tests name them by their variants. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "brickproof/kernel_abi.h"

static float float_of(uint16_t half) {
    uint32_t magnitude = (uint32_t)(half & 0x7FFF) << 13;
    uint32_t bits = magnitude + (112u << 23);
    float value = 0.0f;
    if ((half & 0x7C00) == 0x7C00) bits = magnitude | 0x7F800000u;
    if ((half & 0x7C00) == 0)
        value = (float)(half & 0x3FF) * 0x1p-24f;
    else
        memcpy(&value, &bits, sizeof(value));
    memcpy(&bits, &value, sizeof(bits));
    bits |= (uint32_t)(half & 0x8000) << 16;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static void convert(const uint16_t* x, float* y, size_t n) {
    for (size_t i = 0; i < n; ++i) y[i] = float_of(x[i]);
}

static void loop(void) {
    for (volatile int forever = 1; forever != 0;) {
    }
}

static void* sleep_for_ever(void* nothing) {
    for (;;) pause();
    return nothing;
}

static void from_33_on(const uint16_t* x, float* y, size_t n) {
    convert(x, y, n);
    if (n >= 33) loop();
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void leaves_a_mutex_locked(const uint16_t* x, float* y, size_t n) {
    pthread_mutex_lock(&mutex);
    convert(x, y, n);
}

static void pauses(const uint16_t* x, float* y, size_t n) {
    convert(x, y, n);
    pause();
    for (;;) pause();
}

static void ignores_the_alarm(const uint16_t* x, float* y, size_t n) {
    convert(x, y, n);
    if (n < 33) return;
    signal(SIGALRM, SIG_IGN);
    loop();
}

static void blocks_all_signals(const uint16_t* x, float* y, size_t n) {
    sigset_t all;
    convert(x, y, n);
    if (n < 33) return;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    pause();
}

static void a_thread_a_call(const uint16_t* x, float* y, size_t n) {
    pthread_t thread;
    convert(x, y, n);
    pthread_create(&thread, NULL, sleep_for_ever, NULL);
}

static void* convert_two(void* nothing) {
    return nothing;
}
static void joins_a_thread_a_call(const uint16_t* x, float* y, size_t n) {
    pthread_t thread;
    convert(x, y, n);
    if (pthread_create(&thread, NULL, convert_two, NULL) == 0) pthread_join(thread, NULL);
}

static void stops_itself(const uint16_t* x, float* y, size_t n) {
    convert(x, y, n);
    if (n >= 33) raise(SIGSTOP);
}

static void forks_a_sleeper(const uint16_t* x, float* y, size_t n) {
    convert(x, y, n);
    if (n >= 33 && fork() == 0) sleep_for_ever(NULL);
}

static void forks_a_daemon(const uint16_t* x, float* y, size_t n) {
    convert(x, y, n);
    if (n < 33 || fork() != 0) return;
    setsid();
    if (fork() == 0) sleep_for_ever(NULL);
    _exit(0);
}

static void forks_and_hangs(const uint16_t* x, float* y, size_t n) {
    convert(x, y, n);
    if (n < 33) return;
    if (fork() == 0) {
        setsid();
        sleep_for_ever(NULL);
    }
    signal(SIGALRM, SIG_IGN);
    loop();
}

static void is_slow(const uint16_t* x, float* y, size_t n) {
    struct timespec* nothing = NULL;
    (void)nothing;
    convert(x, y, n);
    usleep(20000);
}

#define ROW(function) \
    { "f16.to_f32", #function, "", "", 0, (void (*)(void))function }
static const brickproof_kernel rows[] = {
    ROW(convert),           ROW(from_33_on),         ROW(leaves_a_mutex_locked), ROW(pauses),
    ROW(ignores_the_alarm), ROW(blocks_all_signals), ROW(a_thread_a_call),       ROW(joins_a_thread_a_call),
    ROW(stops_itself),      ROW(forks_a_sleeper),    ROW(forks_a_daemon),        ROW(forks_and_hangs),
    ROW(is_slow),
};
static const brickproof_kernel_table table = {BRICKPROOF_ABI_VERSION, "hangs", sizeof(rows) / sizeof(rows[0]),
                                              rows};

const brickproof_kernel_table* brickproof_kernels(void) {
    return &table;
}
