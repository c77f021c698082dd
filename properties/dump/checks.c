//@ numbers
static double number_at(const unsigned char* at, char kind) {
    if (kind == 'i') return (int8_t)*at;
    if (kind == 'f') {
        float value;
        memcpy(&value, at, sizeof(value));
        return value;
    }
    const int bits = at[0] | at[1] << 8, exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double value = exponent == 31  ? (fraction ? NAN : INFINITY)
                         : exponent == 0 ? ldexp(fraction, -24)
                                         : ldexp(1024 + fraction, exponent - 25);
    return bits & 0x8000 ? -value : value;
}
//@ values
/* Compares with the exact values: each may be off by its bound, any two NaNs are alike, nothing is asked where the
 * bound is infinite. */
static size_t compare(size_t k, size_t i, const unsigned char* got) {
    const struct operand* o = &operands[k][i];
    size_t numbers = 0, differing = 0, n = 0;
    for (size_t f = 0; f < 2; ++f) numbers += o->fields[f].count;
    const double* exact = contents_of(o->exact, o->count * numbers * sizeof(double));
    const double* bound = contents_of(o->bound, o->count * numbers * sizeof(double));
    for (size_t e = 0; e < o->count; ++e)
        for (size_t f = 0; f < 2; ++f)
            for (size_t j = 0; j < o->fields[f].count; ++j, ++n) {
                const struct field* field = &o->fields[f];
                const size_t width = field->kind == 'f' ? 4 : field->kind == 'h' ? 2 : 1;
                const double x = number_at(got + e * o->element_bytes + field->offset + j * width, field->kind);
                if (isinf(bound[n]) || x == exact[n] || (isnan(x) && isnan(exact[n])) ||
                    fabs(x - exact[n]) <= bound[n])
                    continue;
                if (++differing > 16) continue;
                printf("%s[%zu]", o->name, e);
                if (field->name[0] != '\0') printf(".%s[%zu]", field->name, j);
                printf(" is %.9g, and must be %.9g", x, exact[n]);
                if (bound[n] > 0) printf(" or at most %.3g away", bound[n]);
                printf("\n");
            }
    if (differing > 0) printf("%zu of the %zu numbers of %s are wrong\n", differing, n, o->name);
    return differing;
}

static size_t check(kernel_fn* kernel) {
    size_t faults = 0;
    const struct result result = run(kernel, 0, ROOMY, 0, 0xA5, 0);
    for (size_t i = 0; i < OPERANDS; ++i)
        if (operands[0][i].exact != NULL) faults += compare(0, i, result.outputs[i]);
    return faults;
}
//@ returns
static size_t check(kernel_fn* kernel) {
    run(kernel, 0, ROOMY, 0, 0xA5, 0);
    return 0;
}
//@ bounds
/* Poison around a roomy buffer that has changed. */
static size_t damage(size_t k, unsigned char poison) {
    size_t faults = 0;
    for (size_t i = 0; i < OPERANDS; ++i) {
        const struct arena* a = &arenas[i];
        const ptrdiff_t end = (ptrdiff_t)bytes_of(&operands[k][i]);
        for (ptrdiff_t at = a->start - a->data; at < a->start + a->capacity - a->data; ++at) {
            if ((at >= 0 && at < end) || a->data[at] == poison) continue;
            if (at < 0)
                printf("it writes %td bytes before the start of %s\n", -at, operands[k][i].name);
            else
                printf("it writes %td bytes past the end of %s\n", at - end, operands[k][i].name);
            ++faults;
            break;
        }
    }
    return faults;
}

