package machine

import (
	"runtime"
	"runtime/debug"

	"github.com/shufflegl/shufflegl/internal/record"
)

const modulePath = "github.com/shufflegl/shufflegl"

// Library tells which version of the library this program has.
func Library() record.Library {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return record.Library{Version: "unknown", Go: runtime.Version()}
	}
	return libraryOf(info)
}

func libraryOf(info *debug.BuildInfo) record.Library {
	l := record.Library{Version: "unknown", Go: info.GoVersion}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == modulePath && m.Version != "" {
			l.Version = m.Version
		}
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "CGO_ENABLED":
			l.CGO = s.Value == "1"
		case info.Main.Path != modulePath: // the commit is another project's
		case s.Key == "vcs.revision":
			l.Commit = s.Value
		case s.Key == "vcs.modified":
			l.Modified = s.Value == "true"
		}
	}
	return l
}
