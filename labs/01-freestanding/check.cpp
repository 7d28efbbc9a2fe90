// SPDX-License-Identifier: MIT
// Lab 01: what the linker made, and whether code can live on nothing.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "labs/kit/kit.h"

using namespace ringside;
using namespace ringside::labs;
using namespace testing;

namespace {

constexpr std::uint64_t kBase = 0xffffffff80000000, kMiB = 1 << 20;
constexpr std::uint64_t kCells = 0xB8000, kCellBytes = 80 * 25 * 2;
constexpr Boot kBoot{.budget = 2'000'000, .budget_ms = 1000};

// Stands where given/boot/boot.S leaves: in 64-bit mode, before the first instruction of the student's. With
// a stack in low memory, so that functions can be called whatever _start does.
struct Bare : Pc {
  explicit Bare(Boot boot = kBoot) : Pc(std::move(boot)) {
    run_until("_start");
    set_register(*this, Gpr::rsp, 0x90000);
    set_rip(*this, address("lab::ready"));
  }
};

std::string random_text(std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += static_cast<char>('a' + dice().below(26));
  return text;
}

// A piece of memory that only the check knows, with a border of 8 bytes on both sides.
class Block {
 public:
  Block(Pc& pc, std::string content) : pc_(pc), was_(kBorder + std::move(content) + kBorder) {
    address_ = pc.put(was_) + kBorder.size();
  }
  std::uint64_t at(std::size_t offset = 0) const { return address_ + offset; }
  void expect_is(const std::string& content, const std::string& after, std::string why) const {
    std::string now;
    for (std::size_t i = 0; i < was_.size(); ++i)
      now += static_cast<char>(pc_.read(address_ - kBorder.size() + i, 1));
    expect(pc_, "the memory after " + after, now.substr(kBorder.size(), content.size()), StrEq(content),
           std::move(why));
    expect(pc_, "the bytes in front of the block and behind it after " + after,
           now.substr(0, kBorder.size()) + now.substr(now.size() - kBorder.size()), StrEq(kBorder + kBorder),
           "Of so many bytes not one more may be written.");
  }

 private:
  static inline const std::string kBorder = "<border>";
  Pc& pc_;
  std::string was_;
  std::uint64_t address_ = 0;
};

}  // namespace

STEP(1) {
  Pc pc(kBoot);
  pc.run_until("_start", "The boot code jumps there, wherever the linker script has put it.");
  const auto expect_file = [&](const OfPc& matcher, std::string why) {
    expect_image(pc, "linker.ld", matcher, std::move(why));
  };
  expect_image(
      pc, "", StandsAlone(),
      "There is no operating system below, and nobody who would look for it when the kernel is loaded.");
  for (const auto& [name, rights, why] :
       {std::tuple{".text", "r-x", "Code is executed and never written."},
        {".rodata", "r--", "Constants are neither written nor executed."},
        {".data", "rw-",
         "What can be written must not be executed: that is how attackers bring in their code."},
        {".bss", "rw-", "Variables that begin as zeros are written, and never executed."}}) {
    expect_file(SectionRights(name, rights), why);
    expect_file(SectionLinked(name, Ge(Hex{kBase + kMiB})),
                "The kernel lives in the top 2 GiB of the address space: code model `kernel` counts on it.");
    expect_file(
        SectionLoaded(name, Eq(Hex{section(pc, name).address - kBase})),
        "The boot code maps physical address p at KERNEL_BASE + p: AT() says where a section is loaded.");
  }
  expect_file(RightsHavePagesOfTheirOwn(),
              "The processor knows rights by pages: align each section to 4 KiB.");
  expect_file(SectionInFile(".bss", Eq(0u)), "Zeros need not be stored: the loader makes them.");

  const auto data = section(pc, ".data"), bss = section(pc, ".bss");
  const auto border = [&](const char* symbol, std::uint64_t low, std::uint64_t high, std::string why) {
    const Hex is{pc.address(symbol)};
    expect_file(ResultOf(
                    std::string("the symbol ") + symbol, [=](const Pc&) { return is; },
                    AllOf(Ge(Hex{low}), Le(Hex{high}))),
                std::move(why));
  };
  border("image_load_end", data.physical + data.bytes, bss.physical,
         "Up to this physical address a loader copies the file; behind it there is nothing in it.");
  border("image_end", bss.physical + bss.bytes, bss.physical + bss.bytes + 4096,
         "Up to this physical address a loader clears memory.");

  // And now in the machine: each kind of data is where the code looks for it.
  expect(pc, "the address of the first 64-bit instruction", Hex{pc.cpu().rip}, Ge(Hex{kBase}),
         "_start is in .text, and that is linked high.");
  const std::uint64_t i = dice().below(8);
  constexpr std::array<std::uint64_t, 16> kPrimes{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53};
  for (const auto& [name, value] :
       {std::pair{"constants", kPrimes[i]}, {"initialized", kPrimes[8 + i]}, {"zeros", 0ul}})
    expect(pc, fmt::format("lab::{}[{}] in memory", name, i), pc.number(fmt::format("lab::{}[{}]", name, i)),
           Eq(value), "The loader puts the bytes of the file where the segment's physical address says.");
}

