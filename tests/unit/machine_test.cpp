// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/machine/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace ringside {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kLoad = 0x100000, kCode = kLoad + 32;

// A flat kernel by Multiboot 1's address fields: 32 bytes of header, then 32-bit code.
std::vector<std::byte> flat_image(std::initializer_list<std::uint8_t> code) {
  std::vector<std::uint32_t> header = {0x1BADB002, 0x10000, 0u - (0x1BADB002 + 0x10000), kLoad, kLoad, 0,
                                       0,          kCode};
  std::vector<std::byte> image;
  for (std::uint32_t word : header)
    for (int i = 0; i < 4; ++i) image.push_back(static_cast<std::byte>(word >> (8 * i)));
  for (std::uint8_t b : code) image.push_back(std::byte{b});
  return image;
}

std::unique_ptr<Machine> machine(std::initializer_list<std::uint8_t> code,
                                 Execution execution = Execution::fast) {
  MachineConfig config;
  config.image = flat_image(code);
  config.image_name = "flat";
  config.memory_mib = 4;
  config.execution = execution;
  auto made = Machine::create(std::move(config));
  EXPECT_TRUE(made) << made.error().sentence;
  return made ? std::move(*made) : nullptr;
}

unsigned count(const Machine& m, EventKind kind) {
  unsigned n = 0;
  for (std::uint64_t i = m.events().first(); i < m.events().total(); ++i) n += m.events()[i].kind == kind;
  return n;
}

TEST(Machine, StandsBeforeTheFirstInstructionInProtectedModeAsMultibootSays) {
  auto m = machine({0xF4});
  const CpuState& cpu = m->cpu();
  EXPECT_EQ(cpu.rip, kCode);
  EXPECT_EQ(mode(cpu), CpuMode::protected_32);
  EXPECT_EQ(cpu[Gpr::rax], 0x2BADB002u);
  EXPECT_EQ(cpu.cr0 & (cr0::pg | cr0::pe), cr0::pe);
  EXPECT_EQ(cpu.rflags & (rflags::if_ | rflags::vm), 0u);
  EXPECT_EQ(cpu.cs.base, 0u);
  EXPECT_EQ(cpu.cs.limit, 0xFFFFFFFFu);
  EXPECT_EQ(cpu.cpl, 0);
}

TEST(Machine, CountsOneTickAnInstruction) {
  auto m = machine({0x90, 0x90, 0x40, 0xEB, 0xFE});  // nop nop inc eax, jump to itself
  m->step();
  EXPECT_EQ(m->instructions(), 1u);
  EXPECT_EQ(m->cpu().rip, kCode + 1);
  const Stop stop = m->run({.instructions = 1000});
  EXPECT_EQ(stop.kind, StopKind::budget);
  EXPECT_EQ(m->instructions(), 1001u);
  EXPECT_EQ(m->time(), 1001u);
}

TEST(Machine, StopsAtAnAddressBeforeItsInstruction) {
  auto m = machine({0x90, 0x40, 0xEB, 0xFC});  // nop; inc eax; back
  const std::uint64_t rax = m->cpu()[Gpr::rax];
  EXPECT_EQ(m->run({.until_address = VirtAddr{kCode + 1}}).kind, StopKind::address);
  EXPECT_EQ(m->cpu()[Gpr::rax], rax);
  // Starting there does not count: the next visit does.
  EXPECT_EQ(m->run({.until_address = VirtAddr{kCode + 1}}).kind, StopKind::address);
  EXPECT_EQ(m->cpu()[Gpr::rax], rax + 1);
}

TEST(Machine, BreakpointsStopRunsAndSayWhich) {
  auto m = machine({0x90, 0x40, 0xEB, 0xFC});
  m->breakpoints() = {{VirtAddr{0x5000}, true}, {VirtAddr{kCode + 2}, true}};
  Stop stop = m->run({.instructions = 100});
  EXPECT_EQ(stop.kind, StopKind::breakpoint);
  EXPECT_EQ(stop.value, 1u);
  EXPECT_EQ(m->cpu().rip, kCode + 2);
  m->breakpoints()[1].enabled = false;
  EXPECT_EQ(m->run({.instructions = 100}).kind, StopKind::budget);
  m->breakpoints()[1].enabled = true;
  EXPECT_EQ(m->run({.instructions = 100, .ignore_breakpoints = true}).kind, StopKind::budget);
}

