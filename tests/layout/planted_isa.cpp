// A file as those of the ISAs, with an inline function outside of the namespace of its ISA.
namespace brick {

[[gnu::noinline]] inline int merged_with_others(int a) {
    return a + 1;
}

int (*address_of_merged())(int);
int (*address_of_merged())(int) {
    return merged_with_others;
}

}  // namespace brick
