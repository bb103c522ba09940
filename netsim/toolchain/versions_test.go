package toolchain

import "testing"

func TestARangeHoldsTheVersionsBetween(t *testing.T) {
	for _, c := range []struct {
		r       Versions
		version string
		has     bool
	}{
		{">=v1.5.0 <=v1.8.0", "v1.5.0", true},
		{">=v1.5.0 <=v1.8.0", "v1.8.0", true},
		{">=v1.5.0 <=v1.8.0", "v1.7.9", true},
		{">=v1.5.0 <=v1.8.0", "v1.10.0", false},
		{">=v1.5.0 <=v1.8.0", "v1.4.0", false},
		{">=v1.5.0 <=v1.8.0", "v1.8.1-0.20260101000000-abcdef012345", false},
		{">=v1.5.0 <=v1.8.0", "v1.7.4-0.20260101000000-abcdef012345", true},
		{">=v1.5.0 <=v1.8.0", "", false},
		{">=v1.5.0 <=v1.8.0", "../my/raft", false},
		{">v1.5.0 <v1.8.0", "v1.5.0", false},
		{">v1.5.0 <v1.8.0", "v1.8.0", false},
		{"v1.8.0", "v1.8.0", true},
		{"v1.8.0", "v1.8.1", false},
		{"", "", true},
	} {
		if err := c.r.Check(); err != nil {
			t.Errorf("%q: %v", c.r, err)
		}
		if got := c.r.Has(c.version); got != c.has {
			t.Errorf("%q has %q: %v; want %v", c.r, c.version, got, c.has)
		}
	}
}

func TestARangeThatIsNoneIsRefused(t *testing.T) {
	for _, r := range []Versions{"1.8.0", ">= v1.8.0", "v1.8.0 ..", "=v1.8.0", ">=v"} {
		if r.Check() == nil {
			t.Errorf("%q is taken", r)
		}
	}
}
