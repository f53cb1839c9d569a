package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/network"
)

func newCPU(threads int) network.Backend { return cpu.New(cpu.Options{Threads: threads}) }

func newCPUHalf(threads int) network.Backend {
	return cpu.New(cpu.Options{Threads: threads, HalfWeights: true})
}

func newReference() network.Backend { return cpu.NewReference() }

// contexts names the ways to an OpenGL ES context, in the order to try them.
func contexts() []string { return []string{"egl", "glfw"} }

// openGPU opens the GPU through one kind of context, or with "auto" through the
// first that works.
func openGPU(g gpuFlags) (*gpuDevice, error) {
	d, err := gpu.Open(g.options())
	if err != nil {
		return nil, err
	}
	return &gpuDevice{d, d.Info(), d.Close, d.Probes, d}, nil
}

// openCompiler opens the GPU, or a driver that only compiles for one: nothing is
// run on it. What is compiled comes from no cache, or there would be no statistics.
func openCompiler(g gpuFlags) (*gpuCompiler, error) {
	// Mesa's drivers read these when they are loaded.
	for name, value := range map[string]string{"MESA_SHADER_CACHE_DISABLE": "true", "FD_MESA_DEBUG": "shaderdb", "ETNA_MESA_DEBUG": "shaderdb"} {
		if _, set := os.LookupEnv(name); !set {
			os.Setenv(name, value)
		}
	}
	o := g.options()
	o.NoSelfTest, o.NoCache = true, true
	o.Debug, o.Logger = true, slog.New(slog.DiscardHandler)
	d, err := gpu.Open(o)
	if err != nil {
		return nil, err
	}
	return &gpuCompiler{d.Info(), d.PlanOptions(), d.Programs, d.Close}, nil
}

func providers(context string) []gpu.ContextProvider {
	switch context {
	case "egl":
		return []gpu.ContextProvider{gpu.EGL()}
	case "glfw":
		return []gpu.ContextProvider{glfwProvider()}
	}
	all := []gpu.ContextProvider{gpu.EGL()}
	if haveDisplay() {
		all = append(all, glfwProvider())
	}
	return all
}

// explain adds to the error of a GPU that was asked for what can be done.
func explain(err error) error {
	switch {
	case errors.Is(err, gpu.ErrVersion):
		return fmt.Errorf("%w; a newer driver may offer it, and -backend cpu needs none", err)
	case errors.Is(err, gpu.ErrPrecision):
		return fmt.Errorf("%w (-precision fp16)", err)
	case errors.Is(err, gpu.ErrMaps):
		return fmt.Errorf("%w (-maps auto takes what there is)", err)
	case errors.Is(err, gpu.ErrUnavailable):
		return fmt.Errorf("%w; -backend cpu needs no GPU", err)
	}
	return err
}

// othersWanted tells from Open's error that there is a GPU, but not for what flags ask of it.
func othersWanted(err error) bool {
	return errors.Is(err, gpu.ErrPrecision) || errors.Is(err, gpu.ErrMaps)
}

// haveDisplay says whether it makes sense to try a window.
func haveDisplay() bool {
	if runtime.GOOS != "linux" {
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// checkContext checks the word of -context.
func checkContext(word string) error {
	all := append([]string{"auto"}, contexts()...)
	if !slices.Contains(all, word) {
		return usagef("unknown -context %q: %s", word, strings.Join(all, ", "))
	}
	return nil
}

func unknownBackend(word string) error {
	return usagef("unknown -backend %q: %s", word, strings.Join(backendNames(), ", "))
}

// checkBackend checks the word of -backend before anything costs time.
func checkBackend(word string) error {
	if !slices.Contains(backendNames(), word) {
		return unknownBackend(word)
	}
	return nil
}
