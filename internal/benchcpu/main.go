// Benchcpu compares the CPU backend with ONNX Runtime on ONNX files: both run the
// same file in turns, some runs each, so that whatever else the machine does
// meets both. A turn begins after a pause; what runs take in its second half is told apart from
// its first, when cores, and threads, are not awake yet.
//
//	benchcpu -modules FOLDER [MODEL...]
//
// FOLDER is a node_modules that has the npm package onnxruntime-node. A MODEL is an ONNX
// file or a network of the zoo; without any, some of the zoo are compared.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
)

//go:embed ort.js
var script string

func main() {
	log.SetFlags(0)
	log.SetPrefix("benchcpu: ")
	modules := flag.String("modules", "", "a `folder` node_modules with onnxruntime-node")
	rounds := flag.Int("rounds", 30, "turns of each")
	threads := flag.String("threads", "1,2", "numbers of threads")
	flag.Parse()
	if err := run(*modules, *rounds, strings.Split(*threads, ","), flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(modules string, rounds int, threads, models []string) error {
	if rounds < 1 {
		return fmt.Errorf("-rounds %d: there must be one at least", rounds)
	}
	counts, err := numbersOf(threads)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "benchcpu-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	files, err := filesOf(models, folder)
	if err != nil {
		return err
	}
	other, err := start(modules)
	if err != nil {
		return err
	}
	defer other.end()
	var rows []row
	failed := 0
	header(os.Stdout)
	for _, n := range counts {
		for _, together := range inTurns(files, n) {
			pairs := load(other, together, n)
			failed += len(together) - len(pairs)
			if len(pairs) > 1 {
				log.Printf("%d models take turns, with %d threads: they are printed when all are done", len(pairs), n)
			}
			if err := compare(pairs, n, rounds); err != nil {
				return err
			}
			for _, p := range pairs {
				r := p.row()
				r.print(os.Stdout)
				rows = append(rows, r)
				p.close()
			}
		}
	}
	printRates(os.Stdout, rows)
	if failed > 0 {
		return fmt.Errorf("%d files could not be compared", failed)
	}
	return nil
}

// numbersOf are numbers of threads, without those that are more than there are processors.
func numbersOf(threads []string) (counts []int, err error) {
	for _, t := range threads {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-threads: %q is no number of threads", t)
		}
		if n > runtime.NumCPU() {
			log.Printf("this machine has %d processors, %d threads are not measured", runtime.NumCPU(), n)
			continue
		}
		counts = append(counts, n)
	}
	return counts, nil
}

// inTurns are the files that take turns with each other: all, so that networks can be compared, too,
// unless they have several threads, of which those that have run look out for work for a while.
func inTurns(files []string, threads int) (sets [][]string) {
	if threads == 1 {
		return [][]string{files}
	}
	for _, f := range files {
		sets = append(sets, []string{f})
	}
	return sets
}

// load is what both engines can load, and compute alike, of some files; of others it says why not.
func load(other *ort, files []string, threads int) (pairs []*pair) {
	for _, file := range files {
		p, err := newPair(other, file, threads)
		if err != nil {
			log.Printf("%s: %v", file, err)
			continue
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// compare runs pairs in turns, in another order each round.
func compare(pairs []*pair, threads, rounds int) error {
	orders := rand.New(rand.NewPCG(1, uint64(threads)))
	for range rounds {
		for _, i := range orders.Perm(len(pairs)) {
			if err := pairs[i].turn(); err != nil {
				return fmt.Errorf("%s: %w", pairs[i].name, err)
			}
		}
	}
	return nil
}
