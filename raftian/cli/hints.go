package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"raftian/netsim/plan"
)

// wrongFlag says which flag was meant by one that a command does not have.
func wrongFlag(c *cobra.Command, err error) error {
	name, short := "", false
	words := err.Error()
	if m := regexp.MustCompile(`^unknown flag: --(\S+)`).FindStringSubmatch(words); m != nil {
		name = m[1]
	} else if m := regexp.MustCompile(`^unknown shorthand flag: .* in -(\S+)`).FindStringSubmatch(words); m != nil {
		name, short = m[1], true
	}
	name, _, _ = strings.Cut(name, "=")
	if name == "" {
		return err
	}
	var known []string
	for _, m := range regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+)`).FindAllStringSubmatch(c.Flags().FlagUsages(), -1) {
		known = append(known, m[1])
	}
	best := plan.Nearest(name, known)
	switch {
	case best == "":
		return fmt.Errorf("%w; %s --help lists those of %s", err, c.CommandPath(), c.Name())
	case best == name && short:
		return fmt.Errorf("%w; write it with two dashes: --%s", err, best)
	case best == "seeds" && name == "seed":
		return fmt.Errorf("%w; %s takes many: --seeds 5, or --seeds 1-32", err, c.Name())
	case best == "seed" && name == "seeds":
		return fmt.Errorf("%w; %s takes one: --seed 5 (raftian explore takes --seeds)", err, c.Name())
	}
	return fmt.Errorf("%w; did you mean --%s?", err, best)
}

// wrongCommand says which command was meant by a word that is none.
func wrongCommand(root *cobra.Command, word string) error {
	var known []string
	for _, c := range root.Commands() {
		known = append(known, c.Name())
	}
	if best := plan.Nearest(word, known); best != "" {
		return Usage(fmt.Errorf("there is no command %q; did you mean %q?", word, best))
	}
	return Usage(fmt.Errorf("there is no command %q; raftian --help lists them", word))
}