TEST(Machine, DebugExitEndsTheRunWithItsStatus) {
  auto m = machine({0xB8, 0x10, 0, 0, 0, 0xE7, 0xF4, 0x90});  // mov eax, 0x10; out 0xF4, eax
  const Stop stop = m->run({});
  EXPECT_EQ(stop.kind, StopKind::debug_exit);
  EXPECT_EQ(stop.value, 33u);
  EXPECT_TRUE(stop.final());
  EXPECT_EQ(m->run({}).kind, StopKind::debug_exit) << "a machine that ended stays so";
  EXPECT_FALSE(m->apply(RaiseNmi{}));
  m->reset();
  EXPECT_EQ(m->cpu().rip, kCode);
  EXPECT_EQ(m->run({}).kind, StopKind::debug_exit);
}

TEST(Machine, ResetLinesAreStopsWithTheirCause) {
  EXPECT_EQ(machine({0xB0, 0xFE, 0xE6, 0x64})->run({}).value,
            static_cast<unsigned>(ResetCause::keyboard_controller));
  EXPECT_EQ(machine({0xB0, 0x03, 0xE6, 0x92})->run({}).value, static_cast<unsigned>(ResetCause::port_92));
  const Stop stop = machine({0x66, 0xBA, 0xF9, 0x0C, 0xB0, 0x06, 0xEE})->run({});
  EXPECT_EQ(stop.kind, StopKind::reset);
  EXPECT_EQ(stop.value, static_cast<unsigned>(ResetCause::port_cf9));
}

TEST(Machine, TripleFaultStopsAndKeepsTheChainOfCauses) {
  auto m = machine({0x0F, 0x0B});  // ud2 without an IDT
  const Stop stop = m->run({});
  EXPECT_EQ(stop.kind, StopKind::triple_fault);
  EXPECT_THAT(stop.sentence, HasSubstr("#UD -> #GP -> #DF"));
  ASSERT_EQ(m->deliveries().size(), 1u);
  const Delivery& delivery = m->deliveries()[0].delivery;
  ASSERT_EQ(delivery.attempts.size(), 3u);
  EXPECT_EQ(delivery.attempts[0].exception.vector, 6);
  EXPECT_EQ(delivery.attempts[1].exception.vector, 13);
  EXPECT_EQ(delivery.attempts[1].exception.error_code, 6u * 8 + 2 + 1);  // IDT, EXT (SDM 6.13)
  EXPECT_EQ(delivery.attempts[2].exception.vector, 8);
  EXPECT_TRUE(delivery.triple_fault());
  EXPECT_EQ(m->cpu().rip, kCode) << "never a silent reset";
}

TEST(Machine, RecordsPlacesAsLinearAddressesWhateverTheCodeSegmentsBase) {
  auto m = machine({0x0F, 0x01, 0x15, 0x2E, 0x00, 0x10, 0x00,        // lgdt [0x10002E]
                    0xEA, 0x44, 0x00, 0x00, 0x00, 0x08, 0x00,        // jmp 8:0x44
                    0x0F, 0x00, 0x34, 0x00, 0x10, 0x00,              // limit 15, base 0x100034
                    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // null
                    0xFF, 0xFF, 0x00, 0x00, 0x10, 0x9A, 0xCF, 0x00,  // code, base 0x100000
                    0x0F, 0x0B});                                    // 0x100044: ud2
  EXPECT_EQ(m->run({}).kind, StopKind::triple_fault);
  EXPECT_EQ(m->cpu().rip, 0x44u);
  ASSERT_EQ(m->deliveries().size(), 1u);
  const DeliveryRecord& record = m->deliveries()[0];
  EXPECT_EQ(record.rip, 0x100044u);
  EXPECT_EQ(record.code[0], 0x0F);
  EXPECT_EQ(record.code[1], 0x0B);
  const EventLog& events = m->events();
  EXPECT_EQ(events[events.total() - 1].kind, EventKind::triple_fault);
  EXPECT_EQ(events[events.total() - 1].rip, 0x100044u);
}

TEST(Machine, HaltWithInterruptsOffIsForEver) {
  const Stop stop = machine({0xFA, 0xF4})->run({});
  EXPECT_EQ(stop.kind, StopKind::halted_forever);
  EXPECT_TRUE(stop.final());
}

