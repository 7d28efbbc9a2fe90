// SPDX-License-Identifier: GPL-2.0-or-later
// ImGui's triangles through SDL_RenderGeometryRaw.
#include <backends/imgui_impl_sdl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "gui/app/render_backend.h"

namespace ringside {
namespace {

SDL_Color components(ImU32 c) {
  return {static_cast<Uint8>(c >> IM_COL32_R_SHIFT), static_cast<Uint8>(c >> IM_COL32_G_SHIFT),
          static_cast<Uint8>(c >> IM_COL32_B_SHIFT), 255};
}

class SdlBackend : public RenderBackend {
 public:
  SdlBackend(SDL_Window* window, SDL_Renderer* renderer) : window_(window), renderer_(renderer) {
    ImGuiIO& io = ImGui::GetIO();
    io.BackendRendererName = "ringside SDL_RenderGeometry";
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  }
  ~SdlBackend() override {
    if (texture_) SDL_DestroyTexture(texture_);
    ImGui_ImplSDL2_Shutdown();
    SDL_DestroyRenderer(renderer_);
    SDL_DestroyWindow(window_);
  }
  const char* name() const override { return "SDL renderer"; }
  void new_frame() override {
    if (!texture_) fonts_changed();
  }
  void fonts_changed() override {
    if (texture_) SDL_DestroyTexture(texture_);
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    atlas.GetTexDataAsRGBA32(&pixels, &width, &height);
    texture_ =
        SDL_CreateTexture(renderer_, SDL_PIXELFORMAT_ABGR8888, SDL_TEXTUREACCESS_STATIC, width, height);
    if (texture_) {
      SDL_UpdateTexture(texture_, nullptr, pixels, width * 4);
      SDL_SetTextureBlendMode(texture_, SDL_BLENDMODE_BLEND);
      SDL_SetTextureScaleMode(texture_, SDL_ScaleModeNearest);
    }
    atlas.SetTexID(texture_);
  }
  void draw(ImDrawData& data, ImU32 ground) override {
    const SDL_Color g = components(ground);
    SDL_RenderSetClipRect(renderer_, nullptr);
    SDL_SetRenderDrawColor(renderer_, g.r, g.g, g.b, 255);
    SDL_RenderClear(renderer_);
    SDL_RenderSetScale(renderer_, data.FramebufferScale.x, data.FramebufferScale.y);
    for (int n = 0; n < data.CmdListsCount; ++n) draw_list(*data.CmdLists[n], data.DisplayPos);
    SDL_RenderSetClipRect(renderer_, nullptr);
  }
  void present() override { SDL_RenderPresent(renderer_); }
  Picture picture() override {
    Picture p;
    SDL_GetRendererOutputSize(renderer_, &p.width, &p.height);
    p.rgb.resize(static_cast<std::size_t>(p.width) * p.height * 3);
    SDL_RenderReadPixels(renderer_, nullptr, SDL_PIXELFORMAT_RGB24, p.rgb.data(), p.width * 3);
    return p;
  }

 private:
  // SDL's rasteriser computes in 32 bits, and leaves large triangles full of holes; thin ones, as of lines,
  // it draws whole.
  using Triangle = std::array<ImDrawVert, 3>;
  static constexpr float kLargest = 160'000;  // pixels of the rectangle around it
  static bool too_large(const Triangle& t) {
    const auto [left, right] = std::minmax({t[0].pos.x, t[1].pos.x, t[2].pos.x});
    const auto [top, bottom] = std::minmax({t[0].pos.y, t[1].pos.y, t[2].pos.y});
    return (right - left) * (bottom - top) > kLargest;
  }
  // Halves the longest side until the pieces are small enough. ImGui's large triangles are of one colour.
  void draw_in_pieces(SDL_Texture* texture, const Triangle& t) {
    if (!too_large(t)) {
      SDL_RenderGeometryRaw(renderer_, texture, &t[0].pos.x, sizeof(ImDrawVert),
                            reinterpret_cast<const SDL_Color*>(&t[0].col), sizeof(ImDrawVert), &t[0].uv.x,
                            sizeof(ImDrawVert), 3, nullptr, 0, 0);
      return;
    }
    const auto length = [&](std::size_t from) {
      const ImVec2 a = t[from].pos, b = t[(from + 1) % 3].pos;
      return (b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y);
    };
    std::size_t side = 0;
    for (const std::size_t other : {1, 2})
      if (length(other) > length(side)) side = other;
    const ImDrawVert &a = t[side], &b = t[(side + 1) % 3], &c = t[(side + 2) % 3];
    const auto half = [](ImVec2 from, ImVec2 to) { return ImVec2{(from.x + to.x) / 2, (from.y + to.y) / 2}; };
    const ImDrawVert middle{half(a.pos, b.pos), half(a.uv, b.uv), a.col};
    draw_in_pieces(texture, {a, middle, c});
    draw_in_pieces(texture, {middle, b, c});
  }

