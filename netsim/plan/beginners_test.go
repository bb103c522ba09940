package plan

import (
	"slices"
	"testing"
)

func TestAPlanMayTellOfAGuestThatBeginsWithoutMachines(t *testing.T) {
	p := Plan{Machines: []string{"n1", "n2"}}
	if got := p.Beginners(); !slices.Equal(got, p.Machines) {
		t.Errorf("it begins with %q", got)
	}
	p.Settings = []Setting{{Key: NoBeginners}}
	if got := p.Beginners(); len(got) != 0 {
		t.Errorf("with the setting %s it begins with %q", NoBeginners, got)
	}
}