/* An access outside ends the program by on_signal(), where a buffer ends or begins at a page without access. */
static size_t check(kernel_fn* kernel) {
    run(kernel, 0, ROOMY, 1, 0xA5, 0);
    const size_t faults = damage(0, 0xA5);
    run(kernel, 0, AT_THE_END, 0, 0xA5, 0);
    run(kernel, 0, AT_THE_START, 0, 0xA5, 0);
    return faults;
}
//@ read_only
/* Inputs cannot be written: on_signal() says where it was tried. */
static size_t check(kernel_fn* kernel) {
    run(kernel, 0, ROOMY, 0, 0xA5, 1);
    return 0;
}
//@ written
/* What holds the old contents after two calls with different ones was not written. */
static size_t check(kernel_fn* kernel) {
    size_t faults = 0;
    const struct result a = run(kernel, 0, ROOMY, 0, 0xA5, 0), b = run(kernel, 0, ROOMY, 0, 0x5A, 0);
    for (size_t i = 0; i < OPERANDS; ++i) {
        const struct operand* o = &operands[0][i];
        for (size_t at = 0; o->is_output && at < bytes_of(o); ++at) {
            if (a.outputs[i][at] != 0xA5 || b.outputs[i][at] != 0x5A) continue;
            if (++faults <= 16) printf("%s[%zu] is not written\n", o->name, at / o->element_bytes);
            at += o->element_bytes - 1 - at % o->element_bytes;
        }
    }
    return faults;
}
//@ same
/* Whether two calls gave the same bits. */
static size_t differ(const char* when, const struct result* a, const struct result* b) {
    for (size_t i = 0; i < OPERANDS; ++i) {
        const struct operand* o = &operands[0][i];
        for (size_t at = 0; o->is_output && at < bytes_of(o); ++at) {
            if (a->outputs[i][at] == b->outputs[i][at]) continue;
            printf("%s: other bits from %s[%zu] on\n", when, o->name, at / o->element_bytes);
            return 1;
        }
    }
    return 0;
}
//@ pair
/* Two calls whose results must be the same, as far as both reach. */
static size_t check(kernel_fn* kernel) {
    const struct result a = run(kernel, 0, ROOMY, 0, 0xA5, 0), b = run(kernel, 1, ROOMY, 0, 0xA5, 0);
    size_t faults = 0;
    for (size_t i = 0; i < OPERANDS; ++i) {
        const struct operand *o = &operands[0][i], *p = &operands[1][i];
        for (size_t e = 0; o->is_output && e < o->count && e < p->count; ++e) {
            const size_t at = e * o->element_bytes;
            if (memcmp(a.outputs[i] + at, b.outputs[i] + at, o->element_bytes) == 0) continue;
            if (++faults <= 16) printf("%s[%zu] of the two calls differs\n", o->name, e);
        }
    }
    return faults;
}
//@ repeats
static size_t check(kernel_fn* kernel) {
    size_t faults = 0;
    const struct result first = run(kernel, 0, ROOMY, 0, 0xA5, 0);
    for (int i = 0; i < 3 && faults == 0; ++i) {
        const struct result again = run(kernel, 0, ROOMY, 0, 0xA5, 0);
        faults += differ("called again", &first, &again);
    }
    const struct result other = run(kernel, 0, ROOMY, 0, 0x5A, 0);
    faults += differ("with other old contents of and around the buffers", &first, &other);
    run(kernel, 1, ROOMY, 0, 0xA5, 0);
    const struct result after = run(kernel, 0, ROOMY, 0, 0xA5, 0);
    return faults + differ("after a call with other data", &first, &after);
}
//@ alignments
static size_t check(kernel_fn* kernel) {
    const struct result first = run(kernel, 0, ROOMY, 0, 0xA5, 0);
    for (size_t shift = 1; shift < 64; ++shift) {
        char when[64];
        snprintf(when, sizeof(when), "buffers moved by %zu elements", shift);
        const struct result moved = run(kernel, 0, ROOMY, shift, 0xA5, 0);
        if (differ(when, &first, &moved) > 0) return 1;
    }
    return 0;
}
//@ environment
#if defined(__x86_64__)
static unsigned controls(void) {
    unsigned short x87;
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    return (__builtin_ia32_stmxcsr() & 0xFFC0u) | (unsigned)x87 << 16;
}
#elif defined(__aarch64__)
static unsigned long controls(void) {
    unsigned long fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    return fpcr;
}
#endif
static size_t check(kernel_fn* kernel) {
    const unsigned long before = controls();
    run(kernel, 0, ROOMY, 0, 0xA5, 0);
    const unsigned long after = controls();
    if (before == after) return 0;
    printf("the controls of floating point were 0x%lx and are 0x%lx\n", before, after);
    return 1;
}
//@ threads
#include <pthread.h>
static kernel_fn* the_kernel;
static volatile int over;
static void* other_thread(void* pointers) {
    while (!over) call(the_kernel, 1, pointers);
    return NULL;
}
/* Two threads call at once, on data of their own, for at most 5 s: a race need not show every time. */
static size_t check(kernel_fn* kernel) {
    void* pointers[OPERANDS];
    size_t faults = 0;
    const struct result alone = run(kernel, 0, ROOMY, 0, 0xA5, 0);
    place(1, ROOMY, 0, 0xA5, 0);
    for (size_t i = 0; i < OPERANDS; ++i) {
        pointers[i] = arenas[i].data;
        arenas[i] = (struct arena){NULL, NULL, 0};
    }
    the_kernel = kernel;
    pthread_t other;
    pthread_create(&other, NULL, other_thread, pointers);
    for (int i = 0; i < 20000 && faults == 0; ++i) {
        struct result now = run(kernel, 0, ROOMY, 0, 0xA5, 0);
        faults += differ("beside another thread", &alone, &now);
        for (size_t j = 0; j < OPERANDS; ++j) free(now.outputs[j]);
    }
    over = 1;
    pthread_join(other, NULL);
    return faults;
}
