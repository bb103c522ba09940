package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"raftian/raftian/cli/clitest"
)

// Each of these is found out before anything is built or run.
func TestBadUsageIsOneLineAndStatus2(t *testing.T) {
	plain := clitest.File(t, "plain", []byte("words\n"))
	for _, c := range []struct{ line, words string }{
		{"", "say what to do"},
		{"explode", `there is no command "explode"; did you mean "explore"?`},
		{"astrology", `there is no command "astrology"; raftian --help lists them`},
		{"explore --seed 5", "unknown flag: --seed; explore takes many: --seeds 5, or --seeds 1-32"},
		{"run --seeds 1-3", "unknown flag: --seeds; run takes one: --seed 5 (raftian explore takes --seeds)"},
		{"test --seed=5 ./command", "unknown flag: --seed; test takes many"},
		{"explore --fautls calm", "unknown flag: --fautls; did you mean --faults?"},
		{"explore -seeds 5", "write it with two dashes: --seeds"},
		{"explore --bug no-dedupe", `unknown bug "no-dedupe"; did you mean "no-dedup"?`},
		{"shrink x.run --astrology", "raftian shrink --help lists those of shrink"},
		{"run x.run --plan", "open x.run: "},
		{"explore --for -1s", "--for and --max-failures must be more than nothing"},
		{"explore --max-failures 0", "--for and --max-failures must be more than nothing"},
		{"--nonsense", "unknown flag: --nonsense"},
		{"explore extra", "extra"},
		{"explore --nonsense", "unknown flag: --nonsense"},
		{"explore --seeds", "--seeds"},
		{"explore --seeds x", `"x" are no seeds`},
		{"explore --seeds 5-1", "run backwards"},
		{"explore --length soon", `"soon"`},
		{"explore --length 0s", "--length"},
		{"explore --length 1s", "a run of 1s"},
		{"explore --length 48h", "a run of 172800s"},
		{"explore --machines 0", "--machines"},
		{"explore --machines 1000", "1000 machines"},
		{"explore --machines five", `"five"`},
		{"explore --faults gremlins", `unknown faults "gremlins"`},
		{"explore --faults disks", `unknown faults "disks"; choose from calm, network, crash, disk, membership, all`},
		{"explore --machines -3", "--machines"},
		{"explore --rate -1", "--rate"},
		{"explore --rate NaN", "NaN calls per second"},
		{"explore --rate 1e9", "calls per second"},
		{"explore --bug nonsense", `unknown bug "nonsense"`},
		{"explore --raft nonsense", "--raft nonsense is neither a version"},
		{"explore --raft " + os.TempDir(), "nor a directory that holds a go.mod"},
		{"explore --mend nonsense", `--mend: no finding is called "nonsense"; there are demoted-leader-does-not-stand, `},
		{"explore --mend log-refused,", `--mend: no finding is called ""`},
		{"run --mend all,log-refused", `--mend: no finding is called "all"`},
		{"explore --jobs 0", "--jobs must be from 1 to 1024"},
		{"explore --jobs many", `"many"`},
		{"explore --keep some", `--keep "some" is neither failing nor all`},
		{"explore --out " + plain, "is not a directory"},
		{"explore --out " + filepath.Join(plain, "below"), "is not a directory"},
		{"explore --twice=perhaps", "--twice"},
		{"explore --json=perhaps", "--json"},
		{"run --seed -1", `"-1"`},
		{"run --seed 1 2 3", "accepts at most 1 arg"},
		{"run --length soon", `"soon"`},
		{"run --machines 0", "--machines"},
		{"run --bug nonsense", `unknown bug "nonsense"`},
		{"run --raft nonsense", "--raft nonsense is neither"},
		{"run --out " + os.TempDir(), "is no file"},
		{"run --out " + filepath.Join(plain, "below"), "its directory does not exist"},
		{"run --plan=perhaps", "--plan"},
		{"run absent.plan", "open absent.plan: "},
		{"run --seed 3 " + plain, "--seed has no meaning with a plan in a file"},
		{"run --rate 3 " + plain, "--rate has no meaning with a plan in a file"},
		{"version 1.27", `unknown command "1.27"`},
		{"version --json=perhaps", "--json"},
		{"rerun", "is missing"},
		{"rerun absent.run", "open absent.run: "},
		{"rerun --raft nonsense absent.run", "absent.run"},
		{"check", "is missing"},
		{"check absent.run", "open absent.run: "},
		{"check --json absent.run", "open absent.run: "},
		{"check --model chess x.edn", `unknown model "chess"; choose from [register kv set queue counter mutex list-append game]`},
		{"check --model kv absent.edn", "absent.edn: no such file"},
		{"check --model kv x.run", "a run has a model of its own"},
		{"check --model kv --jobs 0 x.edn", "--jobs must be from 1 to 1024"},
		{"check --model game --machines 0 x.edn", "--machines must be from 1 to 99"},
		{"check --model kv --machines 3 x.edn", "--machines is for --model game"},
		{"check --model kv --nil perhaps x.edn", `--nil "perhaps" is neither unknown nor absent`},
		{"check --model game --nil absent x.edn", "not for game"},
		{"check --model game --initial 0 x.edn", "not for game"},
		{"check --model kv --initial [ x.edn", `--initial "[" is no value`},
		{"check --nil absent x.run", "--nil has no meaning without --model"},
		{"check --jobs 2 x.run", "--jobs has no meaning without --model"},
		{"show", "is missing"},
		{"show absent.run", "open absent.run: "},
		{"show --from soon x.run", `"soon"`},
		{"show --from -1s x.run", "times since the run began"},
		{"show --from 2s --to 1s x.run", "--to lies before --from"},
		{"show --from 2s --to 0s x.run", "--to lies before --from"},
		{"export", "is missing"},
		{"export absent.run --out x", "say with --as in which form"},
		{"export absent.run --as gif --out x", `--as "gif" is none of porcupine`},
		{"export absent.run --as svg --out x", "open absent.run: "},
		{"replay absent.run --web 127.0.0.1:0", "open absent.run: "},
		{"export absent.run --as csv --at 2s --out x", "--at belongs to --as svg"},
		{"export absent.run --as csv", "say with --out"},
		{"export absent.run --as csv --out x", "open absent.run: "},
		{"export absent.run --as csv --out " + os.TempDir(), "is no file"},
		{"export absent.run --as csv --out " + filepath.Join(plain, "below"), "its directory does not exist"},
		{"test --seeds x ./command", `"x" are no seeds`},
		{"test --run ( ./command", "-run: "},
		{"test --jobs 0 ./command", "--jobs must be from 1 to 1024"},
		{"serve", "--id is missing"},
		{"serve extra", "extra"},
		{"serve --id N1 --data d --raft :7000 --api :7001 --bootstrap", `"N1" is not a valid name for a node`},
		{"serve --id averyveryverylongname --data d --raft :7000 --api :7001 --bootstrap", "is not a valid name for a node"},
		{"serve --id n1 --data " + plain + " --raft :7000 --api :7001 --bootstrap", "making the data directory"},
		{"serve --id n1 --data d --raft :7000 --api :7001", "with exactly one of"},
		{"serve --id n1 --data d --raft :7000 --api :7001 --bootstrap --join :7101", "with exactly one of"},
		{"serve --id n1 --data d --raft :7000 --api :7000 --bootstrap", "cannot share"},
		{"serve --id n1 --data d --raft :x --api :7001 --bootstrap", `":x" has no port`},
		{"serve --id n1 --data d --raft 7000 --api :7001 --bootstrap", `"7000" is no address`},
		{"serve --id n1 --data d --raft 0.0.0.0:7000 --api :7001 --bootstrap", "the address that they use"},
		{"serve --id n1 --data d --raft 192.0.2.1:7000 --api :7001 --bootstrap", "--insecure"},
		{"serve --id n1 --data d --raft :7000 --api :7001 --bootstrap --fps 50", "50 frames per second"},
		{"serve --id n1 --data d --raft :7000 --api :7001 --bootstrap --set heart=1s", `unknown setting "heart=1s"`},
		{"serve --id n1 --data d --raft :7000 --api :7001 --peers n2@:7000/:7001", "does not name n1"},
		{"serve --id n1 --data d --raft :7000 --api :7001 --bootstrap --tls-cert " + plain, "TLS needs three files"},
		{"serve --id n1 --data d --raft :7000 --api :7001 --bootstrap --log xml", `--log "xml" is neither`},
		{"serve --id n1 --data d --raft :7000 --api :7001 --bootstrap --log-level loud", `--log-level "loud"`},
		{"play --nodes 0", "--nodes must be from 1 to 25"},
		{"play --nodes 3 --fps 7", "--fps must be 30"},
		{"play --pace 0s", "--pace"},
		{"attach", "is missing"},
		{"attach 127.0.0.1:1", "no node answers at 127.0.0.1:1"},
		{"attach --city N1 127.0.0.1:1", `--city "N1"`},
		{"shrink", "is missing"},
		{"shrink absent.run", "--out"},
		{"shrink absent.run --out x.run", "open absent.run: "},
		{"shrink absent.run --out x.run --jobs 0", "--jobs"},
		{"shrink absent.run --out x.run --seeds 0", "--seeds"},
	} {
		t.Run(c.line, func(t *testing.T) {
			t.Parallel()
			got := clitest.Raftian(t, strings.Fields(c.line)...)
			got.Want(t, ExitUsage, c.words)
			if got.Out != "" {
				t.Errorf("on standard output it says %q", got.Out)
			}
		})
	}
}