TEST(Machine, HaltWithEverythingMaskedIsIdleButNotTheEnd) {
  auto m = machine({0xB0, 0xFF, 0xE6, 0x21, 0xE6, 0xA1, 0xFB, 0xF4});  // mask both PICs; sti; hlt
  const Stop stop = m->run({});
  EXPECT_EQ(stop.kind, StopKind::idle);
  EXPECT_FALSE(stop.final());
}

TEST(Machine, AHaltedCpuLetsTimePassWithoutInstructions) {
  auto m = machine({0xB0, 0xFF, 0xE6, 0x21, 0xE6, 0xA1, 0xFB, 0xF4});
  const Stop stop = m->run({.until_time = 5'000'000});
  EXPECT_EQ(stop.kind, StopKind::budget);
  EXPECT_EQ(m->time(), 5'000'000u);
  EXPECT_EQ(m->instructions(), 5u);
  EXPECT_TRUE(m->cpu().halted);
}

TEST(Machine, SerialBytesAreKeptAndATextStopsTheRun) {
  auto m = machine({0x66, 0xBA, 0xF8, 0x03, 0xB0, 'o', 0xEE, 0xB0, 'k', 0xEE, 0xB0, '!', 0xEE, 0xF4});
  const Stop stop = m->run({.until_serial = "ok"});
  EXPECT_EQ(stop.kind, StopKind::text);
  EXPECT_EQ(std::string(m->serial().begin(), m->serial().end()), "ok");
  m->run({});
  EXPECT_EQ(std::string(m->serial().begin(), m->serial().end()), "ok!");
}

TEST(Machine, StopsAtAnEventThatWasAskedFor) {
  auto m = machine({0x90, 0xE4, 0x60, 0x90, 0xE6, 0x80, 0xF4});
  const Stop stop = m->run({.stop_on = {EventKind::port_write}});
  ASSERT_EQ(stop.kind, StopKind::event);
  EXPECT_EQ(m->events()[stop.event].port, 0x80);
  EXPECT_EQ(m->events()[stop.event].rip, kCode + 4);
  EXPECT_EQ(m->cpu().rip, kCode + 6) << "the instruction that caused it has run, no other";
}

TEST(Machine, PausesWhenAnotherThreadAsks) {
  auto m = machine({0xEB, 0xFE});
  const std::atomic<bool> pause = true;
  EXPECT_EQ(m->run({.pause = &pause}).kind, StopKind::paused);
}

TEST(Machine, AnUnassignedPortReadsAsOnesAndLeavesOneTraceLine) {
  auto m = machine({0x66, 0xBA, 0x34, 0x12, 0xED, 0xED, 0xED, 0xF4});  // in eax, dx three times
  m->run({});
  EXPECT_EQ(m->cpu()[Gpr::rax], 0xFFFFFFFFu);
  EXPECT_EQ(count(*m, EventKind::port_read), 3u);
  EXPECT_EQ(count(*m, EventKind::unmodelled), 1u);
}

TEST(Machine, UnassignedMemoryReadsAsOnesAndIgnoresWrites) {
  auto m = machine(
      {0xB8, 0x78, 0x56, 0x34, 0x12, 0xA3, 0, 0, 0, 0x90, 0xA1, 0, 0, 0, 0x90, 0xF4});  // at 0x90000000
  m->run({});
  EXPECT_EQ(m->cpu()[Gpr::rax], 0xFFFFFFFFu);
}

TEST(Machine, TheTimeStampCounterIsMachineTime) {
  for (Execution execution : {Execution::fast, Execution::exact}) {
    auto m = machine({0x90, 0x90, 0x0F, 0x31, 0x89, 0xC3, 0x0F, 0x31, 0xF4},
                     execution);  // rdtsc; mov ebx, eax; rdtsc
    m->run({});
    EXPECT_EQ(m->cpu()[Gpr::rbx], 2u);
    EXPECT_EQ(m->cpu()[Gpr::rax], 4u);
  }
}

TEST(Machine, TypedKeysArriveAtPort60AndAreLogged) {
  auto m = machine({0xE4, 0x64, 0xA8, 0x01, 0x74, 0xFA, 0xE4, 0x60, 0xF4});  // poll until OBF; in al, 0x60
  m->run({.instructions = 10});
  ASSERT_TRUE(m->apply(TypeKey{{Key::a, true}}));
  m->run({});
  EXPECT_EQ(m->cpu()[Gpr::rax] & 0xFF, 0x1Eu) << "scan code set 1";
  ASSERT_EQ(m->commands().size(), 1u);
  EXPECT_EQ(m->commands()[0].instructions, 10u);
}

