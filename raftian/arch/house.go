package arch

// Place is where a room's code runs, which says what it must leave alone.
type Place int

const (
	// Rim is code outside any World: commands, builds, drawings. It may do what
	// it likes.
	Rim Place = iota
	// InWorld is code in a world program, where the clock is virtual and
	// goroutines are scheduled from the seed: no randomness but from an
	// explicit source, and no order that comes from a map.
	InWorld
	// OnMachine is code that runs on a simulated machine. It is InWorld, and
	// meets the outside only through its Env.
	OnMachine
	// Pure is code whose callers own time, files and goroutines: it has none.
	Pure
)

// Room is a directory of the house: what its packages may import, and where
// they run. Paths are relative to the module; "dir/..." is dir and everything
// below. The longest Path that fits a package is its room.
type Room struct {
	Path  string
	May   []string // what it may import of ours, itself apart
	Tests []string // what its tests may import besides
	Runs  Place
	Rims  []string // those of its files that do touch the outside
	Why   string   // the rule in words, for whoever broke it
}

// rooms is the import lattice. A package without a room is an error.
func rooms() []Room {
	const (
		noGuest = "the World knows no guest: netsim imports nothing of raftian, game or linearizability"
		byEnv   = "what runs on a machine knows it by its Env alone, and so runs on a real one as well"
		judges  = "judges read what happened, and know neither the World nor the guest"
		game    = "the game is rules, then what they look like, then a window; it knows no Raft and no World"
		bench   = "a campaign knows the World, the judges and guests, and no command that asks for it"
		top     = "experiments stand on top of everything, and nothing stands on them"
	)
	return []Room{
		{Path: "netsim/env", Runs: Pure, Rims: []string{"real.go"}, Tests: []string{"netsim/env/envtest"},
			Why: "every guest stands on netsim/env, so it imports nothing of ours"},
		{Path: "netsim/env/envtest", May: []string{"netsim/env"}, Why: noGuest},
		{Path: "netsim/link", May: []string{"netsim/env"}, Runs: Pure, Why: noGuest},
		{Path: "netsim/disk", May: []string{"netsim/env"}, Runs: Pure,
			Tests: []string{"netsim/env/envtest", "netsim/disk/disktest"}, Why: noGuest},
		{Path: "netsim/disk/disktest", May: []string{"netsim/disk", "netsim/env"}, Why: noGuest},
		{Path: "netsim/plan", May: []string{"netsim/env"}, Runs: Pure, Tests: []string{"netsim/plan/plantest"}, Why: noGuest},
		{Path: "netsim/plan/plantest", May: []string{"netsim/plan", "netsim/env"}, Why: noGuest},
		{Path: "netsim/stacks", Runs: Pure, Why: "stacks are Go's, and depend on nothing of ours"},
		{Path: "netsim/trace", May: []string{"netsim/env"}, Runs: Pure, Rims: []string{"create.go", "read.go"}, Why: noGuest},
		{Path: "netsim/toolchain", Tests: []string{"netsim/env", "netsim/plan", "netsim/trace"}, Why: noGuest},
		{Path: "netsim", Runs: InWorld, May: []string{"netsim/env", "netsim/link", "netsim/disk", "netsim/plan", "netsim/stacks", "netsim/trace"},
			Tests: []string{"netsim/env/envtest", "netsim/toolchain"}, Why: noGuest},
		{Path: "netsim/testdata/...", May: []string{"netsim", "netsim/env", "netsim/plan", "netsim/trace"}, Why: noGuest},
		{Path: "netsim/toolchain/testdata/...", Why: "netsim/toolchain/testdata holds packages of nobody in particular"},

		{Path: "linearizability/...", May: []string{"linearizability/...", "netsim/env", "netsim/trace"}, Runs: Pure, Why: judges},
		{Path: "linearizability/verdict", Runs: Pure, Why: "what a verdict is depends on no judge"},
		{Path: "linearizability/history", May: []string{"netsim/env", "netsim/trace"},
			Tests: []string{"linearizability/internal/..."}, Runs: Pure, Why: judges},
		{Path: "linearizability/internal/...", May: []string{"linearizability/internal/...", "linearizability/verdict",
			"netsim/env", "netsim/trace"}, Runs: Pure, Rims: []string{"golden.go"}, Why: judges},

		{Path: "game/rules", Runs: Pure, Why: "the rules are used by machine, judge and viewer alike, so they import nothing of ours"},
		{Path: "game/spec", May: []string{"game/rules", "linearizability", "linearizability/history"}, Runs: Pure, Why: game},
		{Path: "game/replay", May: []string{"game/rules", "game/spec", "linearizability", "linearizability/history", "linearizability/verdict",
			"netsim/env", "netsim/plan", "netsim/trace"}, Runs: Pure, Why: game},
		{Path: "game/live", May: []string{"game/rules"}, Runs: Pure, Why: "what a live game tells its screen knows no Raft, no network and no window"},
		{Path: "game/sound", Runs: Pure, Why: "what is heard depends on nothing but arithmetic"},
		{Path: "game/board", May: []string{"game/desk", "game/glyph", "game/live", "game/rules", "game/scene", "game/sound"},
			Tests: []string{"game/board/boardtest", "game/paint", "game/paint/painttest"}, Runs: Pure, Why: game},
		{Path: "game/board/boardtest", May: []string{"game/board", "game/glyph", "game/live"}, Why: game},
		{Path: "game/glyph", Runs: Pure, Why: "what a text looks like depends on nothing but the text"},
		{Path: "game/replay/replaytest", May: []string{"game/replay", "linearizability/verdict", "netsim/env", "netsim/plan", "netsim/trace"}, Why: game},
		{Path: "game/scene", Tests: []string{"game/replay/replaytest"}, May: []string{"game/rules", "game/live", "game/replay", "game/glyph", "linearizability/history", "linearizability/verdict",
			"netsim/env", "netsim/plan", "netsim/trace"}, Runs: Pure, Why: game},
		{Path: "game/paint", May: []string{"game/glyph", "game/scene"}, Tests: []string{"game/paint/painttest", "game/replay", "game/replay/replaytest"}, Runs: Pure,
			Why: "a renderer knows the display list and not what it shows"},
		{Path: "game/paint/painttest", Why: "to compare two pictures takes nothing but them"},
		{Path: "game/desk", May: []string{"game/glyph", "game/replay", "game/scene", "netsim/env", "netsim/plan"},
			Tests: []string{"game/replay/replaytest", "netsim/trace"}, Runs: Pure, Why: game},
		{Path: "game/view", May: []string{"game/rules", "game/live", "game/sound", "game/board", "game/replay", "game/glyph", "game/scene", "game/desk",
			"netsim/env", "netsim/plan", "netsim/trace"}, Tests: []string{"game/board/boardtest", "game/paint", "game/paint/painttest", "game/replay/replaytest"}, Why: game},

		{Path: "raftian/command", May: []string{"game/rules"}, Runs: Pure, Why: "a log entry's bytes depend on nothing but the command in them"},
		{Path: "raftian/store", May: []string{"netsim/env"}, Runs: OnMachine,
			Tests: []string{"netsim/disk", "netsim/disk/disktest", "netsim/env/envtest"}, Why: byEnv},
		{Path: "raftian/observe", May: []string{"netsim/env", "raftian/store"}, Runs: OnMachine,
			Why: "what observes the library knows no guest: it is for anybody's raft.Raft"},
		{Path: "raftian/node", May: []string{"netsim/env", "raftian/command", "raftian/observe", "raftian/store", "game/rules"},
			Tests: []string{"game/spec"}, Runs: OnMachine, Why: byEnv},
		{Path: "raftian/guest", May: []string{"netsim", "netsim/env", "netsim/plan", "netsim/trace",
			"linearizability", "linearizability/history", "game/rules", "game/spec"}, Runs: InWorld,
			Why: "a guest joins its model to the World; what runs on the machines is handed to it"},
		{Path: "raftian/world", May: []string{"raftian/guest", "raftian/node"}, Tests: []string{"netsim/plan"}, Runs: InWorld,
			Why: "the world program is a guest and a node, joined; what they do is in their packages"},
		{Path: "raftian/api/...", May: []string{"raftian/api/...", "raftian/command", "raftian/node", "netsim/env", "game/rules"},
			Why: "players meet a node, real or simulated, and not the bench"},
		{Path: "raftian/server", May: []string{"raftian/api/...", "raftian/node", "raftian/store", "netsim/env", "netsim/trace", "game/rules"},
			Tests: []string{"netsim/env/envtest"}, Why: "a server is a node and its players' service on a real machine, and no part of the bench"},
		{Path: "raftian/play", May: []string{"raftian/api/...", "raftian/server", "game/rules", "game/live", "netsim/env", "netsim/plan", "netsim/trace"},
			Why: "who plays knows the game, the players' service, and what a recording looks like"},
		{Path: "raftian/trials", May: []string{"netsim/toolchain"}, Why: "anyone's tests know no bench; what is said of them is the command's"},
		{Path: "raftian/campaign", May: []string{"netsim/...", "linearizability/...", "game/rules", "game/spec", "raftian/guest", "raftian/campaign/coverage"},
			Tests: []string{"raftian/campaign/campaigntest", "raftian/defects", "raftian/node"}, Why: bench},
		{Path: "raftian/campaign/testdata/...", May: []string{"netsim/...", "linearizability/...", "raftian/..."}, Why: bench},
		{Path: "raftian/campaign/coverage", May: []string{"netsim/env", "netsim/plan", "netsim/trace"}, Why: "what was reached is read off plan and trace alone"},
		{Path: "raftian/campaign/campaigntest", May: []string{"netsim/trace"}, Why: "what tests of campaigns share knows none"},
		{Path: "raftian/bugs", Tests: []string{"raftian/campaign/...", "raftian/defects", "raftian/guest", "raftian/node", "netsim/...", "linearizability"},
			Why: "the list of planted bugs depends on nothing"},
		{Path: "raftian/defects", May: []string{"linearizability", "linearizability/verdict", "netsim/env", "netsim/plan", "netsim/toolchain", "netsim/trace"},
			Tests: []string{"raftian/campaign/..."}, Why: "a defect is recognised by plan, trace and verdicts, whoever made the run"},
		{Path: "raftian/arch", Why: "the house's own rules stand beside it"},
		{Path: "raftian/ci", Why: "what a CI server is told has a form of its own, and knows neither runs nor judges"},
		{Path: "raftian/web", May: []string{"game/...", "netsim/env", "netsim/trace"}, Why: "the viewer in a browser is the viewer and a run, and no bench"},
		{Path: "raftian/page", May: []string{"game/live"}, Why: "what a browser is given is files; what they show is not its matter"},
		{Path: "raftian", May: []string{"raftian/cli"}, Tests: []string{"raftian/cli/clitest"}, Why: "the command is raftian/cli, and compiles nothing else"},
		{Path: "raftian/known", May: []string{"linearizability/verdict", "netsim/env", "netsim/plan", "netsim/trace"}, Runs: Pure,
			Why: "what is known of a system is in its trace, and whose it is does not matter"},
		{Path: "raftian/cli", May: []string{"netsim/...", "linearizability/...", "raftian/ci", "raftian/known", "raftian/guest", "raftian/trials", "raftian/campaign/...", "raftian/defects", "raftian/bugs"},
			Tests: []string{"raftian/cli/clitest", "raftian/...", "game/..."},
			Why:   "who explores compiles no window, no server and no plots: those are raftian/full's"},
		{Path: "raftian/cli/clitest", May: []string{"raftian/campaign/..."}, Why: "what types commands knows none of them"},
		{Path: "raftian/full", May: []string{"netsim/...", "linearizability/...", "game/...", "raftian/..."},
			Why: "the whole command may call everything but what measures it"},

		{Path: "experiments/...", May: []string{"netsim/...", "linearizability/...", "game/...", "raftian/...", "experiments/..."}, Why: top},
		{Path: "experiments/stats", Runs: Pure, Why: "what measurements come to depends on nothing but them"},
		{Path: "experiments/chart", Why: "a plot knows numbers and their names, and not what they mean"},
		{Path: "experiments/lab", May: []string{"experiments/stats"}, Why: "where experiments are made knows none of them"},
		{Path: "experiments/register", May: []string{"raftian/guest", "raftian/node", "linearizability", "linearizability/history"},
			Runs: OnMachine, Why: "the example holds what a user writes, and so uses what a user has"},
	}
}

