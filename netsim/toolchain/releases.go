package toolchain

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"
)

// releases are the files of those releases of hashicorp/raft that were looked at: a
// line has a version, a file's name, and the fileSum of what it holds. A test writes it.
//
//go:embed releases.txt
var releases string

// madeFrom is the release of hashicorp/raft that a directory was made from: the one with
// which it shares most files, if those are more than half of that one's; of two with as
// many the newer. Comments and empty lines do not count. It is "" if there is none.
func madeFrom(dir string) (version string, err error) {
	sums, err := librarySums(dir)
	if err != nil {
		return "", err
	}
	files, same := map[string]int{}, map[string]int{}
	for line := range strings.Lines(releases) {
		f := strings.Fields(line)
		files[f[0]]++
		if sums[f[1]] == f[2] {
			same[f[0]]++
		}
	}
	for v, n := range same { //raftian:unordered the greatest is the same in any order
		if 2*n > files[v] && (version == "" || n > same[version] || n == same[version] && semver.Compare(v, version) > 0) {
			version = v
		}
	}
	return version, nil
}

// librarySums are the sums of the library's files in a directory, by name.
func librarySums(dir string) (map[string]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading hashicorp/raft: %w", err)
		}
		sums[filepath.Base(name)] = fileSum(text)
	}
	return sums, nil
}

// fileSum is a sum of a Go file, but for lines that are empty or hold only a comment.
func fileSum(text []byte) string {
	sum := sha256.New()
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 && !bytes.HasPrefix(line, []byte("//")) {
			sum.Write(append(line, '\n'))
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}
