module raftian

go 1.26