// Library is a package from elsewhere, with everything below its path, and the
// rooms that may import it.
type Library struct {
	Path  string
	Rooms []string // as in Room.Path
	Mains bool     // and any package main
	Tests bool     // and any test file
	Why   string
}

func libraries() []Library {
	const flags = "flags are parsed in the commands; below them, options are arguments"
	return []Library{
		{Path: "github.com/hajimehoshi/ebiten", Rooms: []string{"game/view"}, Why: "only game/view draws"},
		{Path: "github.com/ebitengine", Rooms: []string{"game/view"}, Why: "only game/view draws"},
		{Path: "github.com/anishathalye/porcupine", Rooms: []string{"linearizability/..."}, Why: "only linearizability searches with Porcupine"},
		{Path: "github.com/hashicorp/raft", Rooms: []string{"raftian/node", "raftian/observe", "raftian/store", "raftian/world", "raftian/campaign/testdata/...", "experiments/..."},
			Why: "the library under test is met in node, observe, store, world and the experiments only"},
		{Path: "github.com/jstemmer/go-junit-report", Rooms: []string{"raftian/ci"}, Why: "only raftian/ci writes JUnit files"},
		{Path: "gonum.org/v1/plot", Rooms: []string{"experiments/chart"}, Why: "only experiments/chart draws plots"},
		{Path: "flag", Mains: true, Tests: true, Why: flags},
		{Path: "github.com/spf13/cobra", Rooms: []string{"raftian/cli"}, Mains: true, Why: flags},
		{Path: "github.com/spf13/pflag", Mains: true, Why: flags},
		{Path: "connectrpc.com", Rooms: []string{"raftian/api/...", "raftian/server"}, Tests: true,
			Why: "players are met in raftian/api; others use its Client"},
		{Path: "google.golang.org/protobuf", Rooms: []string{"raftian/api/..."}, Tests: true, Why: "the schema is raftian/api's"},
		{Path: "github.com/bufbuild/protocompile", Rooms: []string{"raftian/api/generate"}, Why: "only the generator compiles the schema"},
		{Path: "github.com/prometheus", Rooms: []string{"raftian/server"}, Why: "only the server is watched by Prometheus"},
		{Path: "pgregory.net/rapid", Rooms: []string{"netsim/plan/plantest"}, Tests: true, Why: "random cases belong to tests; a Plan's draws come from its streams"},
	}
}

// tree is what the top level holds, beside files whose name begins with a dot
// and what .gitignore names.
func tree() []string {
	return []string{"README.md", "experiments", "findings", "game", "go.mod", "go.sum", "linearizability", "netsim", "raftian"}
}