STEP(2) {
  Pc pc(kBoot);
  pc.run_until("kernel_main", "_start ends in a call of kernel_main.");
  const std::uint64_t bottom = pc.address("kernel_stack_bottom"), top = pc.address("kernel_stack_top");
  expect(pc, "the size of the stack in bytes", top - bottom, AllOf(Ge(16384u), Le(1u << 20)),
         "A stack needs memory of its own: 16 KiB between kernel_stack_bottom and kernel_stack_top.");
  pc.run_until("lab::ready", "kernel_main shows two lines on the screen, and ends in lab::ready.");

  // The same once more, from registers that nobody can count on.
  Pc wild(kBoot);
  wild.run_until("_start");
  const std::uint64_t magic = dice().below(1ull << 32), report = dice().below(1ull << 32),
                      noise = dice().below(~0ull);
  set_register(wild, Gpr::rax, magic);
  set_register(wild, Gpr::rbx, report);
  for (const Gpr gpr :
       {Gpr::rcx, Gpr::rdx, Gpr::rsi, Gpr::rdi, Gpr::rbp, Gpr::r8, Gpr::r9, Gpr::r12, Gpr::r15})
    set_register(wild, gpr, noise | 1);
  set_register(wild, Gpr::rsp, 0xdead'beef'0000);  // not mapped
  constexpr std::uint64_t kDirectionDown = 1 << 10, kReserved = 1 << 1;
  set_rflags(wild, kReserved | kDirectionDown);
  wild.run_until("kernel_main", "The boot code promises EAX and EBX: no other register, and no stack.");
  expect(wild, "the first argument of kernel_main (EDI)", Hex{wild.cpu()[Gpr::rdi] & 0xffffffff},
         Eq(Hex{magic}),
         "The boot loader's magic number comes in EAX; the first argument of a function is in EDI.");
  expect(wild, "the second argument of kernel_main (ESI)", Hex{wild.cpu()[Gpr::rsi] & 0xffffffff},
         Eq(Hex{report}),
         "The address of the report comes in EBX; the second argument of a function is in ESI.");
  const std::uint64_t rsp = wild.cpu()[Gpr::rsp];
  expect(wild, "RSP", Hex{rsp}, AllOf(Gt(Hex{bottom}), Lt(Hex{top})),
         "The stack grows down: it begins at its top, and a CALL has pushed 8 bytes.");
  expect(wild, "RSP at the first instruction of kernel_main, modulo 16,", rsp % 16, Eq(8u),
         "The ABI wants RSP at a multiple of 16 before a CALL, and the CALL pushes 8 bytes (System V AMD64 "
         "ABI, 3.2.2).");
  expect(wild, "RBP", Hex{wild.cpu()[Gpr::rbp]}, Eq(Hex{0}),
         "A backtrace follows RBP from frame to frame, and 0 says that this is the first one.");
  expect(wild, "the direction flag", wild.cpu().rflags & kDirectionDown, Eq(0u),
         "C++ counts on string instructions that go upwards: CLD (System V AMD64 ABI, 3.2.1).");
  // kernel_main comes back, which it should not.
  const std::uint64_t home = wild.read(rsp);
  set_register(wild, Gpr::rsp, rsp + 8);
  set_rip(wild, home);
  expect_halts_for_ever(
      wild, "_start, should kernel_main ever come back,",
      "Behind the call there must be an end, or the processor runs on into whatever comes next.");
}

