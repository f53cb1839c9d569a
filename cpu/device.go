package cpu

import (
	"os"
	"runtime"
	"strings"
)

// processor is the processor's name as Linux gives it: x86 kernels write it in
// "model name", those of Arm boards at most the board's in "Model".
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	return modelName(string(info))
}

func modelName(cpuinfo string) string {
	for _, key := range []string{"model name", "Model"} {
		for line := range strings.Lines(cpuinfo) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key && strings.TrimSpace(v) != "" {
				return strings.TrimSpace(v)
			}
		}
	}
	return runtime.GOARCH
}
