package main

import (
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/tensor"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const tiny = "shufflenet_v1_g3_0.25x"

// What each command writes, to the letter.
func TestGolden(t *testing.T) {
	racing.Skip(t)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	noGPU := errors.New("gpu: no OpenGL ES 3.1 device: EGL: no EGL library")
	for _, c := range []struct {
		golden string
		world  world
		status int
		args   string
	}{
		{"overview", world{}, 0, "-h"},
		{"bench_help", world{}, 0, "bench -h"},
		{"classify_help", world{}, 0, "classify --help"},
		{"plan_help", world{}, 0, "plan -h"},
		{"shaders_help", world{}, 0, "shaders -h"},
		{"verify_help", world{}, 0, "verify -h"},
		{"info_help", world{}, 0, "info -h"},
		{"detect_help", world{}, 0, "detect -h"},
		{"run_help", world{}, 0, "run -h"},
		{"models_help", world{}, 0, "models -h"},
		{"compare_help", world{}, 0, "compare -h"},
		{"report_help", world{}, 0, "report -h"},
		{"bench", world{}, 0, "-model " + tiny + " -size 32x48 -threads 1,2 -runs 6"},
		{"bench_sweep", world{blind: true}, 0, "bench -model " + tiny + " -size 32,48x32 -batch 1,2 -threads 2-4*2 -runs 6 -order reverse -repeat 2 -inflight 0"},
		{"paper_help", world{}, 0, "paper -h"},
		{"paper", world{}, 0, "paper -size 32 -model shufflenet_v1_g3_0.5x -ablate " + tiny + " -threads 1,2 -time 0s"},
		{"paper_no_gpu", world{noGPU: noGPU, idle: true}, 0, "paper -size 224 -model shufflenet_v1_g3_0.5x,mobilenet_v1_1.0 -ablate none -threads 1"},
		{"peak_help", world{}, 0, "peak -h"},
		{"peak", world{software: true}, 0, "peak -threads 4"},
		{"peak_no_gpu", world{noGPU: noGPU}, 0, "peak -time 1s -format jsonl"},
		{"bench_software", world{software: true}, 0, "bench -model " + tiny + ",shufflenet_v1_g8_0.25x -size 32 -threads 4 -runs 3 -input photo.png"},
		{"bench_no_gpu", world{noGPU: noGPU}, 0, "bench -model " + tiny + " -size 32 -threads 2 -runs 8 -batch 2 -group stage"},
		{"bench_json", world{}, 0, "bench -model two.onnx -threads 2 -runs 6 -warmup 0 -format json -seed 7"},
		{"bench_modes", world{}, 0, "bench -model " + tiny + " -size 32 -threads 2 -runs 3 -precision fp32,fp16 -maps buffer,texture -group stage"},
		{"bench_wrong", world{spoil: func(_ string, out *tensor.Tensor) { out.Data[3] = 1e6 }}, 1, "bench -model " + tiny + " -size 32 -threads 2 -runs 2"},
		{"verify", world{}, 0, "verify -model shufflenet_v1_g3_0.5x_shallow -size 32"},
		{"verify_wrong", world{spoil: func(step string, out *tensor.Tensor) {
			if strings.HasPrefix(step, "stage3.unit2") {
				out.Data[5] += 3
			}
		}}, 1, "verify -model shufflenet_v1_g3_0.5x_shallow -size 32"},
		{"shaders", world{programs: compiled()}, 0, "shaders -model " + tiny},
		{"shaders_json", world{programs: compiled()}, 0, "shaders -format json -context egl -model " + tiny},
		{"shaders_silent", world{programs: silent()}, 0, "shaders -model " + tiny},
		{"shaders_no_gpu", world{noGPU: noGPU}, 1, "shaders -model " + tiny},
		{"verify_fp16", world{spoil: func(step string, out *tensor.Tensor) {
			if step == "stage3.unit2.gconv1.relu" {
				out.Data[5] = float32(math.Inf(1))
			}
		}}, 1, "verify -model shufflenet_v1_g3_0.5x_shallow -size 32 -precision fp16 -maps texture"},
		{"info", world{}, 0, "info"},
		{"tune_help", world{}, 0, "tune -h"},
		{"tune", world{software: true}, 0, "tune -model " + tiny},
		{"tune_worse", world{worse: true}, 0, "tune -model " + tiny},
		{"tune_interrupted", world{interruptAt: 1}, 1, "tune -model " + tiny},
		{"tune_lost", world{tuneFault: gpu.ErrContextLost}, 1, "tune -model " + tiny},
		{"tune_list", world{tuned: true}, 0, "tune -list"},
		{"tune_list_nothing", world{}, 0, "tune -list"},
		{"tune_list_json", world{tuned: true}, 0, "tune -list -format json"},
		{"tune_forget", world{tuned: true}, 0, "tune -forget"},
		{"tune_forget_nothing", world{}, 0, "tune -forget"},
		{"tune_no_gpu", world{noGPU: noGPU}, 1, "tune"},
		{"plan_device", world{tuned: true}, 0, "plan -device -model " + tiny},
		{"bench_tuned", world{tuned: true}, 0, "bench -model " + tiny + " -size 32 -backend gpu -runs 3 -group layer"},
		{"info_no_gpu", world{noGPU: noGPU}, 0, "info"},
		{"classify", world{}, 0, "classify -model " + tiny + " -size 64 -labels labels.txt -top 3 photo.png photo.png"},
		{"classify_json", world{}, 0, "classify -model " + tiny + " -size 64 -backend reference -format json -top 2 photo.png"},
		{"detect", world{}, 0, "detect -model faces.onnx photo.png photo.png"},
		{"detect_json", world{noGPU: noGPU}, 0, "detect photo.png -model faces.onnx -format json -overlap 1 -labels person.json"},
		{"detect_nothing", world{}, 0, "detect photo.png -model faces.onnx -threshold 1"},
		{"run", world{}, 0, "run -model two.onnx -input right=photo.png -input left=photo.png -output results -preset megvii"},
		{"classify_no_gpu", world{noGPU: noGPU}, 0, "classify -model " + tiny + " -size 64x32 -order bgr -mean 1,2,3 -std 57.5 photo.png"},
	} {
		t.Run(c.golden, func(t *testing.T) {
			enter(t)
			writeModels(t)
			status, stdout, stderr := c.world.run(strings.Fields(c.args)...)
			if status != c.status {
				t.Errorf("exit status %d, want %d", status, c.status)
			}
			if c.world.gpusOpen != 0 {
				t.Error("a GPU was left open")
			}
			got := "$ gpubench " + c.args + "\n" + hide(stdout)
			if stderr != "" {
				got += "--- standard error\n" + stderr
			}
			path := filepath.Join(here, "testdata", c.golden+".golden")
			if *update {
				os.MkdirAll(filepath.Dir(path), 0o755)
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// hide takes out what differs from machine to machine: the last digits, too.
func hide(s string) string {
	s = regexp.MustCompile(`("probability": 0\.\d{4})\d*`).ReplaceAllString(s, "$1")
	s = regexp.MustCompile(`"(id|sha256|os|arch|go|version)":"[^"]*"`).ReplaceAllString(s, `"$1":"..."`)
	s = regexp.MustCompile(`"cgo":(true|false)`).ReplaceAllString(s, `"cgo":...`)
	s = regexp.MustCompile(`(?m)^(machine: .*), (linux|darwin|windows), (.*), shufflegl .*$`).ReplaceAllString(s, "$1, ..., $3, ...")
	lines := strings.SplitAfter(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "  system") {
			lines[i] = "  system  ...\n"
		}
	}
	return strings.Join(lines, "")
}
