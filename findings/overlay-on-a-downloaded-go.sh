#!/bin/sh
# A Go that the go command has downloaded by itself (for GOTOOLCHAIN, or for the toolchain line of
# go.mod) is kept in the module cache, and -overlay refuses to replace any file there. So a build
# that replaces a file of the standard library works with the Go that was installed,
# and fails with the same Go once the go command has chosen it. By a symbolic link outside of
# the module cache, as GOROOT, it works again. It hurts tools that build with an
# edited runtime or standard library: go.mod of a dependency decides whether they work.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOTOOLCHAIN=go1.27.3
go version
printf 'module example.org/over\n\ngo 1.26\n' > go.mod
printf 'package main\n\nimport "slices"\n\nfunc main() { println(slices.Max([]int{1, 2})) }\n' > main.go
build() {
	printf '{"Replace": {"%s/src/slices/extra.go": "%s/extra.go.txt"}}\n' "$1" "$dir" > overlay.json
	printf 'package slices\n' > extra.go.txt
	shift
	"$@" build -overlay overlay.json -o /dev/null . > out 2>&1
}
root=$(go env GOROOT)
failed=0
case $root in "$(go env GOMODCACHE)"/*) echo "GOROOT is in the module cache" ;; *) echo "GOROOT is elsewhere"; failed=1 ;; esac
if build "$root" go; then
	echo "replacing a file of it works now"
	failed=1
else
	grep -o 'Files beneath GOMODCACHE .* must not be replaced' out | sed 's/(.*)/(…)/' || failed=1
fi
ln -s "$root" "$dir/go"
if GOTOOLCHAIN=local GOROOT="$dir/go" PATH="$dir/go/bin:$PATH" build "$dir/go" go; then
	echo "by a link outside it works"
else
	cat out
	failed=1
fi
exit $failed
