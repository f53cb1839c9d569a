package gpu

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/internal/safefile"
	"github.com/shufflegl/shufflegl/shaders"
)

// choices are the variants chosen on this device, by launch shape.
type choices struct {
	mu sync.Mutex
	by map[string]storedChoice
}

func (c *choices) all() map[string]storedChoice {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.by)
}

func (c *choices) add(news map[string]storedChoice) {
	c.mu.Lock()
	defer c.mu.Unlock()
	by := maps.Clone(c.by) // all may have given it away
	if by == nil {
		by = map[string]storedChoice{}
	}
	maps.Copy(by, news)
	c.by = by
}

func (c *choices) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by = nil
}

// storedChoice is what is known of a launch shape.
type storedChoice struct {
	Shape     string `json:"shape"`
	Variant   string `json:"variant"` // standardName if none is faster than the family's
	DefaultNS int64  `json:"default_ns"`
	ChosenNS  int64  `json:"chosen_ns"`
	Complete  bool   `json:"complete"` // all was tried that was worth it
}

// standardName stands for the family's variant.
const standardName = "default"

// tuningFormat is the first word of a file; tuningEpoch changes when kernels do that
// the shaders' text does not show.
const (
	tuningFormat  = "shufflegl tuning 1"
	tuningEpoch   = 1
	tuningLargest = 16 << 20
)

// tuningFile is the JSON form. People may read it and pass it on: it is of use
// wherever renderer, driver and library are the same.
type tuningFile struct {
	Format   string         `json:"format"`
	Library  string         `json:"library"`
	Vendor   string         `json:"vendor"`
	Renderer string         `json:"renderer"`
	Driver   string         `json:"driver"`
	Storage  string         `json:"storage,omitempty"` // of maps, if not fp32 in a buffer
	Launches []storedChoice `json:"launches"`
}

// tuningStore keeps choices on disk between starts, in a file for each renderer,
// driver version and library version. Nothing in it is trusted: a file that is
// damaged, or of another driver, counts as none and is replaced.
type tuningStore struct {
	path string // empty: nothing is kept
	head tuningFile
}

// newTuningStore finds the file's place; dir is Options.CacheDir.
func newTuningStore(dir string, info *Info) tuningStore {
	s := tuningStore{head: tuningFile{tuningFormat, fmt.Sprintf("%d-%s", tuningEpoch, shaders.Sum()), info.Vendor, info.Renderer, info.Version, "", nil}}
	if info.Precision != Float32 || info.Maps != MapsBuffer {
		s.head.Storage = fmt.Sprintf("%v in a %v", info.Precision, info.Maps)
	}
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return s
		}
		dir = filepath.Join(user, "shufflegl")
	}
	h := &s.head
	sum := sha256.Sum256([]byte(strings.Join([]string{h.Format, h.Library, h.Vendor, h.Renderer, h.Driver, h.Storage}, "\n")))
	s.path = filepath.Join(dir, "tuning", slug(info.Renderer)+"-"+hex.EncodeToString(sum[:sumBytes])+".json")
	return s
}

// sumBytes of a checksum tell files of one renderer apart.
const sumBytes = 6

// forget deletes the renderer's files, of whatever driver and version.
func (s *tuningStore) forget() (files []string, err error) {
	if s.path == "" {
		return nil, nil
	}
	name, dir := slug(s.head.Renderer), filepath.Dir(s.path)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), name+"-")
		sum, file := strings.CutSuffix(rest, ".json")
		if _, bad := hex.DecodeString(sum); !ours || !file || bad != nil || len(sum) != 2*sumBytes {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if failed := os.Remove(path); failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		files = append(files, path)
	}
	return files, err
}

// slug makes a renderer's name fit for a file's.
func slug(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.Join(words, "-")
	return name[:min(len(name), 60)]
}

// load reads the choices. It gives none, and no error, if there is no file.
func (s *tuningStore) load() (map[string]storedChoice, error) {
	if s.path == "" {
		return nil, nil
	}
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, tuningLargest+1))
	if err != nil {
		return nil, err
	}
	return s.parse(data)
}

// parse is strict: what it does not know it does not guess.
func (s *tuningStore) parse(data []byte) (map[string]storedChoice, error) {
	if len(data) > tuningLargest {
		return nil, fmt.Errorf("it is larger than %d bytes", tuningLargest)
	}
	var f tuningFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows its end")
	}
	h := s.head
	if f.Format != h.Format || f.Library != h.Library || f.Vendor != h.Vendor || f.Renderer != h.Renderer || f.Driver != h.Driver || f.Storage != h.Storage {
		return nil, errors.New("it is of another device, driver or version of the library")
	}
	by := map[string]storedChoice{}
	for _, c := range f.Launches {
		if _, twice := by[c.Shape]; twice || c.Shape == "" || len(c.Shape) > 4096 {
			return nil, fmt.Errorf("launch shape %.40q is empty, too long or there twice", c.Shape)
		}
		if c.DefaultNS < 0 || c.ChosenNS < 0 {
			return nil, fmt.Errorf("launch shape %.40q takes less than no time", c.Shape)
		}
		if c.Variant != standardName {
			if _, err := kernels.ParseVariant(c.Variant); err != nil {
				return nil, err
			}
		}
		by[c.Shape] = c
	}
	return by, nil
}

// openTuning reads the choices of earlier processes. The self-test has gone without
// them.
func (d *Device) openTuning(o Options) {
	d.tuneFirst, d.tuneBudget = o.Tune, o.TuneBudget
	if o.NoCache {
		return
	}
	d.store = newTuningStore(o.CacheDir, &d.info)
	if o.NoTuning {
		return
	}
	by, err := d.store.load()
	if err != nil {
		d.log.Warn("gpu: the tuned variants in " + d.store.path + " are ignored: " + err.Error())
	}
	d.choices.add(by)
}

// save writes the choices, and those that another process has found meanwhile. It
// gives the file's path, or none if nothing is kept.
func (s *tuningStore) save(by map[string]storedChoice) (string, error) {
	if s.path == "" || len(by) == 0 {
		return "", nil
	}
	all := map[string]storedChoice{}
	if theirs, err := s.load(); err == nil {
		maps.Copy(all, theirs)
	}
	maps.Copy(all, by)
	f := s.head
	for _, shape := range slices.Sorted(maps.Keys(all)) {
		f.Launches = append(f.Launches, all[shape])
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o755); err != nil {
		return "", err
	}
	err := safefile.Save(s.path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(f)
	})
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.path, err)
	}
	return s.path, nil
}
