// What is kept is what would be decoded, whatever is asked for in between and however little room there is.
#include "judge/case_store.hpp"

#include <gtest/gtest.h>

namespace brickproof {
namespace {

const Contract& contract() {
    return *find_contract("q8_0.dot");
}

bool same(const Case& a, const Case& b) {
    if (a.sizes != b.sizes || a.operands.size() != b.operands.size()) return false;
    for (std::size_t i = 0; i < a.operands.size(); ++i)
        if (a.operands[i].contents != b.operands[i].contents) return false;
    return true;
}

Bytes of_size(std::uint8_t blocks, std::uint8_t pattern) {
    return {blocks, pattern, 3, 7, 1, 2};
}

TEST(CaseStore, GivesTheDecodedCaseWithEveryAmountOfRoom) {
    const Preconditions none;
    const Preconditions narrow({"quants>-128"});
    for (const std::size_t room : {0u, 100u, 1'000'000u}) {
        CaseStore store(contract(), room);
        for (int round = 0; round < 2; ++round)
            for (std::uint8_t blocks = 1; blocks < 20; ++blocks)
                for (const Preconditions& holding : {none, narrow}) {
                    // 7: all quants are the lowest, which the precondition rules out.
                    const Bytes bytes = of_size(blocks, 7);
                    const Case fresh = decode_case(contract(), bytes, holding);
                    EXPECT_TRUE(same(store.kept(bytes, holding), fresh));
                    EXPECT_TRUE(same(store.decoded(of_size(3, 5), holding),
                                     decode_case(contract(), of_size(3, 5), holding)));
                }
    }
}

TEST(CaseStore, KeepsWhatThereIsRoomFor) {
    CaseStore store(contract(), 100'000);
    const Case* first = &store.kept(of_size(4, 5), {});
    store.decoded(of_size(9, 5), {});
    EXPECT_EQ(&store.kept(of_size(4, 5), {}), first);
    EXPECT_NE(&store.kept(of_size(4, 5), Preconditions({"quants>-128"})), first);

    CaseStore full(contract(), 0);
    const Case* none = &full.kept(of_size(4, 5), {});
    EXPECT_EQ(&full.kept(of_size(5, 5), {}), none) << "kept without room";
}

}  // namespace
}  // namespace brickproof