STEP(3) {
  Bare pc;
  const std::size_t length = 40 + dice().below(60);
  const std::string text = random_text(length), other = random_text(length);
  const std::uint64_t value = 0x1ff00 + 'A' + dice().below(26);  // only the low byte counts

  const Block filled(pc, text);
  expect(pc, "what memset returns", Hex{pc.call("memset", {filled.at(), value, length}).rax},
         Eq(Hex{filled.at()}), "memset gives back the address it was given.");
  filled.expect_is(std::string(length, static_cast<char>(value)), "memset",
                   "Every byte gets the low byte of the value.");

  const Block target(pc, other), source(pc, text);
  expect(pc, "what memcpy returns", Hex{pc.call("memcpy", {target.at(), source.at(), length}).rax},
         Eq(Hex{target.at()}), "memcpy gives back the address it copied to.");
  target.expect_is(text, "memcpy", "memcpy(to, from, bytes): the first is the target.");
  pc.call("memcpy", {target.at(), target.at(), 0});
  target.expect_is(text, "a memcpy of 0 bytes", "Nothing is a number of bytes too.");

  const std::size_t shift = 1 + dice().below(20), moved = length - shift;
  for (const bool upwards : {true, false}) {
    const Block both(pc, text);
    const std::size_t to = upwards ? shift : 0, from = upwards ? 0 : shift;
    expect(pc, "what memmove returns", Hex{pc.call("memmove", {both.at(to), both.at(from), moved}).rax},
           Eq(Hex{both.at(to)}), "memmove gives back the address it moved to.");
    std::string right = text;
    std::copy_n(text.begin() + from, moved, right.begin() + to);
    both.expect_is(right, fmt::format("memmove by {} bytes {}", shift, upwards ? "up" : "down"),
                   "The two blocks of memmove may overlap: no byte may be overwritten before it was copied.");
  }

  std::string low = text, high = text;
  const std::size_t at = dice().below(length);
  low[at] = 0x01, high[at] = static_cast<char>(0x80 + dice().below(0x80));
  const Block a(pc, low), b(pc, high), c(pc, text), d(pc, text);
  const auto compare = [&](const Block& left, const Block& right) {
    return static_cast<std::int32_t>(pc.call("memcmp", {left.at(), right.at(), length}).rax);
  };
  expect(pc, "memcmp of two equal blocks", compare(c, d), Eq(0), "0 stands for equal.");
  expect(pc,
         fmt::format("memcmp where byte {} is 0x01 on the left and {:#04x} on the right", at,
                     static_cast<std::uint8_t>(high[at])),
         compare(a, b), Lt(0), "memcmp compares bytes as numbers from 0 to 255; a char may be negative.");
  expect(pc, "memcmp of the same the other way round", compare(b, a), Gt(0),
         "The left one is greater: the result is greater than 0.");

  expect(pc, "strlen of a text of " + fmt::to_string(length) + " characters",
         pc.call("strlen", {pc.put(text + std::string(1, '\0'))}).rax, Eq(length),
         "A C string ends at its zero, which does not count. std::string_view measures literals this way.");

  // As the compiler uses it: a kernel whose structs are not copied shows nothing.
  Bare whole;
  enter(whole, "kernel_main", {0x36d76289, 0});
  whole.run_until("lab::ready");
  expect(whole, ScreenRow(0, StartsWith("Freestanding")),
         "given/main.cpp assigns one struct to another, and the compiler makes a call of memcpy of it.");
}

