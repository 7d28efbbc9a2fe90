// SPDX-License-Identifier: GPL-2.0-or-later
// Phrases that several explanations need. Private to this layer.
#pragma once

#include <cstdint>
#include <string>

#include "sim/cpu/delivery.h"
#include "sim/explain/explanation.h"
#include "sim/inspect/context.h"

namespace ringside {

Phrase address_phrase(std::uint64_t address);                        // "0x1234", linear
Phrase code_phrase(const Symbols& symbols, std::uint64_t address);   // "idt_load+0x4", leading to its source
Sentence code_place(const Symbols& symbols, std::uint64_t address);  // the same with "(idt.cpp:12)"
Phrase vector_phrase(std::uint8_t vector);                           // "page fault (#PF)"
const char* article(const std::string& noun);                        // "a" page fault, "an" invalid opcode

// The instruction behind a delivery as it was when it happened, from the bytes that the record kept.
std::string instruction_text(const DeliveryRecord& record);

// What made an exception: "it read 8 bytes at 0x..., which is not mapped".
Sentence cause_of(const DeliveryRecord& record, const InspectContext& now);

// The paragraphs about what the processor did for one attempt that was delivered.
Sentence delivered_words(const Delivery& delivery, const Attempt& attempt, const InspectContext& now);

// The step that stopped an attempt, as a sentence.
std::string failure_sentence(const Attempt& attempt, const Delivery& delivery, const Symbols& symbols);

// Table 6-5's rule about two exceptions, as a sentence.
std::string combination_sentence(const Exception& first, std::uint8_t second, AttemptEnd end);

}  // namespace ringside
