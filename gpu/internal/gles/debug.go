//go:build cgo

package gles

// go-gl can set a debug callback, but not take it away again, and keeps one for
// the whole process. So debug.c sets ours.

/*
#include <stdint.h>
void shufflegl_debug_callback(void *set, uintptr_t user);
*/
import "C"

import (
	"strings"
	"sync"
	"unsafe"
)

// debugCallback is a context's.
type debugCallback struct {
	set  unsafe.Pointer // glDebugMessageCallback
	user uintptr        // names the callback to the driver; 0 for none
}

// listeners has the callbacks by their names. A driver's thread may still send a
// message after its callback is gone: then nobody is found here.
var listeners struct {
	sync.Mutex
	last uintptr
	by   map[uintptr]func(DebugMessage)
}

func (d *debugCallback) use(f func(DebugMessage)) {
	old := d.user
	d.user = 0
	listeners.Lock()
	if f != nil {
		if listeners.by == nil {
			listeners.by = map[uintptr]func(DebugMessage){}
		}
		listeners.last++
		d.user = listeners.last
		listeners.by[d.user] = f
	}
	listeners.Unlock()
	C.shufflegl_debug_callback(d.set, C.uintptr_t(d.user))
	listeners.Lock()
	delete(listeners.by, old)
	listeners.Unlock()
}

//export shufflegl_debug_message
func shufflegl_debug_message(source, kind, id, severity C.uint, length C.int, text *C.char, user C.uintptr_t) {
	listeners.Lock()
	f := listeners.by[uintptr(user)]
	listeners.Unlock()
	if f == nil || text == nil {
		return
	}
	m := DebugMessage{Source: uint32(source), Type: uint32(kind), ID: uint32(id), Severity: uint32(severity)}
	if length >= 0 {
		m.Text = C.GoStringN(text, length)
	} else {
		m.Text = C.GoString(text)
	}
	m.Text = strings.TrimRight(m.Text, "\x00\n")
	f(m)
}
