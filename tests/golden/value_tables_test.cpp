// SPDX-License-Identifier: GPL-2.0-or-later
// Variables of the real kernel: which ones there are is its own business, that they can be read is ours.
#include <gmock/gmock.h>

#include "sim/inspect/value_tables.h"
#include "tests/golden/subject.h"

namespace ringside {
namespace {

class KernelValues : public testing::Test {
 protected:
  std::unique_ptr<Session> session = subject_session();
  void SetUp() override { ASSERT_EQ(session->run_to("kernel_main")->kind, StopKind::address); }
};

TEST_F(KernelValues, ListsVariablesWhereTheSymbolTableHasThem) {
  const Table t = variables_table(session->context(), "kernel::");
  ASSERT_GT(t.rows.size(), 10u);
  unsigned readable = 0;
  for (const Row& row : t.rows) {
    EXPECT_THAT(row.cells[0].text, testing::HasSubstr("kernel::"));
    const auto symbol = session->symbols().find({row.cells[2].target});
    ASSERT_TRUE(symbol.has_value());
    EXPECT_EQ(symbol->symbol->name, row.cells[0].text);
    readable += !row.cells[1].text.empty();
  }
  EXPECT_GT(readable, 50u) << "constants with a copy in every file have no value here";
}

TEST_F(KernelValues, ShowsTheSameTextForAVariableAloneAndInTheList) {
  unsigned compared = 0;
  for (const Row& row : variables_table(session->context(), "kernel::").rows) {
    if (row.cells[1].text.empty()) continue;
    const auto alone = value_table(session->context(), row.cells[0].text);
    ASSERT_TRUE(alone.has_value()) << alone.error().sentence;
    ASSERT_FALSE(alone->rows.empty());
    EXPECT_EQ(alone->rows[0].cells[1].text, row.cells[1].text) << row.cells[0].text;
    ++compared;
  }
  EXPECT_GT(compared, 5u);
}

TEST_F(KernelValues, ShowsTheParametersOfTheFunctionItIsIn) {
  const Table t = locals_table(session->context());
  ASSERT_FALSE(t.rows.empty()) << "kernel_main takes the boot loader's registers";
  EXPECT_EQ(t.rows[0].cells[4].text, "parameter");
  EXPECT_EQ(t.rows[0].cells[3].text, "register") << "nothing was stored yet";
}

TEST_F(KernelValues, SaysWhatIsUnknown) {
  const auto t = value_table(session->context(), "kernel::no_such_thing");
  ASSERT_FALSE(t.has_value());
  EXPECT_THAT(t.error().sentence, testing::HasSubstr("no_such_thing"));
}

}  // namespace
}  // namespace ringside
