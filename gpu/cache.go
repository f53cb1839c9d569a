package gpu

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/shaders"
)

// programCache keeps linked programs on disk between starts. A file is named by
// what the program depends on: renderer, driver version, and source. Nothing in
// it is trusted: what is damaged, or what the driver does not want any more, is
// built again and written anew. A cache that cannot be written is no error.
type programCache struct {
	dir    string // empty: no cache
	driver string
}

const (
	cacheMagic   = "shufflegl program 1\n"
	cacheHeader  = len(cacheMagic) + 4 + sha256.Size // magic, format, sum of what follows
	cacheLargest = 64 << 20
)

func newProgramCache(dir string, info *Info) programCache {
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return programCache{}
		}
		dir = filepath.Join(user, "shufflegl", "programs")
	}
	if info.ProgramBinaryFormats == 0 {
		return programCache{}
	}
	return programCache{dir, info.Vendor + "\n" + info.Renderer + "\n" + info.Version}
}

func (c programCache) path(source string) string {
	sum := sha256.Sum256([]byte(c.driver + "\n\n" + source))
	return filepath.Join(c.dir, hex.EncodeToString(sum[:16])+".bin")
}

// load gives a program kept earlier, or nil.
func (c programCache) load(d *Device, gl gles.API, p shaders.Program, source string) *program {
	if c.dir == "" {
		return nil
	}
	f, err := os.Open(c.path(source))
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, cacheLargest))
	if err != nil || len(data) <= cacheHeader || string(data[:len(cacheMagic)]) != cacheMagic {
		return nil
	}
	format := binary.LittleEndian.Uint32(data[len(cacheMagic):])
	sum := sha256.Sum256(data[cacheHeader:])
	if !bytes.Equal(sum[:], data[len(cacheMagic)+4:cacheHeader]) {
		return nil
	}
	linked, err := d.programFromBinary(gl, p.File, p.Variant(), format, data[cacheHeader:])
	if err != nil {
		return nil
	}
	return linked
}

// store keeps a program for the next start. The file appears complete or not at
// all.
func (c programCache) store(gl gles.API, p *program, source string) {
	if c.dir == "" {
		return
	}
	format, code := p.binary(gl)
	if len(code) == 0 || os.MkdirAll(c.dir, 0o755) != nil {
		return
	}
	f, err := os.CreateTemp(c.dir, "new-*")
	if err != nil {
		return
	}
	sum := sha256.Sum256(code)
	data := binary.LittleEndian.AppendUint32([]byte(cacheMagic), format)
	data = append(append(data, sum[:]...), code...)
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), c.path(source))
	}
	if err != nil {
		os.Remove(f.Name())
	}
}