func TestANameWithALineBreakIsStillOneLine(t *testing.T) {
	clitest.Raftian(t, "show", "two\nlines.run").Want(t, ExitUsage, "two lines.run")
}

func TestHelpListsTheCommandsAndTheStatuses(t *testing.T) {
	got := clitest.Raftian(t, "--help")
	got.Want(t, ExitPass, "")
	for _, word := range []string{"explore", "run", "rerun", "check", "show", "export", "replay", "shrink", "test", "Exit status"} {
		if !strings.Contains(got.Out, word) {
			t.Errorf("the help does not mention %s", word)
		}
	}
}

func TestAWorldThatIsNoneIsOneLineAndStatus2(t *testing.T) {
	for world, words := range map[string]string{
		"nonsense":      "--world nonsense is no world program",
		"./testdata":    "--world ./testdata is no world program",
		"../node":       "it is package node, not a command",
		"..":            "asked what it is, it said: raftian: say what to do",
		"../no/such/it": "there is no such package (go said: ",
	} {
		t.Run(world, func(t *testing.T) {
			clitest.Raftian(t, "explore", "--world", world, "--seeds", "1").Want(t, ExitUsage, words)
		})
	}
}

func TestADirectoryThatCannotBeWrittenIsRefusedBeforeAnythingRuns(t *testing.T) {
	dir := "/proc/self" // a directory in which not even root can make files
	if runtime.GOOS != "linux" {
		dir = t.TempDir()
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"explore", "--out", dir},
		{"explore", "--out", filepath.Join(dir, "runs", "today")},
		{"run", "--out", filepath.Join(dir, "x.run")},
	} {
		got := clitest.Raftian(t, args...)
		got.Want(t, ExitUsage, "cannot write to "+dir)
		if got.Out != "" {
			t.Errorf("%v: it began: %s", args, got.Out)
		}
	}
}

