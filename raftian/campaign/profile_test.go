package campaign

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/guest"
)

// A run that is profiled is the same run.
func TestAProfileChangesNothing(t *testing.T) {
	campaigntest.Sources(t)
	p, err := Build(t.Context(), toolchain.Options{Package: GameWorld})
	if err != nil {
		t.Fatal(err)
	}
	pl, err := p.Draw(t.Context(), guest.Options{Seed: 3, Faults: plan.All})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := p.Run(t.Context(), pl)
	if err != nil {
		t.Fatal(err)
	}
	p.Profile = t.TempDir()
	profiled, err := p.Run(t.Context(), pl)
	if err != nil {
		t.Fatal(err)
	}
	if profiled.Digest != plain.Digest {
		t.Errorf("with a profile the digest is %s, without %s", profiled.Digest, plain.Digest)
	}
	files, err := filepath.Glob(filepath.Join(p.Profile, "world-*.pprof"))
	if err != nil || len(files) != 1 {
		t.Fatalf("there are the profiles %v", files)
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || !bytes.Contains(text, []byte("hashicorp/raft")) {
		t.Errorf("the profile, of %d bytes, is not one of a run: %v", len(text), err)
	}
}
