// SPDX-License-Identifier: GPL-2.0-or-later
// ImGui's triangles through SDL_RenderGeometryRaw.
#include <backends/imgui_impl_sdl.h>
#include <fmt/format.h>

#include <algorithm>

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
      SDL_RenderGeometryRaw(
          renderer_, static_cast<SDL_Texture*>(command.GetTexID()), &vertices->pos.x, sizeof(ImDrawVert),
          reinterpret_cast<const SDL_Color*>(&vertices->col), sizeof(ImDrawVert), &vertices->uv.x,
          sizeof(ImDrawVert), list.VtxBuffer.Size - static_cast<int>(command.VtxOffset),
          list.IdxBuffer.Data + command.IdxOffset, static_cast<int>(command.ElemCount), sizeof(ImDrawIdx));
    }
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
  SDL_Renderer* renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_PRESENTVSYNC);
  if (!renderer) renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE);
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
