// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/uart16550.h"

#include <gmock/gmock.h>

#include <random>
#include <string>

namespace ringside {
namespace {

enum : unsigned {
  kRbr = 0,
  kThr = 0,
  kIer = 1,
  kIir = 2,
  kFcr = 2,
  kLcr = 3,
  kMcr = 4,
  kLsr = 5,
  kMsr = 6,
  kScr = 7
};

struct Port {
  Uart16550 uart = uart16550_after_bios();
  Ticks now = 0;
  std::string line;  // what went out

  UartOutput out(unsigned offset, std::uint8_t value) {
    const UartOutput output = write_port(uart, offset, value, now);
    if (output.sent) line += static_cast<char>(*output.sent);
    return output;
  }
  unsigned in(unsigned offset) { return read_port(uart, offset, now); }
  void come(std::string_view text) {
    for (const char c : text) receive(uart, static_cast<std::uint8_t>(c), now);
  }
  void pass(Ticks ticks) { advance(uart, now += ticks); }
  // The usual initialisation: 38400 baud, 8N1, FIFOs with trigger 14, DTR RTS OUT2.
  void initialise() {
    out(kIer, 0x00);
    out(kLcr, 0x80);
    out(0, 0x03);
    out(1, 0x00);
    out(kLcr, 0x03);
    out(kFcr, 0xC7);
    out(kMcr, 0x0B);
  }
};

TEST(Uart16550, ResetsAsTheDataSheetSays) {
  Port port{.uart = {}};
  EXPECT_EQ(port.in(kIer), 0x00u);
  EXPECT_EQ(port.in(kIir), 0x01u);
  EXPECT_EQ(port.in(kLcr), 0x00u);
  EXPECT_EQ(port.in(kMcr), 0x00u);
  EXPECT_EQ(port.in(kLsr), 0x60u);
  EXPECT_EQ(port.in(kMsr)&0x0F, 0x00u);
}

TEST(Uart16550, DivisorLatchHidesBehindDlab) {
  Port port;
  port.initialise();
  EXPECT_EQ(baud_rate(port.uart), 38400u);
  EXPECT_EQ(port.in(kIer), 0x00u);
  port.out(kLcr, 0x83);
  EXPECT_EQ(port.in(0), 3u);
  EXPECT_EQ(port.in(1), 0u);
  port.out(1, 0x01);
  EXPECT_TRUE(port.line.empty());
  EXPECT_EQ(baud_rate(port.uart), 115200u / 0x103);
}

TEST(Uart16550, SendsWhatIsWrittenAndThreComesBackSoon) {
  Port port;
  port.initialise();
  for (const char c : std::string("hello\n")) {
    unsigned polls = 0;
    while ((port.in(kLsr)&0x20) == 0) {
      port.pass(3);
      ASSERT_LT(++polls, 10u);
    }
    EXPECT_FALSE(port.out(kThr, static_cast<std::uint8_t>(c)).transmitter_was_full);
    EXPECT_EQ(port.in(kLsr)&0x60, 0u);
  }
  EXPECT_EQ(port.line, "hello\n");
}

TEST(Uart16550, WordLengthCutsTheByte) {
  Port port;
  port.out(kLcr, 0x02);  // 7 bits
  port.out(kThr, 0xC1);
  EXPECT_EQ(port.line, "\x41");
  port.come("\xE2");
  EXPECT_EQ(port.in(kRbr), 0x62u);
}

TEST(Uart16550, WritingToAFullTransmitterIsNoticed) {
  Port plain;
  EXPECT_FALSE(plain.out(kThr, 'a').transmitter_was_full);
  EXPECT_TRUE(plain.out(kThr, 'b').transmitter_was_full);
  EXPECT_EQ(plain.line, "ab");

  Port fifo;
  fifo.initialise();
  for (int i = 0; i < 16; ++i) EXPECT_FALSE(fifo.out(kThr, 'x').transmitter_was_full) << i;
  EXPECT_TRUE(fifo.out(kThr, 'x').transmitter_was_full);
  fifo.pass(10);  // 8N1: ten bits
  EXPECT_FALSE(fifo.out(kThr, 'x').transmitter_was_full);
}

TEST(Uart16550, ReceivesInOrder) {
  Port port;
  port.initialise();
  EXPECT_EQ(port.in(kLsr)&1, 0u);
  port.come("ok");
  EXPECT_EQ(port.in(kLsr)&1, 1u);
  EXPECT_EQ(peek_port(port.uart, kRbr, port.now), 'o');
  EXPECT_EQ(port.in(kRbr), unsigned{'o'});
  EXPECT_EQ(port.in(kRbr), unsigned{'k'});
  EXPECT_EQ(port.in(kLsr)&1, 0u);
}

TEST(Uart16550, TriggerLevelsDecideWhenDataInterrupts) {
  const std::pair<std::uint8_t, int> levels[] = {{0x01, 1}, {0x41, 4}, {0x81, 8}, {0xC1, 14}};
  for (const auto& [fcr, level] : levels) {
    Port port;
    port.initialise();
    port.out(kFcr, fcr);
    port.out(kIer, 0x01);
    for (int i = 1; i < level; ++i) {
      port.come("x");
      EXPECT_FALSE(irq_level(port.uart)) << level << " at " << i;
    }
    port.come("x");
    EXPECT_TRUE(irq_level(port.uart)) << level;
    EXPECT_EQ(port.in(kIir), 0xC4u);
    port.in(kRbr);
    EXPECT_FALSE(irq_level(port.uart)) << level;
  }
}

TEST(Uart16550, AFewCharactersInterruptAfterFourCharacterTimes) {
  Port port;
  port.initialise();
  port.out(kIer, 0x01);
  port.now = 1000;
  port.come("x");
  // 40 bits at 38400 baud: 1,041,666.7 ns
  EXPECT_EQ(next_event(port.uart), 1000 + 1'041'667u);
  port.pass(1'041'666);
  EXPECT_FALSE(irq_level(port.uart));
  port.pass(1);
  EXPECT_TRUE(irq_level(port.uart));
  EXPECT_EQ(port.in(kIir), 0xCCu);
  port.come("y");  // does not take the interrupt back
  EXPECT_EQ(port.in(kIir), 0xCCu);
  EXPECT_EQ(port.in(kRbr), unsigned{'x'});
  EXPECT_FALSE(irq_level(port.uart));
  EXPECT_EQ(next_event(port.uart), port.now + 1'041'667u);
  EXPECT_EQ(port.in(kRbr), unsigned{'y'});
  EXPECT_EQ(next_event(port.uart), kNever);
}

TEST(Uart16550, WithoutFifosEachCharacterInterruptsAndIirShowsNoFifo) {
  Port port;
  port.out(kIer, 0x01);
  port.come("x");
  EXPECT_TRUE(irq_level(port.uart));
  EXPECT_EQ(port.in(kIir), 0x04u);
}

TEST(Uart16550, OverrunKeepsTheFifoButOverwritesALoneBuffer) {
  Port fifo;
  fifo.initialise();
  fifo.come("0123456789abcdefG");
  EXPECT_FALSE(can_receive(fifo.uart));
  EXPECT_EQ(fifo.in(kLsr)&0x02, 0x02u);
  EXPECT_EQ(fifo.in(kLsr)&0x02, 0x00u);
  std::string got;
  while ((fifo.in(kLsr)&1) != 0) got += static_cast<char>(fifo.in(kRbr));
  EXPECT_EQ(got, "0123456789abcdef");

  Port plain;
  plain.come("ab");
  EXPECT_EQ(plain.in(kLsr)&0x03, 0x03u);
  EXPECT_EQ(plain.in(kRbr), unsigned{'b'});
}

TEST(Uart16550, ErrorsShowWhenTheirCharacterIsNext) {
  Port port;
  port.initialise();
  port.out(kIer, 0x04);
  port.come("a");
  receive(port.uart, 0, port.now, kUartBreak | kUartFramingError);
  EXPECT_EQ(port.in(kLsr)&0x9E, 0x80u);  // somewhere in the FIFO
  EXPECT_FALSE(irq_level(port.uart));
  EXPECT_EQ(port.in(kRbr), unsigned{'a'});
  EXPECT_TRUE(irq_level(port.uart));
  EXPECT_EQ(port.in(kIir), 0xC6u);
  EXPECT_EQ(port.in(kLsr)&0x9E, 0x98u);
  EXPECT_FALSE(irq_level(port.uart));
  EXPECT_EQ(port.in(kLsr)&0x9E, 0x00u);
  EXPECT_EQ(port.in(kRbr), 0u);
}

TEST(Uart16550, ThreInterruptComesAtOnceAndAfterEachCharacter) {
  Port port;
  port.initialise();
  port.out(kIer, 0x02);
  EXPECT_TRUE(irq_level(port.uart));
  EXPECT_EQ(port.in(kIir), 0xC2u);
  EXPECT_FALSE(irq_level(port.uart));  // reading IIR serves it
  port.out(kThr, 'a');
  EXPECT_FALSE(irq_level(port.uart));
  port.now = next_event(port.uart);
  advance(port.uart, port.now);
  EXPECT_TRUE(irq_level(port.uart));
  port.out(kThr, 'b');
  EXPECT_FALSE(irq_level(port.uart));  // writing THR serves it too
  port.pass(10);
  EXPECT_TRUE(irq_level(port.uart));
}

TEST(Uart16550, WritingTheSameIerAgainDoesNotRaiseAServedThreInterrupt) {
  Port port;
  port.out(kIer, 0x02);
  port.in(kIir);
  port.out(kIer, 0x02);
  EXPECT_FALSE(irq_level(port.uart));
  port.out(kIer, 0x00);
  port.out(kIer, 0x02);
  EXPECT_TRUE(irq_level(port.uart));
}

TEST(Uart16550, ResettingTheTransmitFifoEmptiesItAtOnce) {
  Port port;
  port.initialise();
  for (int i = 0; i < 8; ++i) port.out(kThr, 'x');
  EXPECT_EQ(port.in(kLsr)&0x60, 0x00u);
  port.out(kFcr, 0x05);
  EXPECT_EQ(port.in(kLsr)&0x60, 0x60u);
}

TEST(Uart16550, ReasonsAreToldInOrderOfPriority) {
  Port port;
  port.initialise();
  port.out(kFcr, 0x07);
  port.out(kIer, 0x0F);
  set_modem_lines(port.uart, kUartDsr, port.now);
  receive(port.uart, 'x', port.now, kUartParityError);
  EXPECT_EQ(port.in(kIir)&0x0F, 0x06u);
  port.in(kLsr);
  EXPECT_EQ(port.in(kIir)&0x0F, 0x04u);
  port.in(kRbr);
  EXPECT_EQ(port.in(kIir)&0x0F, 0x02u);
  EXPECT_EQ(port.in(kIir)&0x0F, 0x00u);
  EXPECT_EQ(port.in(kMsr), 0x29u);  // DSR still there; CTS and DCD have changed
  EXPECT_EQ(port.in(kIir)&0x0F, 0x01u);
}

TEST(Uart16550, RingIndicatorCountsOnlyWhenItEnds) {
  Port port;
  set_modem_lines(port.uart, 0xB0 | kUartRi, port.now);
  EXPECT_EQ(port.in(kMsr), 0xF0u);
  set_modem_lines(port.uart, 0xB0, port.now);
  EXPECT_EQ(port.in(kMsr), 0xB4u);
}

TEST(Uart16550, WithoutOut2NoInterruptReachesThePc) {
  Port port;
  port.initialise();
  port.out(kFcr, 0x01);
  port.out(kIer, 0x01);
  port.out(kMcr, 0x03);
  port.come("x");
  EXPECT_TRUE(interrupt_pending(port.uart));
  EXPECT_FALSE(irq_level(port.uart));
  port.out(kMcr, 0x0B);
  EXPECT_TRUE(irq_level(port.uart));
}

// The test that most drivers begin with: loop mode, one byte, and it must come back at once.
TEST(Uart16550, LoopModeReturnsBytesAndModemLinesAndCutsTheLineOff) {
  Port port;
  port.initialise();
  port.out(kMcr, 0x1E);
  port.out(kThr, 0xAE);
  EXPECT_EQ(port.in(kRbr), 0xAEu);
  EXPECT_EQ(port.line, "");
  port.come("x");
  EXPECT_EQ(port.in(kLsr)&1, 0u);
  EXPECT_EQ(port.in(kMsr)&0xF0, 0xD0u);  // RTS -> CTS, OUT1 -> RI, OUT2 -> DCD, DTR is off
  port.out(kFcr, 0x01);
  port.out(kIer, 0x01);
  port.out(kThr, 'y');
  EXPECT_TRUE(interrupt_pending(port.uart));
  EXPECT_FALSE(irq_level(port.uart));  // the OUT2 pin rests
  port.out(kMcr, 0x11);
  EXPECT_EQ(port.in(kMsr)&0xF0, 0x20u);
  port.out(kMcr, 0x0F);
  EXPECT_EQ(port.in(kMsr)&0xF0, 0xB0u);
}

TEST(Uart16550, SwitchingOrResettingTheFifoEmptiesIt) {
  Port port;
  port.initialise();
  port.come("abc");
  port.out(kFcr, 0x03);
  EXPECT_EQ(port.in(kLsr)&1, 0u);
  port.come("abc");
  port.out(kFcr, 0x00);
  EXPECT_EQ(port.in(kLsr)&1, 0u);
  EXPECT_EQ(port.in(kIir)&0xC0, 0u);
}

TEST(Uart16550, ScratchKeepsAByteAndBreakIsSeen) {
  Port port;
  port.out(kScr, 0x5A);
  EXPECT_EQ(port.in(kScr), 0x5Au);
  port.out(kLcr, 0x43);
  EXPECT_TRUE(sends_break(port.uart));
}

TEST(Uart16550, RandomTrafficIsDeterministicAndPeekChangesNothing) {
  std::mt19937 random(16550);
  Uart16550 a, b;
  Ticks now = 0;
  for (int step = 0; step < 50'000; ++step) {
    const Ticks next = now + random() % (step % 8 == 0 ? 2'000'000 : 20);
    advance(a, now + (next - now) / 2);
    advance(a, next);
    advance(b, next);
    ASSERT_EQ(a, b) << step;
    now = next;
    const unsigned what = random() % 4, offset = random() % 8;
    const auto value = static_cast<std::uint8_t>(random());
    if (what == 0) {
      ASSERT_EQ(write_port(a, offset, value, now), write_port(b, offset, value, now));
    } else if (what == 1) {
      const Uart16550 before = a;
      const unsigned peeked = peek_port(a, offset, now);
      ASSERT_EQ(a, before);
      ASSERT_EQ(read_port(a, offset, now), peeked);
      ASSERT_EQ(read_port(b, offset, now), peeked);
    } else if (what == 2) {
      receive(a, value, now, value);
      receive(b, value, now, value);
    } else {
      set_modem_lines(a, value, now);
      set_modem_lines(b, value, now);
    }
    ASSERT_EQ(a, b) << step;
    ASSERT_LE(a.receive_count, 16);
  }
}

TEST(Uart16550, EveryFieldIsVisited) {
  int fields = 0;
  visit_fields(Uart16550{}, [&](const char*, const auto&) { ++fields; });
  EXPECT_EQ(fields, 19);
}

}  // namespace
}  // namespace ringside
