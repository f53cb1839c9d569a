//go:build cgo

// The driver's callback into Go; see debug.go.

#include "_cgo_export.h"

#ifdef _WIN32
#define APIENTRY __stdcall
#else
#define APIENTRY
#endif

typedef void (APIENTRY *callback)(unsigned source, unsigned kind, unsigned id, unsigned severity,
	int length, const char *text, const void *user);
typedef void (APIENTRY *setter)(callback, const void *user);

static void APIENTRY forward(unsigned source, unsigned kind, unsigned id, unsigned severity,
	int length, const char *text, const void *user) {
	shufflegl_debug_message(source, kind, id, severity, length, (char *)text, (uintptr_t)user);
}

void shufflegl_debug_callback(void *set, uintptr_t user) {
	((setter)set)(user ? forward : 0, (const void *)user);
}
