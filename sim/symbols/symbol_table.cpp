// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/symbol_table.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <numeric>
#include <set>
#include <tuple>

#include "sim/symbols/demangle.h"
#include "sim/symbols/elf_file.h"

namespace ringside {
namespace {

constexpr std::size_t kMostSymbols = 1 << 20;
// Names may overlap in the string table, so a small file could ask for any amount of text.
constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kMostNameBytes = 64 << 20;
constexpr std::string_view kAnonymous = "(anonymous namespace)::";

// A symbol on its way in, with what decides between several at one address.
struct Candidate {
  Symbol symbol;
  std::uint64_t region_end = 0;  // end of the symbol's section
  unsigned rank = 0;             // lower is preferred
};

unsigned rank(const GElf_Sym& symbol) {
  const unsigned type = GELF_ST_TYPE(symbol.st_info), binding = GELF_ST_BIND(symbol.st_info);
  const unsigned by_type = type == STT_NOTYPE ? 4 : 0;
  const unsigned by_size = symbol.st_size == 0 ? 8 : 0;
  const unsigned by_binding = binding == STB_GLOBAL ? 0 : binding == STB_WEAK ? 1 : 2;
  return by_size + by_type + by_binding;
}

constexpr unsigned kLocalLabel = 8 + 4 + 2;

// False for files, sections, undefined and thread-local symbols.
bool names_an_address(const GElf_Sym& symbol, std::string_view name) {
  const unsigned type = GELF_ST_TYPE(symbol.st_info);
  if (name.empty() || name.starts_with(".L") || symbol.st_shndx == SHN_UNDEF) return false;
  return type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC || type == STT_GNU_IFUNC;
}

Symbol::Kind kind(const GElf_Sym& symbol, const ElfFile::Section* section) {
  const unsigned type = GELF_ST_TYPE(symbol.st_info);
  if (type == STT_FUNC || type == STT_GNU_IFUNC) return Symbol::Kind::function;
  if (type == STT_OBJECT) return Symbol::Kind::object;
  if (!section || section->size == 0) return Symbol::Kind::label;
  return section->flags & SHF_EXECINSTR ? Symbol::Kind::function : Symbol::Kind::object;
}

// Gives each symbol without a size the bytes up to the next one, drops those inside another or at the same
// place.
std::vector<Symbol> without_overlaps(std::vector<Candidate> candidates) {
  std::ranges::sort(candidates, {}, [](const Candidate& c) {
    return std::make_tuple(c.symbol.start, c.rank, ~c.symbol.size, std::string_view(c.symbol.linkage_name));
  });
  std::vector<Symbol> kept;
  std::uint64_t covered_to = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Symbol& symbol = candidates[i].symbol;
    const std::uint64_t start = symbol.start.value;
    if (!kept.empty() && (start < covered_to || start == kept.back().start.value)) continue;
    if (symbol.size == 0) {
      std::size_t next = i + 1;
      while (next < candidates.size() && candidates[next].symbol.start.value == start) ++next;
      std::uint64_t end = candidates[i].region_end;
      if (next < candidates.size()) end = std::min(end, candidates[next].symbol.start.value);
      symbol.size = end > start ? end - start : 0;
    }
    if (symbol.size == 0 || start + symbol.size < start) continue;
    covered_to = start + symbol.size;
    kept.push_back(std::move(symbol));
  }
  return kept;
}

const Symbol* holder(const std::vector<Symbol>& sorted, VirtAddr address) {
  auto after = std::ranges::upper_bound(sorted, address, {}, &Symbol::start);
  if (after == sorted.begin()) return nullptr;
  const Symbol& symbol = *--after;
  return symbol.holds(address) ? &symbol : nullptr;
}

// The name at a place of a string table; empty for one that is too long or has no end. Not elf_strptr(),
// which looks through the whole table for an end, for every name.
std::string_view name_at(const Elf_Data* strings, std::size_t place) {
  if (!strings || !strings->d_buf || place >= strings->d_size) return {};
  const char* start = static_cast<const char*>(strings->d_buf) + place;
  const std::size_t most = std::min(strings->d_size - place, kLongestName + 1);
  const std::size_t size = strnlen(start, most);
  return size < most ? std::string_view(start, size) : std::string_view();
}

std::string without_anonymous(std::string_view name) {
  std::string plain(name);
  for (std::size_t at; (at = plain.find(kAnonymous)) != std::string::npos;)
    plain.erase(at, kAnonymous.size());
  return plain;
}

bool ends_with_components(std::string_view qualified, std::string_view text) {
  if (!qualified.ends_with(text)) return false;
  const std::string_view before = qualified.substr(0, qualified.size() - text.size());
  return before.empty() || before.ends_with("::");
}

// Levenshtein's distance between two short texts, case ignored.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  };
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + !same(a[i], b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

SymbolTable::SymbolTable(const ElfFile& file) {
  Elf_Scn* table = nullptr;
  GElf_Shdr header;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.elf, section));) {
    GElf_Shdr candidate;
    if (!gelf_getshdr(section, &candidate)) continue;
    // A full table is better than the dynamic linker's extract.
    if (candidate.sh_type == SHT_SYMTAB || (candidate.sh_type == SHT_DYNSYM && !table)) {
      table = section;
      header = candidate;
      if (candidate.sh_type == SHT_SYMTAB) break;
    }
  }
  Elf_Data* data = table ? elf_getdata(table, nullptr) : nullptr;
  if (!data || header.sh_entsize == 0) return;
  const Elf_Data* strings = elf_getdata(elf_getscn(file.elf, header.sh_link), nullptr);

  Demangler demangler;
  std::size_t name_bytes = 0;
  std::vector<Candidate> code, variables;
  const std::size_t count = std::min<std::size_t>(data->d_size / header.sh_entsize, kMostSymbols);
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Sym entry;
    if (!gelf_getsym(data, static_cast<int>(i), &entry)) break;
    const std::string_view name = name_at(strings, entry.st_name);
    if (!names_an_address(entry, name) || (name_bytes += name.size()) > kMostNameBytes) continue;
    const ElfFile::Section* section =
        entry.st_shndx < file.sections.size() ? &file.sections[entry.st_shndx] : nullptr;

    Symbol symbol;
    symbol.kind = kind(entry, section);
    symbol.called_from_elsewhere = symbol.kind == Symbol::Kind::function && rank(entry) != kLocalLabel;
    symbol.linkage_name = name;
    symbol.signature = demangler.demangle(symbol.linkage_name);
    const bool mangled = symbol.signature != symbol.linkage_name;
    symbol.name = mangled ? without_anonymous(without_parameters(symbol.signature)) : symbol.linkage_name;
    symbol.start = VirtAddr{entry.st_value};
    symbol.size = entry.st_size;
    names.push_back(symbol);
    const std::uint64_t region_end = section ? section->start + section->size : entry.st_value;
    if (symbol.kind == Symbol::Kind::function)
      code.push_back({std::move(symbol), region_end, rank(entry)});
    else if (symbol.kind == Symbol::Kind::object)
      variables.push_back({std::move(symbol), region_end, rank(entry)});
  }
  functions = without_overlaps(std::move(code));
  objects = without_overlaps(std::move(variables));
  std::ranges::stable_sort(names, {}, &Symbol::start);
}

