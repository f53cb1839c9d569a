// Benchcpu compares the CPU backend with ONNX Runtime on ONNX files: both run the
// same file in turns, some runs each, so that whatever else the machine does
// meets both. A turn begins after a pause; what runs take in its second half is told apart from
// its first, when cores, and threads, are not awake yet.
//
//	benchcpu -modules FOLDER [MODEL...]
//
// FOLDER is a node_modules that has the npm package onnxruntime-node. A MODEL is an ONNX
// file or a network of the zoo; without any, some of the zoo are compared.
package main

import (
	"bufio"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx"
	"github.com/shufflegl/shufflegl/tensor"
)

//go:embed ort.js
var script string

func main() {
	log.SetFlags(0)
	log.SetPrefix("benchcpu: ")
	modules := flag.String("modules", "", "a `folder` node_modules with onnxruntime-node")
	rounds := flag.Int("rounds", 30, "turns of each")
	threads := flag.String("threads", "1,2", "numbers of threads")
	flag.Parse()
	if err := run(*modules, *rounds, strings.Split(*threads, ","), flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(modules string, rounds int, threads, models []string) error {
	folder, err := os.MkdirTemp("", "benchcpu-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	files, err := filesOf(models, folder)
	if err != nil {
		return err
	}
	other, err := start(modules)
	if err != nil {
		return err
	}
	fmt.Printf("%-28s %8s %18s %18s %16s %26s\n", "", "", "shufflegl, ms", "ONNX Runtime, ms", "ratio", "after a pause, medians")
	fmt.Printf("%-28s %8s %9s%9s %9s%9s %8s%8s %9s%9s%8s\n", "model", "threads", "min", "median", "min", "median", "min", "median", "ms", "ms", "ratio")
	failed := 0
	for _, t := range threads {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number of threads", t)
		}
		if n > runtime.NumCPU() {
			log.Printf("this machine has %d processors, %d threads are not measured", runtime.NumCPU(), n)
			continue
		}
		for _, file := range files {
			if err := compare(other, file, n, rounds); err != nil {
				log.Printf("%s: %v", file, err)
				failed++
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d comparisons failed", failed)
	}
	return nil
}

// runtimeOther is ONNX Runtime in a process of its own.
type runtimeOther struct {
	in  io.Writer
	out *bufio.Reader
}

func start(modules string) (*runtimeOther, error) {
	c := exec.Command("node", "-e", script)
	c.Env = append(os.Environ(), "NODE_PATH="+modules)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &runtimeOther{in, bufio.NewReader(out)}, c.Start()
}

func (r *runtimeOther) ask(format string, args ...any) (string, error) {
	if _, err := fmt.Fprintf(r.in, format+"\n", args...); err != nil {
		return "", err
	}
	line, err := r.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("ONNX Runtime ended: %w", err)
	}
	line = strings.TrimSpace(line)
	if what, failed := strings.CutPrefix(line, "error "); failed {
		return "", fmt.Errorf("ONNX Runtime: %s", what)
	}
	return line, nil
}

// run gives the milliseconds of so many runs and the first elements of the output.
func (r *runtimeOther) run(count int) (times, output []float64, err error) {
	line, err := r.ask("run %d", count)
	if err != nil {
		return nil, nil, err
	}
	first, second, _ := strings.Cut(line, ";")
	return floats(first), floats(second), nil
}

func floats(s string) (fs []float64) {
	for _, f := range strings.Fields(s) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			v = math.NaN()
		}
		fs = append(fs, v)
	}
	return fs
}

func compare(other *runtimeOther, model string, threads, rounds int) error {
	g, err := onnx.Load(model, onnx.Options{})
	if err != nil {
		return err
	}
	session, err := network.Compile(cpu.New(cpu.Options{Threads: threads}), g)
	if err != nil {
		return err
	}
	defer session.Close()
	in := tensor.New(session.Plan.Inputs[0].View.Shape...)
	for i := range in.Data {
		in.Data[i] = float32(i%255)/128 - 1
	}
	out := session.NewOutputs()
	ours := func() (float64, error) {
		start := time.Now()
		err := session.RunInto(out, []*tensor.Tensor{in})
		return float64(time.Since(start).Nanoseconds()) / 1e6, err
	}
	absolute, err := filepath.Abs(model)
	if err != nil {
		return err
	}
	var dims []string
	for _, d := range in.Shape {
		dims = append(dims, strconv.Itoa(d))
	}
	if _, err := other.ask("load %d %s %s", threads, strings.Join(dims, "x"), absolute); err != nil {
		return err
	}
	var a, b timings
	runs := fewestRuns
	for round := range rounds + 2 {
		// Whoever comes first has caches that the other has filled: its first run
		// does not count, nor do the first rounds.
		// And its threads look out for work for a while, as ours do.
		const quiet = 30 * time.Millisecond
		time.Sleep(quiet)
		theirs, output, err := other.run(runs + 1)
		if err != nil {
			return err
		}
		if round == 0 {
			if _, err := ours(); err != nil {
				return err
			}
			if err := same(out[0].Data, output); err != nil {
				return err
			}
		}
		time.Sleep(quiet)
		var times []float64
		for range runs + 1 {
			t, err := ours()
			if err != nil {
				return err
			}
			times = append(times, t)
		}
		if round >= 2 {
			a.add(times[1:])
			b.add(theirs[1:])
			continue
		}
		runs = enough(times, theirs)
	}
	a.sort()
	b.sort()
	name := strings.TrimSuffix(filepath.Base(model), ".onnx")
	fmt.Printf("%-28s %8d %9.3f%9.3f %9.3f%9.3f %8.2f%8.2f %9.3f%9.3f%8.2f\n", name, threads,
		a.steady[0], median(a.steady), b.steady[0], median(b.steady), a.steady[0]/b.steady[0], median(a.steady)/median(b.steady),
		median(a.early), median(b.early), median(a.early)/median(b.early))
	return nil
}

// same fails unless the outputs agree, to a part in ten thousand of the largest.
func same(ours []float32, theirs []float64) error {
	most := 0.0
	for _, v := range theirs {
		most = max(most, math.Abs(v))
	}
	for i, v := range theirs {
		if !(math.Abs(float64(ours[i])-v) <= 1e-4*most) {
			return fmt.Errorf("output %d is %v, ONNX Runtime's %v", i, ours[i], v)
		}
	}
	return nil
}
