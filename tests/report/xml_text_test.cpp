// Whatever a plug-in is called, a report that names it is well formed.
#include "report/xml_text.hpp"

#include <gtest/gtest.h>

namespace brickproof {
namespace {

TEST(XmlText, LeavesNoMarkupAndNothingThatIsNoCharacter) {
    EXPECT_EQ(escaped("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
    EXPECT_EQ(escaped("\x01\xFF \xC3\xA9"), "?? \xC3\xA9");
}

}  // namespace
}  // namespace brickproof
