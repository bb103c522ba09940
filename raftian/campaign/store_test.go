package campaign_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/raftian/campaign"
)

const (
	soundText = `{:process 0, :type :invoke, :f :write, :value 3}
{:process 0, :type :ok, :f :write, :value 3}
{:process 1, :type :invoke, :f :read, :value nil}
{:process 1, :type :ok, :f :read, :value 3}
`
	bareText = "0\t:invoke\t:write\t3\n0\t:ok\t:write\t3\n"
)

// tree makes a directory of files by path.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// store is a store of Jepsen's with three runs: one that is over, one of an older
// Jepsen's, and one that died before it had a history.
func store(t *testing.T) string {
	t.Helper()
	dir := tree(t, map[string]string{
		"etcd/20240102T100000/history.edn":               soundText,
		"etcd/20240102T100000/history.txt":               bareText,
		"etcd/20240102T100000/jepsen.log":                bareText,
		"etcd/20240102T100000/results.edn":               "{:valid? true}",
		"etcd/20240102T100000/test.jepsen":               "",
		"etcd/20240102T100000/n1/etcd.log":               "nothing of ours\n",
		"etcd/20240102T100000/independent/0/history.txt": bareText,
		"old/20150102/history.txt":                       bareText,
		"old/20150102/results.edn":                       "{:valid? false}",
		"old/20170102/jepsen.log":                        bareText,
		"old/20170102/test.fressian":                     "",
		"notes.md":                                       "",
		"mine.jsonl":                                     `{"client":"a","input":"read","output":"nil","outcome":"ok","call":1,"return":2}`,
		"results.edn":                                    "{:valid? true}",
	})
	for link, to := range map[string]string{"latest": "etcd/20240102T100000", "etcd/latest": "20240102T100000",
		"again.edn": "etcd/20240102T100000/history.edn", "dangling.edn": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAStoreIsSearchedDownwardsAndJudgedOnce(t *testing.T) {
	dir := store(t)
	for _, root := range []string{dir, filepath.Join(dir, "..", filepath.Base(dir))} {
		found, err := campaign.HistoryFiles(root)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range found.Paths {
			rel, err := filepath.Rel(root, p)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, filepath.ToSlash(rel))
		}
		want := []string{"etcd/20240102T100000/history.edn", "mine.jsonl", "old/20150102/history.txt", "old/20170102/jepsen.log"}
		if !slices.Equal(got, want) {
			t.Errorf("it finds %v, want %v", got, want)
		}
		if found.Links != 4 || !found.Judged {
			t.Errorf("it says %+v", found)
		}
	}
	// A link may be what is searched, and may lead out of it to a file.
	if found, err := campaign.HistoryFiles(filepath.Join(dir, "latest")); err != nil || len(found.Paths) != 1 {
		t.Errorf("%+v, %v", found, err)
	}
	elsewhere := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "mine.jsonl"), filepath.Join(elsewhere, "theirs.jsonl")); err != nil {
		t.Fatal(err)
	}
	if found, err := campaign.HistoryFiles(elsewhere); err != nil || len(found.Paths) != 1 {
		t.Errorf("%+v, %v", found, err)
	}
}

// Without a second file of Jepsen's, a directory is just one with histories.
func TestOtherHistoriesBesideOneAreJudged(t *testing.T) {
	dir := tree(t, map[string]string{"history.edn": soundText, "other.edn": soundText, "below/jepsen.log": bareText, "below/b.log": bareText})
	if found, err := campaign.HistoryFiles(dir); err != nil || len(found.Paths) != 4 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestTheVerdictOfJepsenIsSetBesideOurs(t *testing.T) {
	m, err := campaign.NewHistoryModel("register", nil)
	if err != nil {
		t.Fatal(err)
	}
	stale := strings.Replace(soundText, ":ok, :f :read, :value 3", ":ok, :f :read, :value 4", 1)
	for _, c := range []struct{ history, results, want string }{
		{soundText, "{:valid? true}", "true all yes"},
		{soundText, "{:valid? false}", "false all no"},
		{soundText, "{:valid? :unknown}", "unknown all open"},
		{stale, "{:valid? false}", "false all yes"},
		{stale, "{:valid? true}", "true all no"},
		// The test as a whole may fail for another reason.
		{soundText, "{:perf {:valid? true}, :linear {:valid? true, :analyzer :wgl, :configs ({:model #knossos.model.CASRegister{:value 3}})}, :stats {:valid? false}, :valid? false}",
			"true linearizable yes"},
		{stale, "{:workload {:results {0 {:linear {:valid? true}}, 1 {:linear {:valid? false}}}}, :valid? false}", "false linearizable yes"},
		{soundText, "{:workload {:results {0 {:analyzer :linear, :valid? :unknown}, 1 {:analyzer :linear, :valid? true}}}}", "unknown linearizable open"},
		{soundText, "{:count 3}", ""},
		{soundText, "{:valid?", ""},
		{soundText, "", ""},
	} {
		dir := tree(t, map[string]string{"history.edn": c.history, "results.edn": c.results})
		j := campaign.CheckHistory(filepath.Join(dir, "history.edn"), m)
		got := ""
		if j.Jepsen != nil {
			got = j.Jepsen.Valid + " " + j.Jepsen.Of + " " + j.Jepsen.Agrees
		}
		if j.Err != nil || got != c.want || j.Verdict.Outcome == linearizability.NotRun {
			t.Errorf("beside %s it says %q, want %q (%v)", c.results, got, c.want, j.Err)
		}
	}
	// Results beside a file that is none of Jepsen's are about something else.
	dir := tree(t, map[string]string{"mine.edn": soundText, "results.edn": "{:valid? false}"})
	if j := campaign.CheckHistory(filepath.Join(dir, "mine.edn"), m); j.Jepsen != nil {
		t.Errorf("it says %+v", j.Jepsen)
	}
}