TEST(Machine, PowerOnStatesDifferAsPcsDo) {
  MachineConfig config;
  config.image = flat_image({0xF4});
  auto bios = Machine::create(config);
  config.power_on = PowerOn::cold;
  auto cold = Machine::create(config);
  EXPECT_EQ((*bios)->board().pic.master.imr, 0xB8);
  EXPECT_EQ((*bios)->board().pic.slave.imr, 0x8E);
  EXPECT_EQ((*cold)->board().pic.master.init, PicInit::kNotInitialised);
}

// The engine watches a page of code only until the first store to it.
TEST(Machine, RunsTheCodeThatStandsThereNowHoweverOftenItsPageIsWritten) {
  for (const Execution execution : {Execution::exact, Execution::fast, Execution::restless}) {
    // Two functions "mov eax, n; ret" on one page, called in turn, and both counted up in a row.
    auto functions =
        machine({0xBF, 0x00, 0x01, 0x11, 0x00,                    // mov edi, 0x110100
                 0xC6, 0x07, 0xB8,                                // mov byte [edi], mov eax
                 0xC7, 0x47, 0x01, 0x01, 0x00, 0x00, 0x00,        // mov dword [edi+1], 1
                 0xC6, 0x47, 0x05, 0xC3,                          // mov byte [edi+5], ret
                 0xBE, 0x00, 0x02, 0x11, 0x00,                    // mov esi, 0x110200
                 0xC6, 0x06, 0xB8,                                // the same there
                 0xC7, 0x46, 0x01, 0x01, 0x00, 0x00, 0x00,        //
                 0xC6, 0x46, 0x05, 0xC3,                          //
                 0xBC, 0x00, 0x00, 0x20, 0x00,                    // mov esp, 0x200000
                 0x31, 0xDB, 0xB9, 0xE8, 0x03, 0x00, 0x00,        // xor ebx, ebx; mov ecx, 1000
                 0xFF, 0xD7, 0x01, 0xC3, 0xFF, 0xD6, 0x01, 0xC3,  // call edi; add ebx, eax; call esi; ...
                 0xFF, 0xD7, 0x01, 0xC3, 0xFF, 0xD6, 0x01, 0xC3,  // twice
                 0xFF, 0x87, 0x01, 0x03, 0x00, 0x00,              // inc dword [edi+0x301]: data on their page
                 0xFF, 0x47, 0x01, 0xFF, 0x46, 0x01,              // inc dword [edi+1]; inc dword [esi+1]
                 0x49, 0x75, 0xE1, 0xFA, 0xF4},                   // dec ecx; jnz; cli; hlt
                execution);
    EXPECT_EQ(functions->run({}).kind, StopKind::halted_forever);
    EXPECT_EQ(functions->cpu()[Gpr::rbx], 4 * 500'500u);

    // A block that counts up the constant of its own next instruction.
    auto itself = machine({0x31, 0xDB, 0xB9, 0xE8, 0x03, 0x00, 0x00,  // xor ebx, ebx; mov ecx, 1000
                           0xFF, 0x05, 0x00, 0x08, 0x10, 0x00,  // inc dword [0x100800]: data on its page
                           0xFF, 0x05, 0x34, 0x00, 0x10, 0x00,  // inc dword [0x100034]
                           0xB8, 0x00, 0x00, 0x00, 0x00,        // mov eax, 0
                           0x01, 0xC3, 0x49, 0x75, 0xEA, 0xFA, 0xF4},  // add ebx, eax; dec ecx; jnz; cli; hlt
                          execution);
    EXPECT_EQ(itself->run({}).kind, StopKind::halted_forever);
    EXPECT_EQ(itself->cpu()[Gpr::rbx], 500'500u);
  }
}

// REP STOSB over the instructions around it and over itself: other instructions then stand where it stood.
TEST(Machine, CodeThatRepRewritesRunsAsItDoesStepByStep) {
  for (int ahead = -3; ahead < 8; ++ahead)
    for (std::uint8_t count = 1; count < 5; ++count)
      for (const std::uint8_t byte : {0x90, 0xE5, 0xF1, 0x40}) {  // nop; in eax, n; int1; inc eax
        const auto made = [&](Execution execution) {
          return machine({0xBF, static_cast<std::uint8_t>(0x2E + ahead),
                          0x00, 0x10,
                          0x00,  // mov edi, behind + ahead
                          0xB9, count,
                          0x00, 0x00,
                          0x00, 0xB0,
                          byte, 0xF3,
                          0xAA,  // al = byte; rep stosb
                          0x90, 0x90,
                          0x90, 0x90,
                          0x90, 0x90,
                          0x90, 0x90,
                          0x90, 0x90,  // 10 nops
                          0x0F, 0x31,
                          0xFA, 0xF4},  // rdtsc; cli; hlt
                         execution);
        };
        auto stepped = made(Execution::exact);
        for (unsigned i = 0; i < 40 && !stepped->final_stop(); ++i) (void)stepped->step();
        for (const Execution execution : {Execution::exact, Execution::fast, Execution::restless}) {
          auto run = made(execution);
          (void)run->run({.instructions = stepped->instructions()});
          EXPECT_EQ(run->state_hash(), stepped->state_hash()) << ahead << " " << +count << " " << +byte;
        }
      }
}

TEST(Machine, AStoreToAPageTableCountsAtOnce) {
  for (const Execution execution : {Execution::exact, Execution::fast, Execution::restless}) {
    // Directory at 0x200000, a table for the first 4 MiB at 0x201000, where the last page is 0x300000 and
    // 0x301000 in turn.
    auto m = machine(
        {0xBF, 0x00, 0x10, 0x20, 0x00,                                      // mov edi, 0x201000
         0xB8, 0x03, 0x00, 0x00, 0x00,                                      // mov eax, 3: present, writable
         0xB9, 0x00, 0x04, 0x00, 0x00,                                      // mov ecx, 1024
         0xAB, 0x05, 0x00, 0x10, 0x00, 0x00, 0xE2, 0xF8,                    // stosd; add eax, 0x1000; loop
         0xC7, 0x05, 0x00, 0x00, 0x20, 0x00, 0x03, 0x10, 0x20, 0x00,        // mov dword [0x200000], 0x201003
         0xC7, 0x05, 0x00, 0x00, 0x30, 0x00, 0x01, 0x00, 0x00, 0x00,        // mov dword [0x300000], 1
         0xC7, 0x05, 0x00, 0x10, 0x30, 0x00, 0x02, 0x00, 0x00, 0x00,        // mov dword [0x301000], 2
         0xB8, 0x00, 0x00, 0x20, 0x00, 0x0F, 0x22, 0xD8,                    // mov cr3, 0x200000
         0x0F, 0x20, 0xC0, 0x0D, 0x00, 0x00, 0x00, 0x80, 0x0F, 0x22, 0xC0,  // cr0 |= PG
         0x31, 0xDB, 0xB9, 0xE8, 0x03, 0x00, 0x00,                          // xor ebx, ebx; mov ecx, 1000
         0xC7, 0x05, 0xFC, 0x1F, 0x20, 0x00, 0x03, 0x00, 0x30, 0x00,        // mov dword [0x201FFC], 0x300003
         0x03, 0x1D, 0x00, 0xF0, 0x3F, 0x00,                                // add ebx, [0x3FF000]
         0xC7, 0x05, 0xFC, 0x1F, 0x20, 0x00, 0x03, 0x10, 0x30, 0x00,        // mov dword [0x201FFC], 0x301003
         0x03, 0x1D, 0x00, 0xF0, 0x3F, 0x00,                                // add ebx, [0x3FF000]
         0xE2, 0xDE, 0xFA, 0xF4},                                           // loop; cli; hlt
        execution);
    EXPECT_EQ(m->run({}).kind, StopKind::halted_forever);
    EXPECT_EQ(m->cpu()[Gpr::rbx], 3000u);
  }
}

TEST(Machine, TwoMachinesDoNotShareAnything) {
  auto a = machine({0x40, 0xEB, 0xFD}), b = machine({0x40, 0xEB, 0xFD});
  a->run({.instructions = 1001});
  EXPECT_EQ(b->instructions(), 0u);
  b->run({.instructions = 500});
  b->run({.instructions = 501});
  EXPECT_EQ(a->state_hash(), b->state_hash());
}

TEST(Machine, AbsurdMemorySizesAreRefusedWithASentence) {
  MachineConfig config;
  config.image = flat_image({0xF4});
  for (std::uint32_t mib : {0u, 1u, 4096u}) {
    config.memory_mib = mib;
    auto made = Machine::create(config);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().sentence, HasSubstr("2 to 3072"));
  }
}

}  // namespace
}  // namespace ringside
