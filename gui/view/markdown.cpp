// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/view/markdown.h"

#include <fmt/format.h>
#include <md4c.h>

#include <algorithm>
#include <utility>

namespace ringside {
namespace {

using Kind = MarkdownBlock::Kind;

// The few entities that people write; any other stays as it was written.
std::string entity_text(std::string_view entity) {
  constexpr std::pair<std::string_view, std::string_view> kNamed[] = {
      {"&amp;", "&"},  {"&lt;", "<"},        {"&gt;", ">"},         {"&quot;", "\""},
      {"&apos;", "'"}, {"&nbsp;", "\u00a0"}, {"&mdash;", "\u2014"}, {"&ndash;", "\u2013"}};
  for (const auto& [name, text] : kNamed)
    if (name == entity) return std::string(text);
  return std::string(entity);
}

// md4c calls at the beginning and the end of each block and span, and with the text between them.
class Reader {
 public:
  void enter(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_UL: lists_.push_back({false, 0}); break;
      case MD_BLOCK_OL: lists_.push_back({true, static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start}); break;
      case MD_BLOCK_LI: begin_item(); break;
      case MD_BLOCK_QUOTE: ++quotes_; break;
      case MD_BLOCK_H:
        begin(Kind::heading);
        block_.level = static_cast<MD_BLOCK_H_DETAIL*>(detail)->level;
        break;
      case MD_BLOCK_P: begin(Kind::paragraph); break;
      case MD_BLOCK_CODE:
      case MD_BLOCK_HTML:
        begin(Kind::code);
        verbatim_.clear();
        break;
      case MD_BLOCK_TABLE: begin(Kind::table); break;
      case MD_BLOCK_TR: block_.rows.emplace_back(); break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD: block_.runs.clear(); break;
      case MD_BLOCK_HR: begin(Kind::rule); break;
      default: break;
    }
  }

  void leave(MD_BLOCKTYPE type) {
    switch (type) {
      case MD_BLOCK_UL:
      case MD_BLOCK_OL:
        end();
        if (!lists_.empty()) lists_.pop_back();
        break;
      case MD_BLOCK_LI: end(); break;
      case MD_BLOCK_QUOTE:
        end();
        --quotes_;
        break;
      case MD_BLOCK_CODE:
      case MD_BLOCK_HTML: end_code(); break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        if (!block_.rows.empty()) block_.rows.back().push_back(std::move(block_.runs));
        block_.runs = {};
        break;
      case MD_BLOCK_H:
      case MD_BLOCK_P:
      case MD_BLOCK_TABLE:
      case MD_BLOCK_HR: end(); break;
      default: break;
    }
  }

  void span(MD_SPANTYPE type, void* detail, bool on) {
    const int by = on ? 1 : -1;
    if (type == MD_SPAN_STRONG) strong_ += by;
    if (type == MD_SPAN_EM) emphasis_ += by;
    if (type == MD_SPAN_CODE) code_ += by;
    if (type != MD_SPAN_A) return;
    link_.clear();
    if (!on) return;
    const MD_ATTRIBUTE& href = static_cast<MD_SPAN_A_DETAIL*>(detail)->href;
    link_.assign(href.text, href.size);
  }

  void text(MD_TEXTTYPE type, std::string_view words) {
    if (in_code_) {
      verbatim_ += words;
      return;
    }
    // The text of an item without a paragraph of its own ("tight" lists).
    if (!open_) begin(Kind::paragraph);
    switch (type) {
      case MD_TEXT_BR: add("\n"); break;
      case MD_TEXT_SOFTBR: add(" "); break;
      case MD_TEXT_NULLCHAR: add("\ufffd"); break;
      case MD_TEXT_ENTITY: add(entity_text(words)); break;
      default: add(words);
    }
  }

  std::vector<MarkdownBlock> blocks;

 private:
  struct List {
    bool numbered = false;
    unsigned next = 0;
  };

  void begin(Kind kind) {
    end();
    const std::size_t depth = lists_.size() + static_cast<std::size_t>(quotes_);
    block_ = {.kind = kind,
              .depth = static_cast<unsigned>(std::min<std::size_t>(depth, kDeepestMarkdown)),
              .quoted = quotes_ > 0,
              .marker = std::move(marker_)};
    marker_.clear();
    open_ = true;
    in_code_ = kind == Kind::code;
  }

  void end() {
    if (open_) blocks.push_back(std::move(block_));
    open_ = in_code_ = false;
  }

  void end_code() {
    for (std::string_view rest = verbatim_; !rest.empty();) {
      const std::size_t line = std::min(rest.find('\n'), rest.size());
      block_.lines.emplace_back(rest.substr(0, line));
      rest.remove_prefix(std::min(line + 1, rest.size()));
    }
    end();
  }

  void begin_item() {
    end();
    if (lists_.empty()) return;
    List& list = lists_.back();
    marker_ = list.numbered ? fmt::format("{}.", list.next++) : "\u2022";
  }

  void add(std::string_view words) {
    TextRun run{std::string(words), strong_ > 0, emphasis_ > 0, code_ > 0, link_};
    TextRuns& runs = block_.runs;
    if (!runs.empty() && runs.back().strong == run.strong && runs.back().emphasis == run.emphasis &&
        runs.back().code == run.code && runs.back().link == run.link)
      runs.back().text += run.text;
    else
      runs.push_back(std::move(run));
  }

  MarkdownBlock block_;
  bool open_ = false, in_code_ = false;
  std::string verbatim_, marker_, link_;
  std::vector<List> lists_;
  int quotes_ = 0, strong_ = 0, emphasis_ = 0, code_ = 0;
};

}  // namespace

Markdown parse_markdown(std::string_view text) {
  Reader reader;
  MD_PARSER parser{};
  parser.flags = MD_FLAG_TABLES | MD_FLAG_NOHTML | MD_FLAG_PERMISSIVEURLAUTOLINKS;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* user) {
    static_cast<Reader*>(user)->enter(type, detail);
    return 0;
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void*, void* user) {
    static_cast<Reader*>(user)->leave(type);
    return 0;
  };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* user) {
    static_cast<Reader*>(user)->span(type, detail, true);
    return 0;
  };
  parser.leave_span = [](MD_SPANTYPE type, void* detail, void* user) {
    static_cast<Reader*>(user)->span(type, detail, false);
    return 0;
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* words, MD_SIZE size, void* user) {
    static_cast<Reader*>(user)->text(type, {words, size});
    return 0;
  };
  Markdown result;
  result.cut = text.size() > kMostMarkdown;
  const std::string_view taken = text.substr(0, kMostMarkdown);
  md_parse(taken.data(), static_cast<MD_SIZE>(taken.size()), &parser, &reader);
  result.blocks = std::move(reader.blocks);
  return result;
}

std::string plain_text(const TextRuns& runs) {
  std::string all;
  for (const TextRun& run : runs) all += run.text;
  return all;
}

}  // namespace ringside
