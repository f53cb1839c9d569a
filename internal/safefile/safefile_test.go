package safefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func say(text string, err error) func(io.Writer) error {
	return func(w io.Writer) error {
		io.WriteString(w, text)
		return err
	}
}

// A file is complete, or as it was; nothing is left beside it.
func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	broken := errors.New("broken")
	for _, c := range []struct {
		text string
		err  error
		want string
	}{{"half", broken, ""}, {"one", nil, "one"}, {"half", broken, "one"}, {"two", nil, "two"}} {
		if err := Save(path, say(c.text, c.err)); err != c.err {
			t.Errorf("%v, want %v", err, c.err)
		}
		if got, _ := os.ReadFile(path); string(got) != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	if err := Save(filepath.Join(path, "under a file"), say("", nil)); err == nil {
		t.Error("a folder that is a file")
	}
}

// A link stays one, and permissions stay.
func TestSaveKeeps(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", link); err != nil {
		t.Skip(err)
	}
	if err := Save(link, say("new", nil)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o600 || info.Size() != 3 {
		t.Errorf("%v, %v", info, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is now %v, %v", info, err)
	}
}
