// SPDX-License-Identifier: MIT
#include "lib/panic.h"

#include <optional>
#include <utility>

#include "arch/control_registers.h"
#include "arch/exception.h"
#include "arch/instructions.h"
#include "arch/machine.h"
#include "drivers/console.h"
#include "lib/print.h"
#include "lib/symbols.h"
#include "memory/layout.h"
#include "memory/stacks.h"

namespace kernel {
namespace {

constinit PanicHooks hooks;
constinit bool panicking = false;

void begin_report() {
  cli();
  if (hooks.before_report != nullptr) hooks.before_report();
  if (panicking) {  // the report itself went wrong: not a third time
    print("\npanic while reporting a panic; halted\n");
    halt_for_ever();
  }
  panicking = true;
  console.set_color(Color::white, Color::red);
  print("\nKERNEL PANIC: ");
}

void end_headline() {
  console.set_color(Color::light_gray);
  print("\n");
}

[[noreturn]] void end_report() {
  panicking = false;
  if (hooks.after_report != nullptr) hooks.after_report();
  halt_for_ever();
}

void explain_page_fault(PageFaultError error) {
  const uint64_t address = cr2::read();
  const char* what = error.was_fetch()   ? "fetch an instruction from"
                     : error.was_write() ? "write to"
                                         : "read";
  const char* why = error.reserved_bit_set()    ? "a reserved bit is set in a page table entry"
                    : !error.page_was_present() ? "the page is not mapped"
                    : error.was_fetch()         ? "the page may not be executed"
                    : error.was_write()         ? "the page is read-only"
                                                : "the page is not for this ring";
  print("  ring {} tried to {} {:#018x} (CR2)\n  {}\n", error.from_ring_3() ? 3 : 0, what, address, why);
}

void explain_selector(SelectorError error) {
  if (error.bits == 0) return;
  using enum SelectorError::Table;
  const char* table = error.table() == gdt ? "GDT" : error.table() == idt ? "IDT" : "LDT";
  print("  blames entry {} of the {}{}\n", error.index(), table,
        error.from_outside() ? ", while delivering another event" : "");
}

// A page fault or double fault with its address in a guard page is a stack that grew too far.
void explain_stack_overflow() {
  const uint64_t address = cr2::read();
  const auto stack = find_stack(address);
  if (stack && stack->in_guard_page(address))
    print("  CR2 lies in the guard page of the {} stack: the stack overflowed\n", stack->name);
}

// Frame pointers are data like any other: only follow one that points into memory the kernel has mapped.
bool is_readable_frame(uint64_t rbp) {
  if (rbp % 8 != 0) return false;
  const auto data = reinterpret_cast<uint64_t>(data_start), end = reinterpret_cast<uint64_t>(data_end);
  const auto stack = find_stack(rbp);
  if (stack) return !stack->in_guard_page(rbp) && rbp + 16 <= stack->top;
  return rbp >= data && rbp + 16 <= end;
}

void print_frame(unsigned number, uint64_t rip, bool is_return_address, unsigned repeats) {
  print("  #{:<2} {:#018x}", number, rip);
  // A return address stands behind the call. If the called function never returns, that may already be the
  // next function: look up the byte before.
  if (const auto symbol = find_symbol(rip - is_return_address))
    print(" {} + {:#x}", symbol->name, symbol->offset + is_return_address);
  if (repeats > 1) print(", {} times", repeats);
  print("\n");
}

// A function that calls nothing and needs no stack does not set up a frame, and any other has none yet at its
// first two instructions, PUSH RBP and MOV RBP, RSP. RBP is then its caller's, and the address to return to,
// which says who the caller is, lies on top of the stack. So it does after a call to somewhere that is no
// code at all. None if `rip` is not in such a place.
std::optional<uint64_t> caller_without_frame(uint64_t rip, uint64_t rsp) {
  constexpr uint8_t kPushRbp = 0x55;
  constexpr unsigned kPrologueBytes = 4;
  if (!is_readable_frame(rsp)) return std::nullopt;
  unsigned pushed = 0;
  if (const auto symbol = find_symbol(rip)) {
    const bool makes_frame = *reinterpret_cast<const uint8_t*>(rip - symbol->offset) == kPushRbp;
    if (makes_frame && symbol->offset >= kPrologueBytes) return std::nullopt;
    if (makes_frame && symbol->offset > 0) pushed = 1;
  }
  const uint64_t caller = reinterpret_cast<const uint64_t*>(rsp)[pushed];
  if (!find_symbol(caller)) return std::nullopt;
  return caller;
}

}  // namespace

PanicHooks set_panic_hooks(PanicHooks new_hooks) { return std::exchange(hooks, new_hooks); }

void print_backtrace(uint64_t rip, uint64_t rbp, uint64_t rsp) {
  constexpr unsigned kMostLines = 16;
  constexpr unsigned kMostRepeats = 1000;  // a damaged stack may lead round in a circle
  print("backtrace, newest first\n");
  print_frame(0, rip, false, 1);
  unsigned number = 1;
  if (const auto caller = caller_without_frame(rip, rsp)) print_frame(number++, *caller, true, 1);
  for (unsigned lines = number; is_readable_frame(rbp); ++lines) {
    if (lines == kMostLines) {
      print("  ... and so on\n");
      return;
    }
    // A frame is two words: the caller's RBP, and the address to return to. A recursion makes many equal
    // ones.
    const uint64_t caller = reinterpret_cast<const uint64_t*>(rbp)[1];
    if (caller == 0) return;  // the first function of a thread, which nobody called
    unsigned repeats = 0;
    do {
      rbp = reinterpret_cast<const uint64_t*>(rbp)[0];
      ++repeats;
    } while (repeats < kMostRepeats && is_readable_frame(rbp) &&
             reinterpret_cast<const uint64_t*>(rbp)[1] == caller);
    print_frame(number, caller, true, repeats);
    number += repeats;
  }
}

void print_registers(const TrapFrame& frame) {
  print("rax {:016x}  rbx {:016x}  rcx {:016x}\n", frame.rax, frame.rbx, frame.rcx);
  print("rdx {:016x}  rsi {:016x}  rdi {:016x}\n", frame.rdx, frame.rsi, frame.rdi);
  print("rbp {:016x}  rsp {:016x}  r8  {:016x}\n", frame.rbp, frame.rsp, frame.r8);
  print("r9  {:016x}  r10 {:016x}  r11 {:016x}\n", frame.r9, frame.r10, frame.r11);
  print("r12 {:016x}  r13 {:016x}  r14 {:016x}\n", frame.r12, frame.r13, frame.r14);
  print("r15 {:016x}  rip {:016x}  rflags {:#x}\n", frame.r15, frame.rip, frame.rflags);
  print("cs {:#x}  ss {:#x}  cr0 {:#x}  cr2 {:#x}  cr3 {:#x}  cr4 {:#x}\n", frame.cs, frame.ss,
        cr0::read().value(), cr2::read(), cr3::read(), cr4::read().value());
}

void panic_at(std::source_location where, std::string_view format,
              std::span<const FormatArgument> arguments) {
  begin_report();
  format_to(console, format, arguments);
  end_headline();
  print("  at {}:{}\n", where.file_name(), where.line());
  // One byte back from the return address: still inside the call, and inside the function that called us.
  print_backtrace(reinterpret_cast<uint64_t>(__builtin_return_address(0)) - 1,
                  *static_cast<const uint64_t*>(__builtin_frame_address(0)), 0);
  end_report();
}

void panic_on_exception(const TrapFrame& frame) {
  begin_report();
  const auto exception = static_cast<Exception>(frame.vector);
  const ExceptionInfo& info = kExceptions[frame.vector];
  print("{} {}", info.mnemonic, info.name);
  if (info.pushes_error_code) print(", error code {:#x}", frame.error_code);
  end_headline();
  switch (exception) {
    case Exception::page_fault: explain_page_fault({frame.error_code}); break;
    case Exception::invalid_tss:
    case Exception::segment_not_present:
    case Exception::stack_segment:
    case Exception::general_protection: explain_selector({frame.error_code}); break;
    case Exception::double_fault:
      if (frame.error_code != 0)
        print("  a double fault pushes 0: this was something else at vector 8, such as IRQ 0\n");
      break;
    default: break;
  }
  if (exception == Exception::page_fault || exception == Exception::double_fault) explain_stack_overflow();
  print_registers(frame);
  print_backtrace(frame.rip, frame.rbp, frame.rsp);
  end_report();
}

}  // namespace kernel
