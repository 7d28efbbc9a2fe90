// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/render_backend.h"

#include <fmt/format.h>
#include <stb_image_write.h>

namespace ringside {

Result<WindowWithBackend> open_window(const char* title, int width, int height, RendererChoice choice) {
  if (choice == RendererChoice::sdl) return open_sdl_window(title, width, height);
  Result<WindowWithBackend> gl = open_gl_window(title, width, height, choice == RendererChoice::gl);
  if (gl || choice == RendererChoice::gl) return gl;
  return open_sdl_window(title, width, height);
}

Result<void> save_png(const Picture& picture, const char* path) {
  if (!stbi_write_png(path, picture.width, picture.height, 3, picture.rgb.data(), picture.width * 3))
    return fail(fmt::format("The picture could not be written to {}.", path));
  return {};
}

}  // namespace ringside
