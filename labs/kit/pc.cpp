// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/kit/pc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>

#include "labs/kit/step_state.h"
#include "sim/inspect/memory_tables.h"

namespace ringside::labs {
namespace {

constexpr double kTicksPerMs = kTicksPerSecond / 1000.0;
constexpr std::size_t kMostArguments = 6;
// RDI RSI RDX RCX R8 R9, as the System V ABI passes integers, in the numbers of Gpr.
constexpr std::array<std::uint8_t, kMostArguments> kArgumentRegisters{7, 6, 2, 1, 8, 9};
constexpr std::uint8_t kRsp = 4, kRip = 16, kRflags = 17;

Ticks ticks(double ms) { return static_cast<Ticks>(ms * kTicksPerMs); }

std::string without_full_stop(std::string sentence) {
  while (!sentence.empty() && (sentence.back() == '.' || sentence.back() == '\n')) sentence.pop_back();
  return sentence;
}

// What the kernel's panic said, headline and the line behind it; empty where there was none.
std::string panic_words(const std::string& serial) {
  constexpr std::string_view kHeadline = "KERNEL PANIC: ";
  const auto start = serial.rfind(kHeadline);
  if (start == std::string::npos) return "";
  std::string words = serial.substr(start + kHeadline.size());
  const auto headline = words.find('\n');
  words.resize(
      std::min(words.find('\n', headline == std::string::npos ? headline : headline + 1), words.size()));
  std::erase(words, '\r');
  if (const auto line = words.find("\n"); line != std::string::npos)
    words.replace(line, std::min(words.find_first_not_of(' ', line + 1), words.size()) - line, ", ");
  return words;
}

}  // namespace

Pc::Pc(Boot boot) : boot_(std::move(boot)) {
  CheckState& state = check_state();
  const auto fits = [&](const CheckState::Parked& p) {
    return p.reference == boot_.reference && p.memory_mib == boot_.memory_mib &&
           p.command_line == boot_.command_line;
  };
  if (const auto found = std::ranges::find_if(state.parked, fits); found != state.parked.end()) {
    session_ = std::move(found->session);
    state.parked.erase(found);
    session_->reset();
    session_->machine().breakpoints().clear();
    return;
  }
  MachineConfig config;
  config.image = boot_.reference ? state.reference : state.image;
  config.image_name = (boot_.reference ? state.reference_path : state.image_path).string();
  config.command_line = boot_.command_line;
  config.memory_mib = boot_.memory_mib;
  auto& symbols = boot_.reference ? state.reference_symbols : state.symbols;
  auto session = Session::open(std::move(config), {}, {.keep = false}, symbols);
  if (!session) {
    // No machine to show: the image itself is refused, as a boot loader would.
    check_state().finding =
        Finding{.expected = "an image that a boot loader can start",
                .got = session.error().sentence,
                .why = "The machine loads the kernel as GRUB would, by its Multiboot header.",
                .symbol = "the image"};
    throw StepFailed{};
  }
  session_ = std::move(*session);
  symbols = session_->shared_symbols();
}

Pc::~Pc() {
  if (session_)
    check_state().parked.push_back(
        {std::move(session_), boot_.reference, boot_.command_line, boot_.memory_mib});
}

Stop Pc::go(Until until) {
  const std::uint64_t before = instructions(), incidents = session_->machine().incidents();
  const Ticks most = ticks(boot_.budget_ms);
  until.limits.instructions =
      std::min(until.limits.instructions, boot_.budget - std::min(used_, boot_.budget));
  until.limits.until_time = std::min(until.limits.until_time, most);
  until.limits.incidents = boot_.incidents - std::min(incidents_used_, boot_.incidents);
  last_ = session_->run(until);
  used_ += instructions() - before;
  incidents_used_ += session_->machine().incidents() - incidents;
  return last_;
}

void Pc::run_until(std::string_view place, std::string_view why) {
  const std::string expected = fmt::format("the kernel reaches {}", place);
  const auto until = session_->until(place);
  if (!until)
    fail_step(
        *this, expected, without_full_stop(until.error().sentence),
        why.empty() ? "The check looks for it by this name, in the image's symbols." : std::string(why));
  const Stop stop = go(*until);
  const bool there = stop.kind == StopKind::address || stop.kind == StopKind::event ||
                     stop.kind == StopKind::text ||
                     (until->limits.instructions != ~std::uint64_t{0} && stop.kind == StopKind::budget);
  if (!there)
    fail_step(*this, expected, how(),
              why.empty() ? "What the check looks at comes after this point." : std::string(why));
}

bool Pc::reaches(std::string_view place, std::uint64_t instructions) {
  auto until = session_->until(place);
  if (!until) return false;
  until->limits.instructions = std::min(until->limits.instructions, instructions);
  const Stop stop = go(*until);
  return stop.kind == StopKind::address || stop.kind == StopKind::event || stop.kind == StopKind::text;
}

void Pc::run_ms(double milliseconds) {
  Until until;
  until.limits.until_time = session_->machine().time() + ticks(milliseconds);
  go(until);
}

void Pc::run_instructions(std::uint64_t count) {
  Until until;
  until.limits.instructions = count;
  go(until);
}

bool Pc::ended() const { return session_->machine().final_stop().has_value(); }

std::string Pc::how() const {
  std::string words;
  switch (last_.kind) {
    case StopKind::budget:
      words = used_ >= boot_.budget ? fmt::format("it was still running after {} million instructions",
                                                  boot_.budget / 1'000'000)
              : incidents_used_ >= boot_.incidents ? fmt::format(
                                                         "after {} instructions it was still running, with "
                                                         "port accesses, interrupts, exceptions or "
                                                         "changed code all the time",
                                                         instructions())
                                                   : fmt::format("it did not in {:.0f} ms", ms());
      break;
    default: words = without_full_stop(last_.sentence); break;
  }
  if (last_.kind == StopKind::triple_fault) return words;
  if (const std::string panic = panic_words(serial());
      last_.kind == StopKind::halted_forever && !panic.empty())
    return "it panicked: " + panic;
  // An exception before it explains most ends.
  const auto& deliveries = session_->machine().deliveries();
  for (auto record = deliveries.rbegin(); record != deliveries.rend(); ++record) {
    const Exception& exception = record->delivery.attempts.front().exception;
    if (exception.vector >= 32 || exception.source == Source::external) continue;
    const Explanation story = explain(*record, context());
    words += fmt::format("; before that: {}", without_full_stop(plain(story.headline)));
    break;
  }
  return words;
}

void Pc::apply(const Command& command) {
  if (ended())
    fail_step(*this, "the kernel still runs when something comes from outside", how(),
              "The check goes on from there.");
  if (const auto done = session_->apply(command); !done)
    fail_step(*this, "the machine takes input", without_full_stop(done.error().sentence), "");
}

void Pc::type_keys(std::string_view text, double gap_ms) {
  const auto strokes = key_strokes(text);
  if (!strokes) throw std::invalid_argument(strokes.error().sentence);
  for (const KeyStroke& stroke : *strokes) {
    apply(TypeKey{stroke});
    run_ms(gap_ms);
  }
}

void Pc::send_serial(std::string_view text) {
  for (const char c : text) {
    apply(SerialInput{static_cast<std::uint8_t>(c)});
    run_ms(1);
  }
}

std::uint64_t Pc::put(std::span<const std::byte> bytes) {
  if (scratch_at_ != instructions() || scratch_ == 0) scratch_ = cpu()[Gpr::rsp] - 256;
  scratch_ = (scratch_ - bytes.size()) & ~std::uint64_t{15};
  scratch_at_ = instructions();
  const InspectContext here = context();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto physical = here.guest().translate({scratch_ + i});
    if (!physical)
      fail_step(*this, fmt::format("{} bytes of mapped stack below {}", bytes.size(), hex64(cpu()[Gpr::rsp])),
                here.guest().why_not({scratch_ + i}), "The check puts its arguments there.");
    apply(SetMemory{*physical, static_cast<std::uint8_t>(bytes[i])});
  }
  return scratch_;
}

