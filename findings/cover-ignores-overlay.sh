#!/bin/sh
# go test -cover compiles what lies on disk. With -overlay, a file of a package that is covered
# is instrumented from its place on disk and not from its replacement: the same test sees the
# replacement without -cover, and the original with it. Nothing warns. (golang/go issue 73802;
# true of Go 1.26 and 1.27.) It hurts tools that put generated or edited sources into a build
# by overlay, as editors, mutation testers and instrumenting builds do: coverage is
# measured of another program than the one that was asked for.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go version
printf 'module example.org/covered\n\ngo 1.26\n' > go.mod
printf 'package covered\n\nfunc Which() string { return "disk" }\n' > which.go
printf 'package covered\n\nfunc Which() string { return "overlay" }\n' > other.go.txt
cat > which_test.go <<'GO'
package covered

import "testing"

func TestWhich(t *testing.T) { t.Logf("compiled from: %s", Which()) }
GO
printf '{"Replace": {"%s/which.go": "%s/other.go.txt"}}\n' "$dir" "$dir" > overlay.json
seen() { go test -count=1 -v -overlay overlay.json "$@" . | sed -n 's/.*compiled from: //p'; }
plain=$(seen)
covered=$(seen -cover)
echo "without -cover, the test was compiled from: $plain"
echo "with    -cover, the test was compiled from: $covered"
test "$plain" = overlay && test "$covered" = disk
