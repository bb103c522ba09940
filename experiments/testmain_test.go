package main

import (
	"os"
	"testing"

	"raftian/raftian/cli/clitest"
)

func TestMain(m *testing.M) { os.Exit(clitest.Main(m, "raftian/experiments")) }
