//go:build cgo && (linux || freebsd || netbsd || openbsd)

// See link.go. The definitions forward to the real library, found when first
// called, so that another user of go-gl in the same program still gets what it
// asked for. Hidden: shared libraries must not bind to them. Weak: another
// definition in the program wins.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

typedef void *(*lookup)(const char *);

static void *forward(const char *library, const char *function, const char *name) {
	void *handle = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
	lookup f = handle ? (lookup)dlsym(handle, function) : NULL;
	return f ? f(name) : NULL;
}

__attribute__((weak, visibility("hidden")))
void *glXGetProcAddress(const unsigned char *name) {
	return forward("libGL.so.1", "glXGetProcAddress", (const char *)name);
}

__attribute__((weak, visibility("hidden")))
void *eglGetProcAddress(const char *name) {
	return forward("libEGL.so.1", "eglGetProcAddress", name);
}

// The handle is left open on purpose. Stubs that a loader makes in memory of
// its own are in no file; they belong to libraries that stay.
__attribute__((visibility("hidden")))
void shufflegl_pin(void *function) {
	static void *last;
	Dl_info info;
	if (dladdr(function, &info) == 0 || info.dli_fname == NULL || info.dli_fbase == last)
		return;
	last = info.dli_fbase;
	dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}
