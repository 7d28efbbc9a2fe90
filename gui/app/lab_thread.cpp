// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/lab_thread.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "labs/book/folder.h"

namespace ringside {
namespace {

using std::filesystem::path;

constexpr std::chrono::milliseconds kLook{300};  // between two looks at the files
constexpr std::uintmax_t kMostImage = std::uintmax_t{64} << 20;

// At most one byte more than is taken of a text: enough to know that there is more.
Result<std::string> read_text_file(const path& file, std::size_t most) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    return fail(fmt::format("There is no {} to be read.", file.string()));
  std::ifstream in(file, std::ios::binary);
  std::string text(most, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || !in.gcount()) return fail(fmt::format("{} cannot be read, or is empty.", file.string()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::string first_line(std::string_view text) {
  constexpr std::string_view kWho = "ringside lab: ";
  if (text.starts_with(kWho)) text.remove_prefix(kWho.size());
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

LabThread::LabThread(Setup setup) : setup_(std::move(setup)) {
  now_.number = setup_.lab.number();
  now_.title = setup_.lab.title;
  now_.steps = setup_.lab.steps;
  now_.text = std::make_shared<const Markdown>();
  read_text();
  for (unsigned step = 1; step <= now_.steps.size(); ++step) read_hints(step);
  if (auto verdict = labs::last_verdict(setup_.folder); verdict && still_holds(*verdict)) {
    now_.verdict = std::move(*verdict);
    checked_ = times();
  } else {
    now_.checking = true;
    inbox_.push_back(CheckLab{});
  }
  read_image();
  view_ = std::make_shared<const LabView>(now_);
  thread_ = std::thread([this] { loop(); });
}

LabThread::~LabThread() {
  quit_ = true;
  wake_.notify_all();
  thread_.join();
}

void LabThread::post(const UiCommand& command) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(command);
  }
  wake_.notify_all();
}

std::shared_ptr<const LabView> LabThread::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

path LabThread::recording(const labs::Finding& finding) const {
  return labs::check_folder(setup_.folder) / finding.recording;
}

LabThread::Times LabThread::times() const {
  Times all;
  std::error_code error;
  for (const std::string& file : setup_.lab.files)
    all.push_back(std::filesystem::last_write_time(setup_.folder / file, error));
  return all;
}

// Of this lab, of these files, by this build. A check that did not come to its end is worth another try.
bool LabThread::still_holds(const labs::Verdict& verdict) const {
  std::error_code error;
  const auto made =
      std::filesystem::last_write_time(labs::check_folder(setup_.folder) / "verdict.json", error);
  const auto older = [&](std::filesystem::file_time_type time) { return time < made; };
  return !error && verdict.status != labs::Verdict::Status::not_checked && verdict.lab == setup_.lab.name &&
         verdict.steps.size() == setup_.lab.steps.size() && std::ranges::all_of(times(), older) &&
         std::ranges::all_of(setup_.made_of, [&](const path& file) {
           return older(std::filesystem::last_write_time(file, error));
         });
}

// The copy in the student's folder, or the lab's own where that is gone.
void LabThread::read_text() {
  std::error_code error;
  const path own = setup_.folder / "README.md";
  const bool there = std::filesystem::is_regular_file(own, error);
  const path file = there ? own : setup_.lab.readme();
  const auto time = std::filesystem::last_write_time(file, error);
  if (time == text_time_ && !now_.text->blocks.empty()) return;
  text_time_ = time;
  const auto text = read_text_file(file, kMostMarkdown + 1);
  now_.text_trouble = text ? std::string() : text.error().sentence;
  if (text) now_.text = std::make_shared<const Markdown>(parse_markdown(*text));
}

void LabThread::read_image() {
  const path file = labs::check_folder(setup_.folder) / "kernel.elf";
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error || size == 0 || size > kMostImage) return;
  std::vector<std::byte> bytes(size);
  std::ifstream in(file, std::ios::binary);
  if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) return;
  if (!now_.image || *now_.image != bytes)
    now_.image = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
}

void LabThread::read_hints(unsigned step) {
  const auto all = labs::hints(setup_.lab, step);
  GivenHints& given = now_.hints[step] = {};
  if (!all) {
    given.trouble = all.error().sentence;
    return;
  }
  const std::size_t count = std::min(labs::hints_given(setup_.folder, step), all->size());
  for (std::size_t i = 0; i < count; ++i) given.hints.push_back(parse_markdown((*all)[i]));
  given.more = all->size() - count;
}

Result<std::string> LabThread::run(std::vector<std::string> words) {
  std::error_code error;
  if (!std::filesystem::is_directory(setup_.folder, error))
    return fail(fmt::format("The folder {} is gone. Bring it back, or make a new one: ringside lab start {}.",
                            setup_.folder.string(), setup_.lab.number()));
  words.insert(words.begin(), setup_.program.string());
  const auto result = labs::run_process(words, setup_.folder,
                                        {.cpu_seconds = 600,
                                         .output_bytes = std::size_t{8} << 20,
                                         .wall = std::chrono::seconds(600),
                                         .cancel = &quit_});
  if (!result) return std::unexpected(result.error());
  if (result->signal || result->timed_out ||
      (result->status != 0 && result->status != 1 && result->output.empty()))
    return fail("The program that checks did not come to an end: try again.");
  return result->output;
}

void LabThread::check() {
  now_.checking = true;
  publish();
  checked_ = times();
  const auto output = run({"check", setup_.lab.name, setup_.folder.string(), "--json"});
  if (quit_) return;
  now_.checking = false;
  auto verdict = output ? labs::verdict_from_json(*output) : std::unexpected(output.error());
  if (verdict) {
    now_.verdict = std::move(*verdict);
    now_.trouble.clear();
    read_image();
  } else {
    // What the program says where it has no verdict is a sentence; anything else is not to be read.
    now_.trouble = !output ? output.error().sentence
                   : output->starts_with("ringside lab")
                       ? first_line(*output)
                       : "The check gave no verdict: " + verdict.error().sentence;
  }
  publish();
}

void LabThread::ask(bool others) {
  if (others || seed_ == 0) ++seed_;
  now_.asking = true;
  publish();
  const auto output =
      run({"ask", setup_.lab.name, setup_.folder.string(), "--json", "--seed", fmt::to_string(seed_)});
  if (quit_) return;
  now_.asking = false;
  auto questions = output ? labs::questions_from_json(*output) : std::unexpected(output.error());
  now_.questions_trouble = questions ? "" : output ? first_line(*output) : output.error().sentence;
  now_.questions = questions ? std::move(*questions) : std::vector<labs::Question>{};
  ++now_.questions_number;
  publish();
}

void LabThread::loop() {
  for (;;) {
    std::vector<UiCommand> commands;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kLook, [this] { return quit_ || !inbox_.empty(); });
      commands.swap(inbox_);
    }
    if (quit_) return;
    const auto before = std::pair(now_.text, now_.text_trouble);
    read_text();
    if (before != std::pair(now_.text, now_.text_trouble)) publish();
    bool wanted = times() != checked_;
    for (const UiCommand& command : commands) {
      wanted |= std::holds_alternative<CheckLab>(command);
      if (const auto* c = std::get_if<GiveHint>(&command)) {
        if (c->step == 0 || c->step > now_.steps.size() || now_.hints[c->step].more == 0) continue;
        labs::remember_hints_given(setup_.folder, c->step, now_.hints[c->step].hints.size() + 1);
        read_hints(c->step);
        publish();
      } else if (const auto* q = std::get_if<AskQuestions>(&command)) {
        ask(q->others);
      }
    }
    if (wanted && !quit_) check();
  }
}

void LabThread::publish() {
  auto fresh = std::make_shared<const LabView>(now_);
  {
    const std::lock_guard lock(mutex_);
    view_ = std::move(fresh);
  }
  if (setup_.published) setup_.published();
}

}  // namespace ringside
