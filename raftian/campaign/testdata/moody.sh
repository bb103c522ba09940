#!/bin/sh
# Runs PROGRAM, but leaves out the last line of the plan at the second run.
read -r request
case $request in
*'"do":"run"'*)
	if mkdir DIR/ran 2>/dev/null; then
		(printf '%s\n' "$request"; cat) | PROGRAM
	else
		(printf '%s\n' "$request"; sed '$d') | PROGRAM
	fi
	;;
*) (printf '%s\n' "$request"; cat) | PROGRAM ;;
esac
