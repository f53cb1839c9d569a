// Package glfwcontext gives package gpu the OpenGL ES context of a hidden
// GLFW 3.3 window, for desktops whose drivers have no headless EGL:
//
//	gpu.Open(gpu.Options{Contexts: []gpu.ContextProvider{gpu.EGL(), glfwcontext.Provider()}})
//
// It needs cgo, a display server, and the X11 libraries (to build: libx11-dev
// libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev; to
// run: libx11-6, and the others when GLFW finds them). A program that imports
// it does not start without libX11, hence a package of its own.
//
// GLFW asks for the main thread. On X11 any one thread at a time will do, which
// this package sees to, but a program that uses GLFW itself must not do so
// while a device is opened or closed.
package glfwcontext
