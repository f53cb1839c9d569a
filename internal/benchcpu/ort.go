package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// ort is ONNX Runtime in a process of its own.
type ort struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

func start(modules string) (*ort, error) {
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
	return &ort{c, in, bufio.NewReader(out)}, c.Start()
}

func (r *ort) end() {
	r.in.Close()
	r.process.Wait()
}

func (r *ort) ask(format string, args ...any) (string, error) {
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

// run gives the milliseconds of so many runs of a model that is loaded, and the output.
func (r *ort) run(model string, count int) (times, output []float64, err error) {
	line, err := r.ask("run %s %d", model, count)
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