std::uint64_t Pc::put(std::string_view text) { return put(std::as_bytes(std::span(text))); }

void Pc::fill_physical(std::uint64_t physical, std::uint64_t bytes, std::uint16_t word) {
  for (std::uint64_t i = 0; i < bytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(i % 2 ? word >> 8 : word);
    // What is so already needs no command, which the recording would hold.
    if (session_->machine().memory().read({physical + i}, 1) != byte) apply(SetMemory{{physical + i}, byte});
  }
}

Returned Pc::call(std::string_view function, std::vector<std::uint64_t> arguments) {
  return call(function, std::move(arguments), nullptr);
}

std::vector<WatchHit> Pc::call_stores(std::string_view function, std::vector<std::uint64_t> arguments,
                                      std::uint64_t physical, std::uint64_t bytes) {
  std::vector<WatchHit> hits;
  session_->machine().breakpoints() = {
      {.address = {physical}, .kind = BreakKind::store, .length = bytes, .physical = true}};
  call(function, std::move(arguments), &hits);
  session_->machine().breakpoints().clear();
  return hits;
}

Returned Pc::call_looking(std::string_view function, std::vector<std::uint64_t> arguments,
                          const std::vector<std::uint64_t>& at, std::function<void()> look) {
  for (const std::uint64_t address : at) session_->machine().breakpoints().push_back({.address = {address}});
  look_ = std::move(look);
  const Returned returned = call(function, std::move(arguments), nullptr);
  look_ = nullptr;
  session_->machine().breakpoints().clear();
  return returned;
}

