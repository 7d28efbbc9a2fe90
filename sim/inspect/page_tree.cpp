// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "sim/inspect/cells.h"
#include "sim/inspect/frame_map.h"
#include "sim/inspect/page_tables.h"
#include "sim/inspect/page_visit.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

class TreeBuilder : public PageVisitor {
 public:
  TreeBuilder(PageTree& tree, unsigned top_level, std::size_t most)
      : tree_(tree), top_level_(top_level), most_(most) {}

  bool page(const PageEntry& e) override {
    const PageNode next = node(e, false);
    leave_to(next.depth);
    // The entry right before this one: of the same table, for another one would have been entered since.
    PageNode* last = tree_.nodes.empty() ? nullptr : &tree_.nodes.back();
    if (last && !last->table && last->depth == next.depth && last->last + 1 == next.first &&
        last->writable == next.writable && last->user == next.user && last->no_execute == next.no_execute &&
        last->global == next.global && last->start + last->bytes == next.start) {
      last->contiguous = last->contiguous && last->physical + last->bytes == next.physical;
      last->last = next.last;
      last->bytes += next.bytes;
      last->mapped = last->bytes;
    } else if (!add(next)) {
      return false;
    }
    for (const std::size_t parent : open_) {
      tree_.nodes[parent].mapped += e.bytes;
      tree_.nodes[parent].writable_code |= next.writable_code;
    }
    return true;
  }

  bool enter(const PageEntry& e) override {
    const PageNode next = node(e, true);
    leave_to(next.depth);
    if (!add(next)) return false;
    open_.push_back(tree_.nodes.size() - 1);
    return true;
  }

  void finish() { leave_to(0); }
  bool full = false;

 private:
  PageNode node(const PageEntry& e, bool table) const {
    PageNode n{
        .depth = top_level_ - e.level, .table = table, .level = e.level, .first = e.index, .last = e.index};
    n.start = e.start;
    n.bytes = e.bytes;
    n.entry_at = e.at;
    n.entry = e.value;
    n.physical = e.physical;
    n.page_bytes = e.bytes;
    n.mapped = table ? 0 : e.bytes;
    n.writable = e.rights.writable;
    n.user = e.rights.user;
    n.no_execute = e.rights.no_execute;
    n.global = !table && e.global();
    n.writable_code = !table && e.rights.writable && !e.rights.no_execute;
    return n;
  }
  // Tables at this depth and below have nothing more to come.
  void leave_to(unsigned depth) {
    while (!open_.empty() && tree_.nodes[open_.back()].depth >= depth) {
      tree_.nodes[open_.back()].end = tree_.nodes.size();
      open_.pop_back();
    }
  }
  bool add(PageNode n) {
    full = full || tree_.nodes.size() == most_;
    if (full) return false;
    n.end = tree_.nodes.size() + 1;
    tree_.nodes.push_back(n);
    return true;
  }

  PageTree& tree_;
  unsigned top_level_;
  std::size_t most_;
  std::vector<std::size_t> open_;  // tables from the top to where the visit is
};

}  // namespace

PageTree page_tree(const InspectContext& c, std::uint64_t most_entries, std::size_t most_nodes) {
  PageTree tree{.paging = paging_mode(c.cpu), .cr3 = c.cpu.cr3};
  if (tree.paging == PagingMode::none) return tree;
  const unsigned top = tree.paging == PagingMode::four_level ? 4 : tree.paging == PagingMode::pae ? 3 : 2;
  TreeBuilder builder(tree, top, most_nodes);
  tree.complete = visit_pages(c.cpu, c.memory, builder, most_entries).complete && !builder.full;
  builder.finish();
  const FrameMap frames = frame_map(c);
  for (PageNode& n : tree.nodes)
    if (!n.table) n.region = page_owner(c, frames, n.start, n.physical, n.page_bytes);
  return tree;
}

std::string entry_words(const PageTree& tree, const PageNode& n) {
  const std::string_view level = level_name(tree.paging, n.level);
  return n.first == n.last ? fmt::format("{}[{}]", level, n.first)
                           : fmt::format("{}[{}-{}]", level, n.first, n.last);
}

std::string maps_words(const PageNode& n) {
  if (n.table) return bytes_words(n.mapped);
  return fmt::format("{} x {}", n.bytes / n.page_bytes, bytes_words(n.page_bytes));
}

std::string remark_words(const PageNode& n) {
  std::string remark = n.region;
  const auto add = [&](const char* words) { remark += (remark.empty() ? "" : "; ") + std::string(words); };
  if (n.table && n.mapped == 0) add("an empty table");
  if (!n.contiguous) add("scattered");
  if (n.writable_code) add(n.table ? "writable and executable pages below" : "writable and executable");
  return remark;
}

std::string page_rights_words(const PageNode& n) {
  return fmt::format("{}{}{}{}", n.writable ? "W " : "- ", n.user ? "U " : "- ", n.no_execute ? "NX" : "X ",
                     n.global ? " G" : "");
}

Table page_tree_table(const InspectContext& c) {
  Table t{.name = "page-tables",
          .title = "The page tables as a tree",
          .note = {},
          .columns = {{"Entry"}, {"From", true}, {"Maps", true}, {"Rights"}, {"Leads to", true}, {"Remark"}},
          .rows = {}};
  const PageTree tree = page_tree(c);
  if (tree.paging == PagingMode::none) {
    t.note = "Paging is off: every linear address is the physical address.";
    return t;
  }
  const bool wide = tree.paging == PagingMode::four_level;
  const unsigned entry_bytes = tree.paging == PagingMode::two_level ? 4 : 8;
  for (const PageNode& n : tree.nodes) {
    const std::string remark = remark_words(n);
    t.rows.push_back({fmt::format("{} {:#x}", n.level, n.start),
                      {plain(std::string(2 * n.depth, ' ') + entry_words(tree, n)), linear(n.start, wide),
                       n.table ? muted(maps_words(n)) : plain(maps_words(n)), plain(page_rights_words(n)),
                       physical(n.physical), n.writable_code ? bad(remark) : muted(remark)},
                      bytes_of(PhysAddr{n.entry_at}, (n.last - n.first + 1) * entry_bytes)});
  }
  t.note = fmt::format(
      "CR3 = {:#x}. Rights are those of all levels together: W may be written, U open to user code, X "
      "executable, "
      "G global. Neighbours with the same rights are one row.",
      c.cpu.cr3);
  if (!tree.complete) t.note += " The tables map more than this.";
  return t;
}

}  // namespace ringside
