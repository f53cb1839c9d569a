package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/trained"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// good runs the program, which must succeed.
func good(t *testing.T, args ...string) (stdout string) {
	t.Helper()
	var w world
	status, stdout, stderr := w.run(args...)
	if status != success {
		t.Fatalf("%s: exit status %d: %s", strings.Join(args, " "), status, stderr)
	}
	return stdout
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// Arrays of any batch and size go through a network of the zoo.
func TestRunZoo(t *testing.T) {
	enter(t)
	in := saveArray(t, "in.npy", tensor.Shape{2, 3, 33, 40}, 1, -2, 0.5, 3, 0.25)
	if got := good(t, "run", "-model", tiny, "-seed", "3", "-input", "in.npy", "-output", "out.npy"); got != "out.npy: \"fc\", 2x1000\n" {
		t.Errorf("prints %q", got)
	}
	g, err := zoo.Build(tiny, zoo.Options{Batch: 2, Height: 33, Width: 40, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	s, err := network.Compile(cpu.NewReference(), g)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	want, err := s.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	if d := tensor.MaxDiff(loadArray(t, "out.npy"), want[0]); d.Abs != 0 {
		t.Error(d)
	}
}

// A photo is preprocessed as classify does it, and standard input and output work.
func TestRunPhoto(t *testing.T) {
	enter(t)
	args := []string{"run", "-model", tiny, "-size", "32", "-preset", "megvii"}
	good(t, append(args, "-input", "photo.png", "-output", "a.npy")...)
	var w world
	w.stdin.Write(readFile(t, "photo.png"))
	status, stdout, stderr := w.run(append(args, "-input", "-", "-output", "-")...)
	if status != success || !strings.Contains(stderr, "BGR") {
		t.Fatalf("exit status %d, %s", status, stderr)
	}
	if stdout != string(readFile(t, "a.npy")) {
		t.Error("standard output is not the file")
	}
	// A batch is the photo again and again.
	good(t, append(args, "-batch", "2", "-input", "input=photo.png", "-output", "two.npy")...)
	one, two := loadArray(t, "a.npy"), loadArray(t, "two.npy")
	if !slices.Equal(two.Data[:1000], one.Data) || !slices.Equal(two.Data[1000:], one.Data) {
		t.Error("the two samples are not the one")
	}
}

// All outputs, each in a file of its own; inputs by name or in order.
func TestRunSeveralOutputs(t *testing.T) {
	enter(t)
	writeModels(t)
	a := saveArray(t, "a.npy", tensor.Shape{1, 3, 4, 4})
	b := saveArray(t, "b=1.npy", tensor.Shape{1, 3, 4, 4}, 2, 5, 7)
	for dir, inputs := range map[string][]string{
		"in order":      {"-input", "a.npy", "-input", "b=1.npy"},
		"by name":       {"-input", "right=b=1.npy", "-input", "left=a.npy"},
		"new/some/name": {"-input", "right=b=1.npy", "-input", "a.npy"},
	} {
		out := good(t, append([]string{"run", "-model", "two.onnx", "-output", dir}, inputs...)...)
		if names := entries(t, dir); !slices.Equal(names, []string{"sum_1.npy", "sum_1_2.npy", "sum_1_3.npy"}) {
			t.Fatalf("%s: %v", dir, names)
		}
		if !strings.Contains(out, filepath.Join(dir, "sum_1_2.npy")+`: "sum/1", 1x3x4x4`) {
			t.Errorf("%s: prints %q", dir, out)
		}
		for i := range a.Data {
			for name, want := range map[string]float32{"sum_1_2": a.Data[i] + b.Data[i], "sum_1_3": a.Data[i] - b.Data[i], "sum_1": a.Data[i] * b.Data[i]} {
				if got := loadArray(t, filepath.Join(dir, name+".npy")).Data[i]; got != want {
					t.Fatalf("%s: %s has %v at %d, want %v", dir, name, got, i, want)
				}
			}
		}
	}
}

// One output in a folder has its own name, too.
func TestRunIntoFolder(t *testing.T) {
	enter(t)
	writeModels(t)
	saveArray(t, "in.npy", tensor.Shape{1, 2})
	if err := os.Mkdir("here", 0o755); err != nil {
		t.Fatal(err)
	}
	good(t, "run", "-model", "open.onnx", "-input", "in.npy", "-output", "here")
	good(t, "run", "-model", "open.onnx", "-input", "in.npy", "-output", "there"+string(os.PathSeparator))
	for _, dir := range []string{"here", "there"} {
		if names := entries(t, dir); !slices.Equal(names, []string{"y.npy"}) {
			t.Error(dir, names)
		}
	}
}

// More samples than a file leaves room for: the model takes them where its batch
// is open, and else sees one after the other.
func TestRunBatch(t *testing.T) {
	enter(t)
	writeModels(t)
	saveArray(t, "five.npy", tensor.Shape{5, 2})
	good(t, "run", "-model", "open.onnx", "-input", "five.npy", "-output", "y.npy")
	if y := loadArray(t, "y.npy"); !y.Shape.Equal(tensor.Shape{5, 2}) || y.Data[0] != 0 || y.Data[9] != 6 {
		t.Error(y)
	}
	good(t, "run", "-model", "all.onnx", "-input", "x=five.npy", "-output", "z.npy")
	if !bytes.Equal(readFile(t, "y.npy"), readFile(t, "z.npy")) {
		t.Error("with all dimensions open it is another")
	}
	a := saveArray(t, "a.npy", tensor.Shape{3, 3, 4, 4})
	b := saveArray(t, "b.npy", tensor.Shape{1, 3, 4, 4}, 10)
	good(t, "run", "-model", "two.onnx", "-input", "a.npy", "-input", "b.npy", "-output", "out")
	sum := loadArray(t, "out/sum_1_2.npy")
	if !sum.Shape.Equal(a.Shape) {
		t.Fatal(sum.Shape)
	}
	for i := range a.Data {
		if want := a.Data[i] + b.Data[i%48]; sum.Data[i] != want {
			t.Fatalf("%v at %d, want %v", sum.Data[i], i, want)
		}
	}
}

func TestFileNames(t *testing.T) {
	long := strings.Repeat("é", 300)
	for _, c := range []struct{ in, want []string }{
		{[]string{"y"}, []string{"y"}},
		{[]string{"a/b", "a_b", "a:b", "a_b_2"}, []string{"a_b_3", "a_b", "a_b_4", "a_b_2"}},
		{[]string{"y", "Y", "y"}, []string{"y", "Y_2", "y_3"}},
		{[]string{"", ".", "..", ".hidden", "../up"}, []string{"_", "__2", "_.", "_hidden", "_._up"}},
		{[]string{"a\x00b\nc\xff"}, []string{"a_b_c_"}},
		{[]string{long, long + "x"}, []string{long[:200], long[:200] + "_2"}},
	} {
		got := fileNames(c.in)
		for i := range got {
			if got[i] != c.want[i]+".npy" {
				t.Errorf("%q: %q, want %q", c.in, got[i], c.want[i])
			}
		}
	}
}

// Whatever goes wrong with the target, nothing is left behind.
func TestRunUnwritable(t *testing.T) {
	enter(t)
	writeModels(t)
	saveArray(t, "a.npy", tensor.Shape{1, 3, 4, 4})
	saveArray(t, "in.npy", tensor.Shape{1, 2})
	before := entries(t, ".")
	for _, c := range []struct{ args, says string }{
		{"-model two.onnx -input a.npy -input a.npy -output photo.png", "not a directory"},
		{"-model open.onnx -input in.npy -output none/y.npy", "no such file"},
		{"-model open.onnx -input in.npy -output /dev/full", "no space left"},
	} {
		if _, err := os.Stat("/dev/full"); err != nil && strings.Contains(c.args, "/dev/full") {
			continue
		}
		var w world
		status, stdout, stderr := w.run(strings.Fields("run " + c.args)...)
		if status != failure || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.says) || stdout != "" {
			t.Errorf("%s: exit status %d, %q, %q", c.args, status, stderr, stdout)
		}
	}
	if after := entries(t, "."); !slices.Equal(before, after) {
		t.Errorf("left behind: %v", after)
	}
}

// The trained detectors' raw outputs are what another engine gives.
func TestRunTrained(t *testing.T) {
	models := trained.Dir(t)
	for _, c := range []struct{ folder, photo, preset string }{
		{"nanodet_m_320", "coral_pets", "nanodet"},
		{"yolo_fastestv2", "coral_pets", "yolo-fastest"},
		{"ultraface_slim_320", "coral_face", "ultraface"},
	} {
		t.Run(c.folder, func(t *testing.T) {
			dir, expected := t.TempDir(), filepath.Join(models, c.folder, "expected")
			var out, stderr bytes.Buffer
			args := []string{"run", "-model", filepath.Join(models, c.folder, "model.onnx"), "-preset", c.preset,
				"-input", filepath.Join(expected, c.photo+".png"), "-backend", "cpu", "-output", dir}
			if status := run(args, realSystem(&out, &stderr)); status != success {
				t.Fatal(stderr.String())
			}
			files, _ := filepath.Glob(filepath.Join(expected, c.photo+".*.npy"))
			if len(files) < 2 {
				t.Fatalf("expected outputs %v", files)
			}
			for _, f := range files {
				name := strings.TrimPrefix(filepath.Base(f), c.photo+".")
				if d := tensor.MaxDiff(loadArray(t, filepath.Join(dir, name)), loadArray(t, f)); d.Rel > 1e-3 {
					t.Errorf("%s: %v", name, d)
				}
			}
		})
	}
}

// Flags may stand behind other arguments; behind a double dash nothing is a flag.
func TestFlagsBehindArguments(t *testing.T) {
	enter(t)
	front := good(t, "classify", "-model", tiny, "-size", "32", "photo.png")
	if back := good(t, "classify", "photo.png", "-model", tiny, "-size", "32"); back != front {
		t.Errorf("%s, want %s", back, front)
	}
	var w world
	if status, _, stderr := w.run("classify", "-model", tiny, "--", "photo.png", "-size"); status != failure || !strings.Contains(stderr, "-size: no such file") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
}