// Runs on over the stores and the places that the breakpoints watch for.
Stop Pc::go_counting(Until until, std::vector<WatchHit>* stores) {
  for (;;) {
    const Stop stop = go(until);
    if (stop.kind == StopKind::breakpoint && look_) {
      look_();
      continue;
    }
    if (stop.kind != StopKind::watchpoint || !stores) return stop;
    if (stop.hit) stores->push_back(*stop.hit);
    until.limits.continues = true;
  }
}

Returned Pc::call(std::string_view function, std::vector<std::uint64_t> arguments,
                  std::vector<WatchHit>* stores) {
  if (arguments.size() > kMostArguments) throw std::invalid_argument("call() passes at most six arguments");
  std::string shown = fmt::format("{}(", function);
  for (std::size_t i = 0; i < arguments.size(); ++i)
    shown += fmt::format("{}{:#x}", i ? ", " : "", arguments[i]);
  shown += ")";
  const std::uint64_t target = address(function);
  const CpuState before = cpu();
  // The return address is where the processor stands; that it came back shows by RSP, which is above the
  // slot.
  const std::uint64_t home = before.rip;
  called_ = target;
  // As behind a CALL, the slot lies 8 bytes below a multiple of 16.
  const auto frame = std::bit_cast<std::array<std::byte, 16>>(std::array<std::uint64_t, 2>{0, home});
  const std::uint64_t rsp = put(frame) + 8;
  const std::uint64_t kept = scratch_ + frame.size();  // what was put before stays
  for (std::size_t i = 0; i < arguments.size(); ++i) apply(SetRegister{kArgumentRegisters[i], arguments[i]});
  apply(SetRegister{kRsp, rsp});
  apply(SetRegister{kRip, target});
  Until until;
  until.limits.until_address = VirtAddr{home};
  until.limits.until_rsp_above = rsp;
  const Stop stop = go_counting(until, stores);
  if (stop.kind != StopKind::address)
    fail_step(*this, shown + " comes back", how(),
              "The check calls the function and looks at what it returns.");
  const Returned returned{cpu()[Gpr::rax], cpu()[Gpr::rdx]};
  for (std::uint8_t gpr = 0; gpr < 16; ++gpr) apply(SetRegister{gpr, before.gpr[gpr]});
  apply(SetRegister{kRflags, before.rflags});
  scratch_ = kept;
  scratch_at_ = instructions();
  return returned;
}

