// Package shaders holds the compute kernels as OpenGL ES Shading Language 3.10
// and assembles their variants.
//
// A variant is a .comp file with macros. Every variant stays inside what OpenGL
// ES 3.1 guarantees: 128 invocations a work group, 16 KiB of shared memory, four
// storage blocks, and no extension. Two macros are made for more: BY_TEXELS for the
// texture buffers of OpenGL ES 3.2, EXTERNAL for the photos of an extension.
package shaders

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed *.comp *.glsl
var files embed.FS

// Program names one variant of a kernel. It is comparable: equal programs have
// equal sources.
type Program struct {
	File    string // "conv_pointwise.comp"
	defines string // "LX=16 LY=4 ADDED"
}

// New names a variant by its file and macros, each "NAME=value" or "NAME".
func New(file string, defines ...string) Program {
	return Program{file, strings.Join(defines, " ")}
}

// With is the variant with one more macro.
func (p Program) With(define string) Program {
	p.defines = strings.TrimSpace(p.defines + " " + define)
	return p
}

// Label tells variants of a file apart: "conv_pointwise.comp (LX=16 LY=4 OC=4)".
func (p Program) Label() string {
	return fmt.Sprintf("%s (%s)", p.File, p.defines)
}

// marker is where a kernel's main begins, in every file alike.
const marker = "void main() {"

// Variant lists the variant's macros.
func (p Program) Variant() string { return p.defines }

// helpers are the files of functions that only some kernels need, by their calls;
// those that call others first.
var helpers = []struct {
	file  string
	calls []string
}{
	{"depthwise.glsl", []string{"begin("}},
	{"pool.glsl", []string{"pooled("}},
	{"counted.glsl", []string{"pixels("}},
	{"strip.glsl", []string{"fetch("}},
	{"weight.glsl", []string{"weight(", "place("}},
	{"locate.glsl", []string{"locate("}},
	{"middle.glsl", []string{"HELD("}},
	{"quotient.glsl", []string{"quotient("}},
}

// calls tells whether a text has the call, and not only of a function whose name ends so.
func calls(text, call string) bool {
	for at := 0; ; at++ {
		i := strings.Index(text[at:], call)
		if i < 0 {
			return false
		}
		if at += i; at == 0 || !isWord(text[at-1]) {
			return true
		}
	}
}

// first are the lines that a text begins with.
func (p Program) first() string {
	version, extension := "310", ""
	for _, d := range strings.Fields(p.defines) {
		switch d {
		case "BY_TEXELS":
			version = "320"
		case "EXTERNAL":
			extension = "#extension GL_OES_EGL_image_external_essl3 : require\n"
		}
	}
	return "#version " + version + " es\n" + extension
}

// Source is the complete text of the shader. It panics if the file does not exist.
func (p Program) Source() string { return p.source(whole) }

func whole(kernel string) string { return kernel }

// source is the text, of what a kernel is made into.
func (p Program) source(made func(kernel string) string) string {
	var b strings.Builder
	b.WriteString(p.first())
	b.WriteString("precision highp float;\nprecision highp int;\n")
	for _, d := range strings.Fields(p.defines) {
		b.WriteString("#define " + strings.Replace(d, "=", " ", 1) + "\n")
	}
	// The helpers use the kernel's parameters, so they follow those.
	kernel := text(p.File)
	head, body, ok := strings.Cut(made(kernel), marker)
	if !ok {
		panic("shaders: no main in " + p.File)
	}
	b.WriteString(text("common.glsl"))
	b.WriteString(head)
	needed := ""
	for _, h := range helpers {
		if slices.ContainsFunc(h.calls, func(c string) bool { return calls(kernel, c) || calls(needed, c) }) {
			needed = text(h.file) + needed
		}
	}
	b.WriteString(needed)
	if _, two := p.value("KH2"); two {
		_, pools := p.value("BESIDE")
		b.WriteString(second(pools))
	}
	b.WriteString(text("epilogue.glsl"))
	if _, pools := p.value("BESIDE"); pools {
		b.WriteString(text("beside.glsl"))
	}
	b.WriteString(marker + body)
	return unroll(b.String(), p.value)
}

// own are the names that helpers of pools define, and those of the parameters and
// macros that they use.
var own = regexp.MustCompile(`\b(KH|KW|SY|SX|DY|DX|LEFT|WIDE|WHOLE|OUTSIDE|AVERAGE|COMBINE|SKIP|STRIP|AT|UNDER|READ|Strip|TERM|` +
	`corner|column|within|aim|fetch|blank|under|below|pixels|pooled|from|height|width|top|counted)\b`)

// second gives helpers once more, each of their names with a 2 behind it: for the
// second window of a kernel that has two.
func second(pools bool) string {
	helpers := text("counted.glsl")
	if pools {
		helpers = text("strip.glsl") + helpers + text("pool.glsl")
	}
	return own.ReplaceAllString(helpers, "${1}2")
}

// Second gives macros the names that the second helpers have for them.
func Second(macros ...string) []string {
	var all []string
	for _, m := range macros {
		name, value, ok := strings.Cut(m, "=")
		if name += "2"; ok {
			name += "=" + value
		}
		all = append(all, name)
	}
	return all
}

func text(name string) string {
	s, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return string(s)
}

// Sum is a text that changes when any shader does.
func Sum() string {
	all, err := files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	h := sha256.New()
	for _, f := range all {
		fmt.Fprintf(h, "%s\n%s\n", f.Name(), text(f.Name()))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Files lists the kernels.
func Files() []string {
	all, err := files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	var names []string
	for _, f := range all {
		if strings.HasSuffix(f.Name(), ".comp") {
			names = append(names, f.Name())
		}
	}
	return names
}
