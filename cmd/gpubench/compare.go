package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/internal/results"
)

func compareCommand() command {
	return command{
		name:    "compare",
		args:    " OLD NEW",
		summary: "compare two files of bench: what became slower or faster",
		about: "The files are .json or .jsonl. A change counts if chance is less likely than 5 %\n" +
			"(Mann-Whitney U test over all runs of a test); ~ stands for one that does not. Two runs of the\n" +
			"same thing can differ for other reasons, too: measure more than once with -repeat. -fail-above\n" +
			"fails, too, where runs are too few to tell, a test of OLD is missing, or a result of NEW is wrong.",
		examples: []string{
			"compare old.json new.json",
			"compare -fail-above 5% -format md old.json new.json",
		},
		define: func(f *flag.FlagSet) action {
			var c compareFlags
			f.StringVar(&c.failAbove, "fail-above", "", "`P%`: exit status 1 if anything became slower by more")
			f.StringVar(&c.format, "format", "table", "`"+strings.Join(report.CompareFormats(), "|")+"`: how to print")
			return c.run
		},
	}
}

type compareFlags struct{ failAbove, format string }

func (c *compareFlags) run(sys *system, files []string) error {
	if len(files) != 2 {
		return usagef("two files are wanted: gpubench compare old.json new.json")
	}
	if err := oneOf("-format", c.format, report.CompareFormats()...); err != nil {
		return err
	}
	limit, err := c.limit()
	if err != nil {
		return err
	}
	old, err := results.Load(files[0])
	if err != nil {
		return err
	}
	new, err := results.Load(files[1])
	if err != nil {
		return err
	}
	result := report.Compare(old.Records, new.Records)
	if err := report.WriteComparison(sys.stdout, c.format, result); err != nil {
		return err
	}
	if c.failAbove == "" {
		return nil
	}
	if len(result.Changes) == 0 {
		return fmt.Errorf("%s and %s have no test in common, so nothing can be said", files[0], files[1])
	}
	var failed several
	for _, w := range report.Wrong(new.Records) {
		failed = append(failed, fmt.Errorf("%s: %s", files[1], w))
	}
	for _, test := range result.OnlyOld {
		failed = append(failed, fmt.Errorf("only in %s: %s", files[0], test))
	}
	for _, x := range result.Changes {
		if why := x.TooFew(); why != "" {
			failed = append(failed, fmt.Errorf("%s, %s: %s", x.Test(), x.Figure, why))
		}
	}
	var slower []string
	for _, x := range result.Changes {
		if x.Slower(limit) {
			slower = append(slower, fmt.Sprintf("%s on %s, %s: %.1f %%", x.Model, x.Backend, x.Figure, 100*(x.Ratio-1)))
		}
	}
	if len(slower) > 0 {
		failed = append(failed, fmt.Errorf("slower by more than %s: %s", c.failAbove, strings.Join(slower, "; ")))
	}
	return failed.err()
}

// limit reads 5% or 5 as a share.
func (c *compareFlags) limit() (float64, error) {
	if c.failAbove == "" {
		return 0, nil
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(c.failAbove, "%")), 64)
	if err != nil || !(x >= 0 && x < 1e6) {
		return 0, usagef("-fail-above %s: a share in percent is wanted, as in 5%%", c.failAbove)
	}
	return x / 100, nil
}
