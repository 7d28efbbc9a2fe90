// SPDX-License-Identifier: GPL-2.0-or-later
// The forms of results against samples/, which were written by hand from the documentation of those who read
// them.
#include "labs/grade/formats.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "class_folder.h"
#include "labs/grade/markup.h"
#include "labs/grade/results.h"
#include "labs/grade/student_report.h"

namespace ringside::labs {
namespace {

using Json = nlohmann::json;
using namespace testing;

std::string sample(const std::string& name) {
  return text_of(std::filesystem::path(RINGSIDE_SOURCE_FOLDER) / "tests/labs/samples" / name);
}

Lab a_lab() {
  return {.name = "07-a-lab", .title = "A lab", .steps = {{"First & foremost", 40}, {"Second", 60}}};
}

std::vector<Graded> a_class() {
  const StepResult first{1, "First & foremost", 40, 40, std::nullopt};
  const Finding finding{.expected = "a <b>",
                        .got = "\"c\", d",
                        .why = "It matters.",
                        .symbol = "lab::f+0x2",
                        .file = "screen.cpp",
                        .line = 12,
                        .instructions = 1234,
                        .recording = "step-2.recording"};
  Verdict ada{.lab = "07-a-lab", .steps = {first, {2, "Second", 60, 60, std::nullopt}}};
  Verdict bob{.lab = "07-a-lab", .steps = {first, {2, "Second", 0, 60, finding}}};
  Verdict cy{.lab = "07-a-lab",
             .status = Verdict::Status::not_built,
             .sentence = "It does not compile.",
             .compiler_says = "screen.cpp:1: error: no\n"};
  add_missing_steps(a_lab(), cy);
  return {{"Ada", ada}, {"Bob", bob}, {"=Cy, \"the third\"", cy}};
}

ScreenPicture a_screen() {
  ScreenPicture screen;
  for (int row = 0; row < 25; ++row) {
    screen.rows.push_back(row == 3 ? "<hi> & \xC3\xA4" + std::string(72, ' ') : std::string(80, ' '));
    std::string colors;
    for (int column = 0; column < 80; ++column) colors += row == 3 && column < 4 ? "1e" : "07";
    screen.colors.push_back(colors);
  }
  return screen;
}

TEST(Formats, GradescopeAsItsSpecificationSays) {
  const auto all = a_class();
  EXPECT_EQ(Json::parse(gradescope_json(a_lab(), all[1].verdict)),
            Json::parse(sample("gradescope-bob.json")));
  EXPECT_EQ(Json::parse(gradescope_json(a_lab(), all[2].verdict)), Json::parse(sample("gradescope-cy.json")));
}

TEST(Formats, PrairieLearnAsItsDocumentationSays) {
  const auto all = a_class();
  EXPECT_EQ(Json::parse(prairielearn_json(a_lab(), all[1].verdict)),
            Json::parse(sample("prairielearn-bob.json")));
  EXPECT_EQ(Json::parse(prairielearn_json(a_lab(), all[2].verdict)),
            Json::parse(sample("prairielearn-cy.json")));
}

// "this file should be limited to 1 MB", with a screen that has another colour in each cell of each step.
TEST(Formats, PrairieLearnStaysBelowAMegabyte) {
  Verdict verdict{.lab = "07-a-lab", .compiler_says = std::string(16'000, 'x')};
  ScreenPicture screen;
  for (int row = 0; row < 25; ++row) {
    std::string colors;
    for (int column = 0; column < 80; ++column)
      colors += fmt::format("{:x}{:x}", (row + column) & 15, column & 15);
    screen.rows.push_back(std::string(80, '&'));
    screen.colors.push_back(colors);
  }
  for (unsigned n = 1; n <= 6; ++n)
    verdict.steps.push_back({n, "Step", 0, 10, Finding{.got = std::string(16'000, '"'), .screen = screen}});
  const std::string text = prairielearn_json(a_lab(), verdict);
  EXPECT_LT(text.size(), 1'000'000u);
  EXPECT_TRUE(Json::accept(text));
}

TEST(Formats, PrairieLearnShowsTheScreen) {
  auto all = a_class();
  all[1].verdict.steps[1].finding->screen = a_screen();
  const Json json = Json::parse(prairielearn_json(a_lab(), all[1].verdict));
  EXPECT_THAT(json["tests"][1]["images"][0]["url"].get<std::string>(),
              StartsWith("data:image/svg+xml;base64,PHN2Zy"));
}

TEST(Formats, AutolabsLastLineHasTheScores) {
  EXPECT_EQ(autolab_line(a_lab(), a_class()[1].verdict), sample("autolab-bob.txt"));
}

TEST(Formats, JunitAsOthersWriteIt) { EXPECT_EQ(class_junit(a_lab(), a_class()), sample("junit.xml")); }

TEST(Formats, CsvForSpreadsheets) { EXPECT_EQ(class_csv(a_lab(), a_class()), sample("results.csv")); }

TEST(Formats, OurOwnJson) {
  EXPECT_EQ(Json::parse(class_json(a_lab(), a_class(), 5)), Json::parse(sample("results.json")));
}

TEST(Formats, AGraderThatCouldNotCheckIsAnErrorAndNotAFailure) {
  Verdict verdict{.lab = "07-a-lab", .status = Verdict::Status::not_checked, .sentence = "The check died."};
  add_missing_steps(a_lab(), verdict);
  const std::string xml = class_junit(a_lab(), {{"Dan", verdict}});
  EXPECT_THAT(
      xml, AllOf(HasSubstr("failures=\"0\" errors=\"2\""), HasSubstr("<error message=\"The check died.\"")));
}

// Whatever a submission makes a compiler or a kernel say, the file is one that can be read.
TEST(Formats, NothingThatIsSaidGetsOutOfItsPlace) {
  Verdict verdict{
      .lab = "07-a-lab",
      .status = Verdict::Status::not_built,
      .sentence = "It does not compile.",
      .compiler_says =
          "\x1b]0;x\x07\xff\xfe </system-err></testsuite> <script>alert(1)</script> ]]> ``` \x01\n"};
  add_missing_steps(a_lab(), verdict);
  const std::vector<Graded> all{{"<img src=x>\x1b[2J", verdict}};
  for (const std::string& text : {class_json(a_lab(), all, 1), gradescope_json(a_lab(), verdict),
                                  prairielearn_json(a_lab(), verdict)}) {
    EXPECT_TRUE(Json::accept(text)) << text;
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  }
  EXPECT_THAT(class_junit(a_lab(), all),
              Not(AnyOf(HasSubstr("<script>"), HasSubstr("\x1b"), HasSubstr("\x01"))));
  for (const auto& [name, text] : student_report(a_lab(), all[0])) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << name;
    if (name.ends_with(".html")) {
      EXPECT_THAT(text, Not(AnyOf(HasSubstr("<script>"), HasSubstr("<img")))) << name;
    }
    if (name.ends_with(".md")) {
      EXPECT_THAT(text, HasSubstr("\n````")) << "a fence that the text cannot end";
    }
  }
  EXPECT_THAT(class_page(a_lab(), all), Not(HasSubstr("<img")));
}

TEST(Formats, NoCharacterIsLeftThatControlsATerminalOrIsNotOneOfXml) {
  EXPECT_EQ(printable_text("a\u0085\u009b\u202e\u2066\ufffe\uffff\u007fz"), "az");
  EXPECT_EQ(printable_text("\u00a0\u00fc\u2029\u202f\u2065\u206a\ufffd\u738b"),
            "\u00a0\u00fc\u2029\u202f\u2065\u206a\ufffd\u738b");
}

TEST(Formats, TheScreenIsDrawnInItsColours) {
  const std::string svg = screen_svg(a_screen());
  EXPECT_THAT(svg, AllOf(HasSubstr("width=\"640\" height=\"400\""), HasSubstr("&lt;hi&gt;"),
                         HasSubstr("&amp; \xC3\xA4"),
                         HasSubstr("<rect x=\"0\" y=\"48\" width=\"32\" height=\"16\" fill=\"#00a\"/>"),
                         HasSubstr("fill=\"#ff5\"")));
}

// RFC 4648, section 10.
TEST(Formats, Base64) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
}

TEST(Formats, AnUnknownOneIsASentence) {
  EXPECT_THAT(formats_from({"json", "csv"}).value(), ElementsAre(Format::json, Format::csv));
  EXPECT_THAT(formats_from({"yaml"}).error().sentence, HasSubstr("There is no format yaml"));
}

}  // namespace
}  // namespace ringside::labs
