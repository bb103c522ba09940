#!/bin/sh
# Runs PROGRAM, but falls over in the midst of the first run.
read -r request
case $request in
*'"do":"run"'*)
	if mkdir DIR/ran 2>/dev/null; then
		(printf '%s\n' "$request"; cat) | PROGRAM | head -c 2000
		exit 7
	fi
	;;
esac
(printf '%s\n' "$request"; cat) | PROGRAM
