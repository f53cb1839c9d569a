// Package safefile writes files that are either complete or as they were.
package safefile

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Save writes the file at path. It appears, or replaces an older one, only when
// it is complete: after an error, a full disk for instance, path is as it was. A
// path that is no regular file, such as /dev/stdout, is written to directly.
// Errors of opening do not name the path, which the caller knows.
func Save(path string, write func(io.Writer) error) error {
	// A link stays a link: what it points to is replaced.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return finish(f, write(f))
	}
	// Beside path and not in the system's folder for temporary files, which may
	// be on another disk. (os.CreateTemp would keep everyone else from reading.)
	temp := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err // the temporary name would only confuse
		}
		return err
	}
	err = write(f)
	if err == nil && info != nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = f.Sync() // some file systems report a full disk only here
	}
	if err = finish(f, err); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}

// finish closes f and returns the first error there was.
func finish(f *os.File, err error) error {
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
