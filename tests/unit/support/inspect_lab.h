// SPDX-License-Identifier: GPL-2.0-or-later
// The machine of delivery_lab.h with a board, a history and the table functions' context around it.
#pragma once

#include <gmock/gmock.h>

#include <deque>
#include <string>

#include "sim/inspect/context.h"
#include "sim/inspect/table.h"
#include "tests/unit/support/delivery_lab.h"

namespace ringside {

class InspectLab : public LongLab {
 protected:
  Board board = board_after_bios(64 << 20, 1'767'225'600);
  Symbols symbols = Symbols::none();
  EventLog events{64};
  std::deque<DeliveryRecord> deliveries;
  Ticks now = 0;

  InspectContext context() {
    return {.cpu = cpu,
            .memory = PhysicalMemory(ram),
            .board = board,
            .symbols = symbols,
            .now = now,
            .instructions = 1234,
            .events = &events,
            .deliveries = &deliveries};
  }

  // What the cell of a row says below a heading; a sentence of our own where there is no such cell.
  static std::string at(const Table& table, std::string_view key, std::string_view heading) {
    const Cell* cell = find_cell(table, key, heading);
    return cell ? cell->text : "(no cell " + std::string(key) + " / " + std::string(heading) + ")";
  }
  static std::vector<std::string> keys(const Table& table) {
    std::vector<std::string> all;
    for (const Row& row : table.rows) all.push_back(row.key);
    return all;
  }

  // Delivers as the machine would, with `code` at the instruction, and puts memory and state in force.
  const DeliveryRecord& deliver_and_keep(const Exception& e, std::initializer_list<std::uint8_t> code = {}) {
    DeliveryRecord record{.number = static_cast<std::uint32_t>(deliveries.size()),
                          .rip = cpu.rip - e.instruction_bytes,
                          .delivery = {}};
    for (std::uint8_t byte : code) record.code[record.code_bytes++] = byte;
    record.delivery = run(e);
    ram = after_ram;
    cpu = record.delivery.after;
    deliveries.push_back(record);
    return deliveries.back();
  }
};

}  // namespace ringside
