#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

@types @
    /* The kernel's function type. */
    typedef @function_type @;

#define OP "@op@"
#define VARIANT "@variant@"
#define PLUGIN "@plugin@" /* where no other is named on the command line */
#ifndef SECONDS
#define SECONDS 10 /* after which a call counts as one that does not return */
#endif

/* Numbers of one kind that lie side by side in an element: 'f' float32, 'h' half, 'i' int8. */
struct field {
    const char* name;
    char kind;
    size_t offset, count;
};
struct operand {
    const char *name, *file;
    int is_output;
    size_t count, element_bytes, alignment;
    struct field fields[2];
    const char *exact, *bound; /* of an output: files of float64, or none */
};
enum { CALLS = @calls @, OPERANDS = @operands @, READ_SLACK = @read_slack @ };
static const size_t sizes[CALLS][4] = {@sizes @};
static const struct operand operands[CALLS][OPERANDS] = {@operand_rows @};

static void call(kernel_fn* kernel, size_t k, void* const* o) {
    @call @
}

/* Files: .npy, little endian, in C order, as numpy.load() reads them. They lie beside this one. */
static void* contents_of(const char* file, size_t bytes) {
    static char path[4096];
    const char* slash = strrchr(__FILE__, '/');
    snprintf(path, sizeof(path), "%.*s%s", slash ? (int)(slash - __FILE__) + 1 : 0, __FILE__, file);
    unsigned char head[10], *data = calloc(bytes + 1, 1);
    FILE* f = fopen(path, "rb");
    if (f == NULL || fread(head, 1, 10, f) != 10 || fseek(f, head[8] + 256 * head[9], SEEK_CUR) != 0 ||
        fread(data, 1, bytes, f) != bytes) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    fclose(f);
    return data;
}

/* Memory for a buffer, between pages without access. */
struct arena {
    unsigned char *start, *data;
    size_t capacity;
};
enum where { ROOMY, AT_THE_START, AT_THE_END };
static struct arena arenas[OPERANDS];
static size_t current; /* the call that is being made */

static size_t bytes_of(const struct operand* o) {
    return o->count * o->element_bytes;
}

static void place(size_t k, enum where where, size_t shift, unsigned char poison, int read_only) {
    const size_t guard = 1 << 20, room = 4096;
    for (size_t i = 0; i < OPERANDS; ++i) {
        const struct operand* o = &operands[k][i];
        struct arena* a = &arenas[i];
        const size_t slack = o->is_output ? 0 : (READ_SLACK + o->alignment - 1) / o->alignment * o->alignment;
        const size_t needed = (bytes_of(o) + slack + 2 * room + 512 + 65535) / 65536 * 65536;
        if (a->capacity < needed) {
            unsigned char* all = mmap(NULL, needed + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            a->start = all + guard;
            a->capacity = needed;
        }
        mprotect(a->start, a->capacity, PROT_READ | PROT_WRITE);
        memset(a->start, poison, a->capacity);
        a->data = where == AT_THE_START ? a->start
                  : where == AT_THE_END ? a->start + a->capacity - bytes_of(o) - slack
                                        : a->start + room + shift * (2 * i + 1) * o->alignment % 64;
        if (o->is_output) continue;
        void* contents = contents_of(o->file, bytes_of(o));
        memcpy(a->data, contents, bytes_of(o));
        free(contents);
        if (read_only) mprotect(a->start, a->capacity, PROT_READ);
    }
}

/* A signal is a fault; that of a memory access says where it was. */
static void on_signal(int signal, siginfo_t* info, void* context) {
    (void)context;
    if (signal == SIGALRM)
        dprintf(1, "the kernel does not return within %d s\n", SECONDS);
    else
        dprintf(1, "the kernel is ended by signal %d\n", signal);
    for (size_t i = 0; i < OPERANDS && (signal == SIGSEGV || signal == SIGBUS); ++i) {
        const struct operand* o = &operands[current][i];
        const ptrdiff_t at = (unsigned char*)info->si_addr - arenas[i].data, end = (ptrdiff_t)bytes_of(o);
        if (at < -(1 << 20) - (arenas[i].data - arenas[i].start) || at > end + (1 << 20)) continue;
        if (at >= end)
            dprintf(1, "by an access %td bytes past the end of %s\n", at - end, o->name);
        else if (at < 0)
            dprintf(1, "by an access %td bytes before the start of %s\n", -at, o->name);
        else
            dprintf(1, "by an access to byte %td of %s\n", at, o->name);
        break;
    }
    _exit(1);
}
static void catch_signals(void) {
    static unsigned char memory[1 << 16];
    const stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)};
    sigaltstack(&stack, NULL);
    const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, SIGALRM};
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); ++i) {
        struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        sigaction(signals[i], &action, NULL);
    }
}

/* The bytes of an output after a call, in memory of their own. */
struct result {
    unsigned char* outputs[OPERANDS];
};
static struct result run(kernel_fn* kernel, size_t k, enum where where, size_t shift, unsigned char poison,
                         int read_only) {
    struct result result = {{NULL}};
    void* pointers[OPERANDS];
    place(k, where, shift, poison, read_only);
    for (size_t i = 0; i < OPERANDS; ++i) pointers[i] = arenas[i].data;
    current = k;
    fflush(stdout);
    alarm(SECONDS);
    call(kernel, k, pointers);
    alarm(0);
    for (size_t i = 0; i < OPERANDS; ++i) {
        const size_t bytes = bytes_of(&operands[k][i]);
        if (!operands[k][i].is_output) continue;
        result.outputs[i] = calloc(bytes + 1, 1);
        memcpy(result.outputs[i], arenas[i].data, bytes);
    }
    return result;
}

@check @ static kernel_fn* find_kernel(const char* plugin, const char* variant) {
#ifdef KERNEL
    extern kernel_fn KERNEL;
    (void)plugin;
    (void)variant;
    return KERNEL;
#else
    struct row {
        const char *op, *variant, *cpu_features, *assumes;
        size_t read_slack;
        void (*fn)(void);
    };
    struct table {
        uint32_t abi_version;
        const char* library;
        size_t count;
        const struct row* kernels;
    };
    void* library = dlopen(plugin, RTLD_NOW);
    const struct table* (*get)(void) = NULL;
    if (library != NULL) *(void**)&get = dlsym(library, "brickproof_kernels");
    const struct table* table = get != NULL ? get() : NULL;
    for (size_t i = 0; table != NULL && i < table->count; ++i)
        if (strcmp(table->kernels[i].op, OP) == 0 && strcmp(table->kernels[i].variant, variant) == 0)
            return (kernel_fn*)table->kernels[i].fn;
    fprintf(stderr, "%s has no kernel %s / %s: %s\n", plugin, OP, variant,
            library == NULL ? dlerror() : "it is not in its table");
    exit(2);
#endif
}

int main(int argc, char** argv) {
    kernel_fn* kernel = find_kernel(argc > 1 ? argv[1] : PLUGIN, argc > 2 ? argv[2] : VARIANT);
    catch_signals();
    const size_t faults = check(kernel);
    puts(faults > 0 ? "the fault shows" : "the fault does not show");
    return faults > 0 ? 1 : 0;
}
