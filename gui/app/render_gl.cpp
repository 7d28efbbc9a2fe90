// SPDX-License-Identifier: GPL-2.0-or-later
// OpenGL 3 by way of ImGui's own back end. The four calls that the window itself needs are looked up by name,
// so that nothing links against a GL library.
#include <backends/imgui_impl_opengl3.h>
#include <backends/imgui_impl_sdl.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "gui/app/render_backend.h"

namespace ringside {
namespace {

constexpr unsigned kColourBufferBit = 0x4000, kRgba = 0x1908, kUnsignedByte = 0x1401, kRenderer = 0x1F01;

struct Gl {
  void (*Viewport)(int, int, int, int) = nullptr;
  void (*ClearColor)(float, float, float, float) = nullptr;
  void (*Clear)(unsigned) = nullptr;
  void (*ReadPixels)(int, int, int, int, unsigned, unsigned, void*) = nullptr;

  const unsigned char* (*GetString)(unsigned) = nullptr;

  bool load() {
    const auto get = [](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(SDL_GL_GetProcAddress(name));
      return function != nullptr;
    };
    return get(Viewport, "glViewport") && get(ClearColor, "glClearColor") && get(Clear, "glClear") &&
           get(GetString, "glGetString") && get(ReadPixels, "glReadPixels");
  }
};

class GlBackend : public RenderBackend {
 public:
  GlBackend(SDL_Window* window, SDL_GLContext context, Gl gl) : window_(window), context_(context), gl_(gl) {}
  ~GlBackend() override {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplSDL2_Shutdown();
    SDL_GL_DeleteContext(context_);
    SDL_DestroyWindow(window_);
  }
  const char* name() const override { return "OpenGL 3"; }
  void new_frame() override { ImGui_ImplOpenGL3_NewFrame(); }
  void fonts_changed() override {
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
  }
  void draw(ImDrawData& data, ImU32 ground) override {
    int width = 0, height = 0;
    SDL_GL_GetDrawableSize(window_, &width, &height);
    const ImVec4 c = ImGui::ColorConvertU32ToFloat4(ground);
    gl_.Viewport(0, 0, width, height);
    gl_.ClearColor(c.x, c.y, c.z, 1);
    gl_.Clear(kColourBufferBit);
    ImGui_ImplOpenGL3_RenderDrawData(&data);
  }
  void present() override { SDL_GL_SwapWindow(window_); }
  Picture picture() override {
    Picture p;
    SDL_GL_GetDrawableSize(window_, &p.width, &p.height);
    std::vector<std::uint8_t> rgba(static_cast<std::size_t>(p.width) * p.height * 4);
    gl_.ReadPixels(0, 0, p.width, p.height, kRgba, kUnsignedByte, rgba.data());
    p.rgb.reserve(static_cast<std::size_t>(p.width) * p.height * 3);
    for (int y = p.height - 1; y >= 0; --y)  // OpenGL counts rows from the bottom
      for (int x = 0; x < p.width; ++x) {
        const std::uint8_t* pixel = &rgba[(static_cast<std::size_t>(y) * p.width + x) * 4];
        p.rgb.insert(p.rgb.end(), pixel, pixel + 3);
      }
    return p;
  }

 private:
  SDL_Window* window_;
  SDL_GLContext context_;
  Gl gl_;
};

}  // namespace

Result<WindowWithBackend> open_gl_window(const char* title, int width, int height, bool accept_software) {
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 2);
  SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
  SDL_Window* window = SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width, height,
                                        SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  if (!window) return fail(fmt::format("No OpenGL window could be opened: {}.", SDL_GetError()));
  SDL_GLContext context = SDL_GL_CreateContext(window);
  Gl gl;
  if (!context || SDL_GL_MakeCurrent(window, context) != 0 || !gl.load()) {
    const std::string why = SDL_GetError();
    if (context) SDL_GL_DeleteContext(context);
    SDL_DestroyWindow(window);
    return fail(fmt::format("There is no OpenGL 3.2 context: {}.", why));
  }
  const auto* renderer = reinterpret_cast<const char*>(gl.GetString(kRenderer));
  const std::string_view by = renderer ? renderer : "";
  const bool software =
      by.find("llvmpipe") != by.npos || by.find("softpipe") != by.npos || by.find("SwiftShader") != by.npos;
  if (software && !accept_software) {
    SDL_GL_DeleteContext(context);
    SDL_DestroyWindow(window);
    return fail("OpenGL is drawn in software here.");
  }
  SDL_GL_SetSwapInterval(1);
  ImGui_ImplSDL2_InitForOpenGL(window, context);
  if (!ImGui_ImplOpenGL3_Init("#version 150")) {
    ImGui_ImplSDL2_Shutdown();
    SDL_GL_DeleteContext(context);
    SDL_DestroyWindow(window);
    return fail("OpenGL 3.2 is there, but its functions could not be loaded.");
  }
  return WindowWithBackend{window, std::make_unique<GlBackend>(window, context, gl)};
}

}  // namespace ringside
