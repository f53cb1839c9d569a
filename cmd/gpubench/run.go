package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// Exit statuses.
const (
	success = 0
	failure = 1 // it was asked for rightly and did not work
	misuse  = 2 // it was asked for wrongly
)

// command is a subcommand.
type command struct {
	name, args, summary string
	about               string // a few lines more for its -h
	examples            []string
	// define declares the flags and returns what to do once they are parsed.
	define func(*flag.FlagSet) action
}

type action func(sys *system, args []string) error

// commands lists the subcommands: to add one, add a file and a row. The first is
// the default.
func commands() []command {
	return []command{
		benchCommand(),
		compareCommand(),
		reportCommand(),
		classifyCommand(),
		detectCommand(),
		runCommand(),
		planCommand(),
		shadersCommand(),
		tuneCommand(),
		verifyCommand(),
		modelsCommand(),
		infoCommand(),
		peakCommand(),
		paperCommand(),
	}
}

// run is the whole program: it returns the exit status.
func run(args []string, sys *system) int {
	out := bufio.NewWriter(sys.stdout)
	inner := *sys
	inner.stdout, inner.args = out, args
	err := dispatch(args, &inner)
	if werr := out.Flush(); werr != nil && err == nil {
		err = fmt.Errorf("cannot write the output: %w", werr)
	}
	if err == nil {
		return success
	}
	for _, e := range apart(err) {
		sys.say("%s", oneLine(e))
	}
	if errors.As(err, new(usageError)) {
		return misuse
	}
	return failure
}

func dispatch(args []string, sys *system) error {
	all := commands()
	c := all[0]
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		i := 0
		for i < len(all) && all[i].name != args[0] {
			i++
		}
		if args[0] == "help" {
			return overview(sys.stdout)
		}
		if i == len(all) {
			return usagef("there is no command %q; see gpubench -h", args[0])
		}
		c, args = all[i], args[1:]
	} else if len(args) == 1 && isHelp(args[0]) {
		return overview(sys.stdout)
	}

	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	do := c.define(flags)
	rest, err := parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return c.help(sys.stdout, flags)
	case err != nil:
		return usagef("%s: %v; see gpubench %s -h", c.name, err, c.name)
	}
	if c.args == "" && len(rest) > 0 {
		return usagef("%s: what is %q for? (flags begin with a dash; see gpubench %s -h)", c.name, rest[0], c.name)
	}
	var failed several
	for _, e := range apart(do(sys, rest)) {
		failed = append(failed, fmt.Errorf("%s: %w", c.name, e))
	}
	return failed.err()
}

// parse is flags.Parse for flags that may also follow other arguments, up to a
// double dash. It returns the other arguments.
func parse(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		left := flags.Args()
		if read := len(args) - len(left); len(left) == 0 || read > 0 && args[read-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

func isHelp(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }

// usageError is a mistake of the user's.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// several are errors that have nothing to do with each other: each is told on a line of
// its own.
type several []error

func (s several) Error() string   { return errors.Join(s...).Error() }
func (s several) Unwrap() []error { return s }

// err is nil if there are none.
func (s several) err() error {
	if len(s) == 0 {
		return nil
	}
	return s
}

// apart is what is told on lines of their own: nothing of nil.
func apart(err error) several {
	if all, ok := err.(several); ok || err == nil {
		return all
	}
	return several{err}
}

// oneLine keeps an error on one line, whatever it wraps.
func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