const Symbol* SymbolTable::around(VirtAddr address) const {
  const Symbol* function = holder(functions, address);
  return function ? function : holder(objects, address);
}

std::vector<const Symbol*> SymbolTable::called(std::string_view text) const {
  std::vector<const Symbol*> found;
  if (text.empty()) return found;
  const std::string plain = without_anonymous(text);
  const auto collect = [&](auto matches) {
    std::set<VirtAddr> seen;
    for (const Symbol& symbol : names) {
      if (matches(symbol) && seen.insert(symbol.start).second) found.push_back(&symbol);
    }
    return !found.empty();
  };
  if (collect([&](const Symbol& s) { return s.linkage_name == text || s.signature == text; })) return found;
  if (collect([&](const Symbol& s) { return s.name == plain; })) return found;
  collect([&](const Symbol& s) { return ends_with_components(s.name, plain); });
  return found;
}

std::vector<std::string> SymbolTable::similar(std::string_view text, std::size_t count) const {
  std::vector<std::string> candidates;
  for (const Symbol& symbol : names) candidates.push_back(symbol.name);
  return most_alike(text, candidates, count);
}

std::vector<std::string> most_alike(std::string_view text, const std::vector<std::string>& candidates,
                                    std::size_t count) {
  constexpr std::size_t kLongest = 128;
  if (text.empty() || text.size() > kLongest) return {};
  std::set<std::pair<std::size_t, std::string_view>> ranked;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongest) continue;
    // "idt_lod" is meant for "kernel::idt_load" as much as for "idt_load"; nobody types template arguments.
    const std::string_view name = std::string_view(candidate).substr(0, candidate.find('<'));
    // A distance is at least the difference in length: most parts need no comparison, and a name may have
    // many.
    const std::size_t farthest = 1 + text.size() / 4;
    std::size_t nearest = farthest + 1;
    const auto compare = [&](std::string_view part) {
      if (part.size() <= text.size() + farthest && text.size() <= part.size() + farthest)
        nearest = std::min(nearest, distance(text, part));
    };
    compare(name);
    for (std::size_t at = 0; (at = name.find("::", at)) != std::string_view::npos;) {
      at += 2;
      compare(name.substr(at));
    }
    if (nearest <= farthest) ranked.insert({nearest, candidate});
  }
  std::vector<std::string> names;
  for (const auto& [how_far, name] : ranked) {
    if (names.size() == count) break;
    names.emplace_back(name);
  }
  return names;
}

}  // namespace ringside
