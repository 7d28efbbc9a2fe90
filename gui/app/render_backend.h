// SPDX-License-Identifier: GPL-2.0-or-later
// Two ways to put ImGui's triangles on the screen: OpenGL 3 where there is a context, else SDL's own
// renderer, which works on any display and in software.
#pragma once

#include <SDL.h>
#include <imgui.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/base/error.h"

namespace ringside {

struct Picture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  // rows from the top, 3 bytes a pixel
};

class RenderBackend {
 public:
  virtual ~RenderBackend() = default;
  virtual const char* name() const = 0;
  virtual void new_frame() = 0;
  // Uploads the font atlas of the current ImGui context again.
  virtual void fonts_changed() = 0;
  virtual void draw(ImDrawData& data, ImU32 ground) = 0;
  virtual void present() = 0;
  // The frame just drawn; call between draw() and present().
  virtual Picture picture() = 0;
};

enum class RendererChoice : unsigned char { automatic, gl, sdl };

// The window with its back end, ImGui's SDL part set up. Both live until the back end is destroyed.
struct WindowWithBackend {
  SDL_Window* window = nullptr;
  std::unique_ptr<RenderBackend> backend;
};
Result<WindowWithBackend> open_window(const char* title, int width, int height, RendererChoice choice);

// `accept_software`: false = fail where OpenGL itself is a software rasteriser, which SDL's own outruns.
Result<WindowWithBackend> open_gl_window(const char* title, int width, int height, bool accept_software);
Result<WindowWithBackend> open_sdl_window(const char* title, int width, int height);

Result<void> save_png(const Picture& picture, const char* path);

}  // namespace ringside