STEP(4) {
  const std::string message = random_text(6) + " " + random_text(9);
  constexpr std::uint64_t kReserved = 1 << 1, kInterrupts = 1 << 9;
  const auto panicking = [&](Bare& pc, const std::string& text) {
    const std::uint64_t at = pc.put(text);
    enter(pc, "lab::panic", {text.size(), at});  // a string_view: length, address
    set_rflags(pc, kReserved | kInterrupts);
  };
  Bare pc;
  panicking(pc, message);
  expect_halts_for_ever(pc, "panic",
                        "panic is the end: CLI, so that no interrupt wakes the processor into a broken "
                        "kernel, and HLT, so that "
                        "it does not run in circles.");
  expect(pc, ScreenRow(0, StrEq("PANIC: " + message)), "The message is all that is left of this kernel.");
  Boot as_reference = kBoot;
  as_reference.reference = true;
  Bare reference(as_reference);
  panicking(reference, message);
  reference.run_ms(200);
  expect(pc, SameScreenAs(reference), "White on red is attribute 0x4f, for the message and nothing else.");

  Bare flood;
  panicking(flood, random_text(2100));
  flood.session().machine().breakpoints() = {
      {.address = {kCells + kCellBytes}, .kind = BreakKind::store, .length = 0x1000, .physical = true}};
  expect_halts_for_ever(flood,
                        "panic with a message of 2100 characters, which stores nothing behind the screen,",
                        "25 rows of 80 are 2000 cells: what does not fit is left out.");
  expect(flood, ScreenRow(24, SizeIs(80)), "As much of the message as fits is shown.");
}

STEP(5) {
  const std::uint64_t good = dice().below(8), bad = 8 + dice().below(1000);
  constexpr std::array<std::uint64_t, 8> kPrimes{2, 3, 5, 7, 11, 13, 17, 19};
  Bare pc;
  expect(pc, fmt::format("lab::element({})", good), pc.call("lab::element", {good}).rax, Eq(kPrimes[good]),
         "An index in range does what it always does.");
  Boot as_reference = kBoot;
  as_reference.reference = true;
  const auto ends = [&](const std::string& what, const char* function, std::vector<std::uint64_t> arguments,
                        std::string why) {
    Bare yours, reference(as_reference);
    enter(yours, function, arguments);
    enter(reference, function, arguments);
    reference.run_ms(200);
    expect_halts_for_ever(yours, what, "It must not come back: behind the call there is no code.");
    expect(yours, ScreenRow(0, StrEq(reference.row(0))), std::move(why));
  };
  ends(fmt::format("element({}) of an array of 8", bad), "lab::element", {bad},
       "The condition that does not hold is the message: the header of std::array passes it as the fourth "
       "argument.");
  ends("a pure virtual function", "lab::start_disk", {},
       "In the constructor of a base class the object is not yet what it will be: its virtual functions are "
       "the "
       "base's.");
}

QUESTION(1) {
  Pc pc(kBoot);
  pc.run_until("lab::ready");
  const char* name = dice().one_of<const char*>({"lab::initialized", "lab::zeros", "kernel_stack_top"});
  const std::uint64_t address = pc.address(name);
  const auto physical = pc.context().guest().translate({address});
  return {
      .text =
          fmt::format("In your kernel {} is at {:#x}. At which physical address is that? (in hexadecimal)",
                      name, address),
      .answer = physical ? fmt::format("{:#x}", physical->value) : "nowhere",
      .because =
          "The boot code maps physical address p at KERNEL_BASE + p, and KERNEL_BASE is 0xffffffff80000000."};
}

QUESTION(2) {
  Pc pc(kBoot);
  pc.run_until("kernel_main");
  return {
      .text = fmt::format("Your stack ends at kernel_stack_top, which is {:#x}. What is in RSP at the first "
                          "instruction of kernel_main? (in hexadecimal)",
                          pc.address("kernel_stack_top")),
      .answer = fmt::format("{:#x}", pc.cpu()[Gpr::rsp]),
      .because = "The stack grows down, and the CALL has pushed the address to return to: 8 bytes."};
}

QUESTION(3) {
  Pc pc(kBoot);
  pc.run_until("_start");
  const SectionPlace bss = section(pc, ".bss");
  return {
      .text =
          fmt::format("In memory your .bss takes {} bytes, the stack among them. How many bytes of it are in "
                      "the file?",
                      bss.bytes),
      .answer = fmt::to_string(bss.bytes_in_file),
      .because = "It begins as zeros, and the segment's two sizes, in the file and in memory, say how many."};
}
