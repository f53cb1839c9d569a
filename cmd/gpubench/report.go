package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/internal/results"
	"github.com/shufflegl/shufflegl/internal/safefile"
)

func reportCommand() command {
	return command{
		name:    "report",
		args:    " FILE...",
		summary: "make a page with pictures of what bench measured",
		about: "Files are .json or .jsonl of bench -o; - is the standard input. With peak's beside them\n" +
			"(gpubench peak -o peak.jsonl), launches are held against what the device can do at best.\n" +
			"The page needs no network and no other file: send it to others.\n" +
			"Charts: " + strings.Join(report.Charts(), ", ") + ".",
		examples: []string{
			"report results.jsonl -o report.html",
			"report results.jsonl peak.jsonl -o report.html -plot report.png",
		},
		define: func(f *flag.FlagSet) action {
			var r reportFlags
			f.StringVar(&r.page, "o", "", "`FILE`: write the page there; its name ends in .html")
			f.StringVar(&r.plot, "plot", "", "`FILE`: write the pictures there as one PNG; its name ends in .png")
			f.StringVar(&r.charts, "charts", "", "`A,B`: the charts of -plot (default all)")
			return r.run
		},
	}
}

type reportFlags struct{ page, plot, charts string }

// check finds mistakes before anything is read.
func (r *reportFlags) check(files []string) error {
	if len(files) == 0 {
		return usagef("a file of gpubench bench -o is wanted: gpubench report results.jsonl -o report.html")
	}
	if r.page == "" && r.plot == "" {
		return usagef("where to? as in: gpubench report %s -o report.html", files[0])
	}
	for _, out := range []struct{ flag, path, ending string }{{"-o", r.page, ".html"}, {"-plot", r.plot, ".png"}} {
		if out.path == "" {
			continue
		}
		info, err := os.Stat(out.path)
		if special := err == nil && !info.Mode().IsRegular() && !info.IsDir(); !special && !strings.EqualFold(filepath.Ext(out.path), out.ending) {
			return usagef("%s %s: the name must end in %s", out.flag, out.path, out.ending)
		}
		for _, f := range files {
			if sameFile(out.path, f) {
				return usagef("%s %s: that is what is to be read", out.flag, out.path)
			}
		}
		if err := checkFolder(out.path); err != nil {
			return err
		}
	}
	return nil
}

// sameFile reports whether two paths lead to one file.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	y, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(x, y)
}

// chosen are the charts of -plot.
func (r *reportFlags) chosen() ([]string, error) {
	if r.charts == "" {
		return report.Charts(), nil
	}
	charts, err := words("-charts", r.charts)
	for _, c := range charts {
		if err == nil {
			err = oneOf("-charts", c, report.Charts()...)
		}
	}
	if err == nil && r.plot == "" {
		err = usagef("-charts %s: they are of -plot, which says where to", r.charts)
	}
	return charts, err
}

func (r *reportFlags) run(sys *system, files []string) error {
	if err := r.check(files); err != nil {
		return err
	}
	charts, err := r.chosen()
	if err != nil {
		return err
	}
	all := &results.Set{}
	for _, path := range files {
		if err := r.read(sys, all, path); err != nil {
			return err
		}
	}
	if len(all.Records) == 0 {
		return fmt.Errorf("%s: nothing that bench measured; gpubench bench -o results.jsonl makes such a file", strings.Join(files, ", "))
	}
	results.Limit(all.Records, all.Peaks)
	for _, out := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{r.page, func(w io.Writer) error { return report.Page(w, all.Records, all.Peaks) }},
		{r.plot, func(w io.Writer) error { return report.Pictures(w, all.Records, charts...) }},
	} {
		if out.path == "" {
			continue
		}
		if err := safefile.Save(out.path, out.write); err != nil {
			return fmt.Errorf("saving %s: %w", out.path, plain(err))
		}
	}
	return nil
}

// read adds a file's results. One that holds none is a mistake, even beside others.
func (r *reportFlags) read(sys *system, all *results.Set, path string) (err error) {
	before := len(all.Records) + len(all.Peaks)
	name := path
	if path == "-" {
		name = "standard input"
		err = all.Add(name, sys.stdin)
	} else {
		var one *results.Set
		if one, err = results.Load(path); err == nil {
			all.Records, all.Peaks = append(all.Records, one.Records...), append(all.Peaks, one.Peaks...)
		}
	}
	if err == nil && len(all.Records)+len(all.Peaks) == before {
		err = fmt.Errorf("%s:1: %w: it is empty", name, results.ErrFormat)
	}
	return err
}
