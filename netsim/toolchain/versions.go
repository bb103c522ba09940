package toolchain

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// Versions is a range of released versions: conditions that all hold, separated by
// spaces, such as ">=v1.5.0 <=v1.8.0". A condition is a version after one of >=, <=, >
// and <; a version alone means just that one. The empty range holds every version.
//
// Versions are ordered as semantic versioning has it: v1.8.1-0.20260101000000-abcdef,
// which Go calls a commit after v1.8.0, is greater than v1.8.0.
type Versions string

// Check is an error in one line if the text is no range.
func (r Versions) Check() error {
	for _, part := range strings.Fields(string(r)) {
		if _, version := cutOperator(part); !semver.IsValid(version) {
			return fmt.Errorf("%q is no condition on a version, such as >=v1.5.0", part)
		}
	}
	return nil
}

// Has reports whether a version is in the range. What is no version is in none but the
// empty one.
func (r Versions) Has(version string) bool {
	parts := strings.Fields(string(r))
	if len(parts) == 0 {
		return true
	}
	return semver.IsValid(version) && !slices.ContainsFunc(parts, func(part string) bool {
		operator, bound := cutOperator(part)
		order := semver.Compare(version, bound)
		switch operator {
		case ">=":
			return order < 0
		case "<=":
			return order > 0
		case ">":
			return order <= 0
		case "<":
			return order >= 0
		}
		return order != 0
	})
}

func cutOperator(condition string) (operator, version string) {
	for _, operator := range []string{">=", "<=", ">", "<"} {
		if version, ok := strings.CutPrefix(condition, operator); ok {
			return operator, version
		}
	}
	return "", condition
}
