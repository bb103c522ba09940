package main

import (
	"reflect"
	"slices"
	"strconv"
	"testing"

	"raftian/netsim/plan"
	"raftian/raftian/guest"
	"raftian/raftian/node"
)

// What a guest draws is what a node is told.
func TestANodeTakesEverySettingThatIsDrawn(t *testing.T) {
	for seed := range uint64(300) {
		p, err := guest.Game().Plan(guest.Options{Seed: seed, Faults: plan.All})
		if err != nil {
			t.Fatal(err)
		}
		var args []string
		for _, s := range p.Settings {
			args = append(args, s.Key+"="+s.Value)
		}
		if _, err := node.ParseSettings(args); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// The reference of plans has each setting, with its range and what it is by itself.
func TestTheReferenceOfSettingsIsTrue(t *testing.T) {
	with := func(key, value string) (node.Settings, error) {
		args := []string{"peers=n1,n2,n3", key + "=" + value}
		if key == "open" || key == "join" { // for one peer alone
			args = []string{"peers=n1", "open=on", key + "=" + value}
		}
		return node.ParseSettings(args)
	}
	usual, err := node.ParseSettings([]string{"peers=n1,n2,n3"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range guest.Settings() {
		names = append(names, s.Key)
		if _, err := with(s.Key, s.Example); err != nil || s.Means == "" || s.Takes == "" {
			t.Errorf("set %s %s: %v", s.Key, s.Example, err)
		}
		if got, err := with(s.Key, s.Standard); s.Standard != "" && s.Key != "open" && (err != nil || !reflect.DeepEqual(got, usual)) {
			t.Errorf("%s is not %s by itself (%v)", s.Key, s.Standard, err)
		}
		if s.Most == 0 {
			continue
		}
		for value, fits := range map[string]bool{
			strconv.FormatUint(s.Least, 10): true, strconv.FormatUint(s.Most, 10): true,
			strconv.FormatInt(int64(s.Least)-1, 10): false, strconv.FormatUint(s.Most+1, 10): false,
		} {
			if _, err := with(s.Key, value); (err == nil) != fits {
				t.Errorf("set %s %s: %v", s.Key, value, err)
			}
		}
	}
	if slices.Sort(names); !slices.Equal(names, node.SettingNames()) {
		t.Errorf("the reference has %v; the node takes %v", names, node.SettingNames())
	}
}