std::uint64_t Pc::number(std::string_view expression) const {
  const ValueReader reader = this->reader();
  const auto value = reader.look_up(expression);
  if (!value)
    fail_step(*this, fmt::format("a variable {}", expression), without_full_stop(value.error().sentence),
              "The check reads it by this name.");
  const auto number = reader.number(reader.unwrapped(*value));
  if (!number)
    fail_step(*this, fmt::format("a number in {}", expression), reader.text(*value),
              "The check reads it by this name.");
  return *number;
}

std::string Pc::text(std::string_view expression) const {
  const ValueReader reader = this->reader();
  const auto value = reader.look_up(expression);
  if (!value)
    fail_step(*this, fmt::format("a variable {}", expression), without_full_stop(value.error().sentence),
              "The check reads it by this name.");
  return reader.text(*value);
}

std::uint64_t Pc::address(std::string_view symbol) const {
  const auto found = session_->symbols().resolve(symbol);
  if (!found)
    fail_step(*this, fmt::format("a function or variable {}", symbol),
              without_full_stop(found.error().sentence),
              "The check finds it by this name, in the image's symbols.");
  return found->value;
}

bool Pc::has(std::string_view symbol) const { return session_->symbols().address(symbol).has_value(); }

std::uint64_t Pc::read(std::uint64_t linear, unsigned bytes) const {
  const GuestMemory guest = context().guest();
  const auto value = guest.read({linear}, bytes);
  if (!value)
    fail_step(*this, fmt::format("{} bytes of memory at {}", bytes, hex64(linear)), guest.why_not({linear}),
              "The check reads them.");
  return *value;
}

TextCell Pc::cell(unsigned row, unsigned column) const {
  const InspectContext here = context();
  return ringside::screen(board().vga, here.memory.vga_text()).rows.at(row).at(column);
}

std::string Pc::row(unsigned number) const {
  const InspectContext here = context();
  const std::string all = screen_as_text(board().vga, here.memory.vga_text());
  std::size_t start = 0;
  for (unsigned i = 0; i < number; ++i) start = all.find('\n', start) + 1;
  return all.substr(start, all.find('\n', start) - start);
}

std::string Pc::serial() const {
  const auto bytes = session_->machine().serial();
  return {bytes.begin(), bytes.end()};
}

Table Pc::table(std::string_view topic, std::string_view argument) const {
  auto table = session_->inspect(topic, argument);
  if (!table) throw std::invalid_argument(table.error().sentence);
  return std::move(*table);
}

std::uint64_t Pc::mark() const { return session_->machine().events().total(); }

std::vector<Event> Pc::events(std::uint64_t since) const {
  const EventLog& log = session_->machine().events();
  std::vector<Event> all;
  for (std::uint64_t n = std::max(since, log.first()); n < log.total(); ++n) all.push_back(log[n]);
  return all;
}

std::vector<WatchHit> Pc::stores(std::uint64_t address, std::uint64_t bytes, std::string_view place,
                                 bool physical) {
  auto until = session_->until(place);
  if (!until)
    fail_step(*this, fmt::format("the kernel reaches {}", place), without_full_stop(until.error().sentence),
              "");
  session_->machine().breakpoints() = {
      {.address = {address}, .kind = BreakKind::store, .length = bytes, .physical = physical}};
  std::vector<WatchHit> hits;
  go_counting(*until, &hits);
  session_->machine().breakpoints().clear();
  const StopKind kind = last_.kind;
  if (kind != StopKind::address && kind != StopKind::event && kind != StopKind::text)
    fail_step(*this, fmt::format("the kernel reaches {}", place), how(),
              "What the check looks at comes after this point.");
  return hits;
}

std::uint64_t Pc::instructions() const { return session_->machine().instructions(); }
double Pc::ms() const { return static_cast<double>(session_->machine().time()) / kTicksPerMs; }
const CpuState& Pc::cpu() const { return session_->machine().cpu(); }
const Board& Pc::board() const { return session_->machine().board(); }
InspectContext Pc::context() const { return inspect_context(session_->machine(), session_->symbols()); }
ValueReader Pc::reader() const { return {session_->symbols(), context().guest().reader()}; }
Instant Pc::now() const { return {instructions(), linear_instruction_pointer(cpu())}; }

}  // namespace ringside::labs
