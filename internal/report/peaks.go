package report

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/shufflegl/shufflegl/internal/peak"
)

// Peaks prints what devices can do at best: a block for each device, in order.
func Peaks(w io.Writer, fs []peak.Figure) error {
	for i, f := range fs {
		if i == 0 || f.Backend != fs[i-1].Backend || f.Device != fs[i-1].Device {
			end := i + 1
			for end < len(fs) && fs[end].Backend == f.Backend && fs[end].Device == f.Device {
				end++
			}
			if i > 0 {
				fmt.Fprintln(w)
			}
			if err := peaksOf(w, fs[i:end]); err != nil {
				return err
			}
		}
	}
	return nil
}

func peaksOf(w io.Writer, fs []peak.Figure) error {
	fmt.Fprintf(w, "%s: %s; %s\n", fs[0].Backend, fs[0].Device, fs[0].Driver)
	if fs[0].Software {
		fmt.Fprintln(w, "note: this is a software renderer on the CPU: not a GPU's limits")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  limit\tof\tthreads\tbest\tmedian\tunit\tsamples\tbest way")
	for _, f := range fs {
		threads := "-"
		if f.Threads > 0 {
			threads = fmt.Sprint(f.Threads)
		}
		if f.Best == nil {
			fmt.Fprintf(t, "  %s\t%s\t%s\t-\t-\t%s\t0\tnot measured: %s\n", f.Limit, f.Variant, threads, f.Unit, f.Reason)
			continue
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", f.Limit, f.Variant, threads, figure(*f.Best), figure(*f.Median), f.Unit, f.Samples, f.Way)
	}
	return t.Flush()
}

// PeaksJSON prints the same as JSON, one line each.
func PeaksJSON(w io.Writer, fs []peak.Figure) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, f := range fs {
		if err := e.Encode(f); err != nil {
			return err
		}
	}
	return nil
}
