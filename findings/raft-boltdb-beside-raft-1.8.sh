#!/bin/sh
# The newest hashicorp/raft (v1.8.0) and the newest hashicorp/raft-boltdb/v2 (v2.3.1), its usual
# log store, cannot be required by one module: raft v1.8.0 asks for go-metrics v0.7.0, which has
# dropped the package go-metrics/compat that raft-boltdb imports. Minimal version selection
# takes the greater version, so no requirement helps; only a replace does, by v0.6.1 or older,
# with which both compile. It hurts whoever updates raft in a service that stores its log in
# BoltDB, and libraries between the two: a library's own replace does not reach its users.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go version
cat > main.go <<'GO'
package main

import (
	_ "github.com/hashicorp/raft"
	_ "github.com/hashicorp/raft-boltdb/v2"
)

func main() {}
GO
mod() {
	printf 'module example.org/both\n\ngo 1.26\n\nrequire (\n\tgithub.com/hashicorp/raft v1.8.0\n\tgithub.com/hashicorp/raft-boltdb/v2 v2.3.1\n)\n%s\n' "$1" > go.mod
	rm -f go.sum
}
failed=0

echo "raft v1.8.0 and raft-boltdb/v2 v2.3.1:"
mod ''
if go mod tidy > out 2>&1; then
	echo "go mod tidy succeeds now"
	failed=1
else
	grep 'does not contain package' out || { cat out; failed=1; }
fi

for version in v0.5.4 v0.6.1; do
	echo "the same with go-metrics replaced by $version:"
	mod "replace github.com/hashicorp/go-metrics => github.com/hashicorp/go-metrics $version"
	if go mod tidy > out 2>&1 && go build -o /dev/null . > out 2>&1; then
		echo "it builds"
	else
		cat out
		failed=1
	fi
done
exit $failed