func TestHelpOfWhatIsNoneIsBadUsage(t *testing.T) {
	clitest.Raftian(t, "help", "nonsense").Want(t, ExitUsage, `no command "nonsense"`)
	clitest.Raftian(t, "help", "exlore").Want(t, ExitUsage, `did you mean "explore"?`)
	got := clitest.Raftian(t, "help", "shrink")
	got.Want(t, ExitPass, "")
	got.WantLines(t, "Usage:\n  raftian shrink")
	clitest.Raftian(t, "--version").Want(t, ExitPass, "")
}

// What is there is not lost to a command that reads it, or by way of a link.
func TestNoCommandWritesOverWhatItReads(t *testing.T) {
	run := clitest.Kept(t)
	plan := clitest.File(t, "a.plan", []byte(clitest.Raftian(t, append([]string{"run", "--seed", "5", "--plan"}, clitest.Small()...)...).Out))
	for _, args := range [][]string{
		{"export", run, "--as", "csv", "--out", run},
		{"export", run, "--as", "svg", "--out", run},
		{"shrink", run, "--out", run},
		{"run", plan, "--out", plan},
	} {
		clitest.Raftian(t, args...).Want(t, ExitUsage, "is what is to be read")
	}
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real.csv"), filepath.Join(dir, "link.csv")
	if err := errors.Join(os.WriteFile(target, nil, 0o600), os.Symlink(target, link)); err != nil {
		t.Fatal(err)
	}
	clitest.Raftian(t, "export", run, "--as", "csv", "--out", link).Want(t, ExitPass, "")
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	if info, err := os.Stat(target); err != nil || info.Size() == 0 {
		t.Errorf("nothing came to where the link leads: %v", err)
	}
}

// A setting that cannot be is bad input, and not a run in which nothing goes.
func TestASettingThatCannotBeNamesItsLine(t *testing.T) {
	text := clitest.Raftian(t, append([]string{"run", "--seed", "5", "--plan"}, clitest.Small()...)...).Out
	at := strings.Index(text, "\nset ") + 1
	line := strings.Count(text[:at], "\n") + 1
	for setting, words := range map[string]string{
		"set nonsense 1":    "unknown setting",
		"set heartbeat NaN": "is not a duration",
		"set fps 0":         "are for real time",
		"set bug nonsense":  "bug",
	} {
		key := strings.Fields(setting)[1]
		changed := regexp.MustCompile(`(?m)^set `+key+` .*\n`).ReplaceAllString(text[:at]+"@\n"+text[at:], "")
		file := clitest.File(t, "a.plan", []byte(strings.Replace(changed, "@", setting, 1)))
		clitest.Raftian(t, "run", file).Want(t, ExitUsage, fmt.Sprintf("a.plan: line %d: ", line))
		clitest.Raftian(t, "run", file).Want(t, ExitUsage, words)
	}
}
