// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes to packets, as the GDB manual's appendix E.1 has them.
#include "sim/remote/packet.h"

#include <gmock/gmock.h>

#include <random>
#include <vector>

namespace ringside {
namespace {

using Kind = Incoming::Kind;

std::vector<Incoming> read(PacketReader& reader) {
  std::vector<Incoming> all;
  while (auto incoming = reader.next()) all.push_back(std::move(*incoming));
  return all;
}

std::vector<Incoming> read(std::string_view bytes) {
  PacketReader reader;
  reader.feed(bytes);
  return read(reader);
}

std::vector<Incoming> packets(std::initializer_list<const char*> payloads) {
  std::vector<Incoming> all;
  for (const char* payload : payloads) all.push_back({Kind::packet, payload});
  return all;
}

TEST(Packet, IsFramedWithTheSumOfItsBytes) {
  EXPECT_EQ(framed(""), "$#00");
  EXPECT_EQ(framed("OK"), "$OK#9a");
  EXPECT_EQ(framed("m100,4"), "$m100,4#5e");
}

TEST(Packet, EscapesWhatMeansSomethingInsideOfOne) {
  EXPECT_EQ(framed("$#}*"),
            "$}\x04}\x03}]}\n#"
            "62");
  EXPECT_EQ(read(framed("a$b#c}d*e")), packets({"a$b#c}d*e"}));
}

TEST(Packet, IsReadInWhateverPiecesItComes) {
  const std::string bytes = "+" + framed("qSupported:swbreak+") + "+" + framed("?");
  const auto whole = read(bytes);
  ASSERT_EQ(whole.size(), 4u);
  EXPECT_EQ(whole[1].payload, "qSupported:swbreak+");
  PacketReader reader;
  for (const char c : bytes) reader.feed({&c, 1});
  EXPECT_EQ(read(reader), whole);
}

TEST(Packet, HalfOfOneIsNone) {
  EXPECT_TRUE(read("$m100,4#8").empty());
  EXPECT_TRUE(read("$m100").empty());
}

TEST(Packet, ASumThatDoesNotFitIsBroken) {
  EXPECT_EQ(read("$OK#9b"), (std::vector<Incoming>{{Kind::broken, ""}}));
  EXPECT_EQ(read("$OK#zz"), (std::vector<Incoming>{{Kind::broken, ""}}));
  EXPECT_EQ(read("$OK#9a"), packets({"OK"}));
}

TEST(Packet, ABeginningInsideOfOneBeginsAnew) { EXPECT_EQ(read("$m1$g#67"), packets({"g"})); }

TEST(Packet, TooLongIsBrokenAndTheNextOneIsRead) {
  EXPECT_EQ(read(framed(std::string(kPacketSize, 'x')))[0].payload.size(), kPacketSize);
  const auto all = read(framed(std::string(kPacketSize + 1, 'x')) + framed("g"));
  EXPECT_EQ(all, (std::vector<Incoming>{{Kind::broken, ""}, {Kind::packet, "g"}}));
}

TEST(Packet, InterruptsCountBetweenPacketsOnly) {
  EXPECT_EQ(read("\x03"), (std::vector<Incoming>{{Kind::interrupt, ""}}));
  EXPECT_EQ(read(framed("X0,1:\x03")), packets({"X0,1:\x03"}));
}

TEST(Packet, NoiseBetweenPacketsIsNothing) { EXPECT_EQ(read("HTTP/1.1\r\n$g#67"), packets({"g"})); }

TEST(Packet, ClearForgetsHalfAPacket) {
  PacketReader reader;
  reader.feed("$m100");
  reader.clear();
  reader.feed("$g#67");
  EXPECT_EQ(read(reader), packets({"g"}));
}

// Whatever comes, a good packet behind it is read, unless the noise has opened one that it ends.
TEST(Packet, GarbageNeverStopsTheReader) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    PacketReader reader;
    std::string garbage(random() % 64, '\0');
    for (char& c : garbage) c = static_cast<char>("$#}+-*\x03xA0"[random() % 10]);
    reader.feed(garbage);
    while (reader.next()) {
    }
    reader.feed("#00#00" + framed("g"));
    const auto all = read(reader);
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all.back(), (Incoming{Kind::packet, "g"})) << garbage;
  }
}

TEST(Packet, AFloodIsBounded) {
  PacketReader reader;
  for (int i = 0; i < 100; ++i) reader.feed(std::string(1000, '+'));
  EXPECT_LE(read(reader).size(), 2000u);
}

}  // namespace
}  // namespace ringside