  void draw_list(const ImDrawList& list, ImVec2 origin) {
    for (const ImDrawCmd& command : list.CmdBuffer) {
      if (command.UserCallback) {
        if (command.UserCallback != ImDrawCallback_ResetRenderState) command.UserCallback(&list, &command);
        continue;
      }
      const SDL_Rect clip{static_cast<int>(command.ClipRect.x - origin.x),
                          static_cast<int>(command.ClipRect.y - origin.y),
                          static_cast<int>(command.ClipRect.z - command.ClipRect.x),
                          static_cast<int>(command.ClipRect.w - command.ClipRect.y)};
      if (clip.w <= 0 || clip.h <= 0) continue;
      SDL_RenderSetClipRect(renderer_, &clip);
      const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
      const ImDrawIdx* indices = list.IdxBuffer.Data + command.IdxOffset;
      const auto count = static_cast<int>(command.ElemCount);
      const auto geometry = [&](int from, int to) {
        if (from < to)
          SDL_RenderGeometryRaw(renderer_, static_cast<SDL_Texture*>(command.GetTexID()), &vertices->pos.x,
                                sizeof(ImDrawVert), reinterpret_cast<const SDL_Color*>(&vertices->col),
                                sizeof(ImDrawVert), &vertices->uv.x, sizeof(ImDrawVert),
                                list.VtxBuffer.Size - static_cast<int>(command.VtxOffset), indices + from,
                                to - from, sizeof(ImDrawIdx));
      };
      // Large plain rectangles are most of a frame's pixels: filled, they cost a fraction of textured
      // triangles.
      int done = 0;
      for (int i = 0; i + 3 <= count; i += 3) {
        const std::optional<SDL_FRect> plain =
            i + 6 <= count ? plain_rectangle(vertices, indices + i, origin) : std::nullopt;
        const Triangle triangle{vertices[indices[i]], vertices[indices[i + 1]], vertices[indices[i + 2]]};
        if (!plain && !too_large(triangle)) continue;
        geometry(done, i);
        if (!plain) {
          draw_in_pieces(static_cast<SDL_Texture*>(command.GetTexID()), triangle);
          done = i + 3;
          continue;
        }
        const SDL_Color c = components(vertices[indices[i]].col);
        SDL_SetRenderDrawColor(renderer_, c.r, c.g, c.b, 255);
        SDL_RenderFillRectF(renderer_, &*plain);
        done = i + 6;
        i += 3;
      }
      geometry(done, count);
    }
  }

  // The rectangle that these two triangles make, if it is a large one of a single colour without
  // transparency.
  static std::optional<SDL_FRect> plain_rectangle(const ImDrawVert* vertices, const ImDrawIdx* index,
                                                  ImVec2 origin) {
    constexpr float kLarge = 2000;  // pixels
    if (index[3] != index[0] || index[4] != index[2]) return std::nullopt;
    const ImDrawVert &a = vertices[index[0]], &b = vertices[index[1]], &c = vertices[index[2]],
                     &d = vertices[index[5]];
    const float width = c.pos.x - a.pos.x, height = c.pos.y - a.pos.y;
    const bool rectangle =
        a.pos.y == b.pos.y && b.pos.x == c.pos.x && c.pos.y == d.pos.y && d.pos.x == a.pos.x;
    const bool plain =
        a.uv.x == c.uv.x && a.uv.y == c.uv.y && a.col == b.col && a.col == c.col && a.col == d.col;
    if (!rectangle || !plain || width <= 0 || height <= 0 || width * height < kLarge ||
        (a.col & IM_COL32_A_MASK) != IM_COL32_A_MASK)
      return std::nullopt;
    return SDL_FRect{a.pos.x - origin.x, a.pos.y - origin.y, width, height};
  }

  SDL_Window* window_;
  SDL_Renderer* renderer_;
  SDL_Texture* texture_ = nullptr;
};

}  // namespace

Result<WindowWithBackend> open_sdl_window(const char* title, int width, int height) {
  SDL_Window* window = SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width, height,
                                        SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  if (!window) return fail(fmt::format("No window could be opened: {}.", SDL_GetError()));
  // The software one: this back end is for displays without a graphics card, where SDL's OpenGL renderer
  // would be software too, and slower.
  // And it hands its picture to the display directly, not as a texture through OpenGL.
  SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
  SDL_Renderer* renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE);
  if (!renderer) renderer = SDL_CreateRenderer(window, -1, 0);
  if (!renderer) {
    const std::string why = SDL_GetError();
    SDL_DestroyWindow(window);
    return fail(fmt::format("SDL has no way to draw here: {}.", why));
  }
#if IMGUI_VERSION_NUM >= 18700
  ImGui_ImplSDL2_InitForSDLRenderer(window, renderer);
#else
  ImGui_ImplSDL2_InitForSDLRenderer(window);
#endif
  return WindowWithBackend{window, std::make_unique<SdlBackend>(window, renderer)};
}

}  // namespace ringside
