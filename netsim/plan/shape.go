package plan

import (
	"fmt"
	"strconv"
	"time"
)

// shape is what a kind of fault looks like: how many groups it has, what stands
// between them, and which parameters follow them.
type shape struct {
	between              string
	groupsMin, groupsMax int
	params               []string // in the order they are printed
}

// The parameters of links, disks and faults.
const (
	paramDelay  = "delay"
	paramJitter = "jitter"
	paramLoss   = "loss"
	paramSync   = "sync"
	paramFor    = "for"
)

// kinds lists every kind of fault, in the order of their declaration.
func kinds() []FaultKind {
	return []FaultKind{Partition, OneWay, Slow, Lossy, Reset, Power, Kill}
}

// shapeOf is the shape of a kind of fault; false if there is no such kind.
func shapeOf(kind FaultKind) (shape, bool) {
	switch kind {
	case Partition:
		return shape{"|", 2, machinesMax, []string{paramFor}}, true
	case OneWay:
		return shape{"->", 2, 2, []string{paramFor}}, true
	case Slow:
		return shape{"-", 2, 2, []string{paramDelay, paramJitter, paramFor}}, true
	case Lossy:
		return shape{"-", 2, 2, []string{paramLoss, paramFor}}, true
	case Reset:
		return shape{"-", 2, 2, nil}, true
	case Power, Kill:
		return shape{"", 1, 1, []string{paramFor}}, true
	}
	return shape{}, false
}

// param prints a parameter of the fault.
func (f *Fault) param(name string) string {
	switch name {
	case paramFor:
		return duration(f.For)
	case paramDelay:
		return duration(f.Net.Delay)
	case paramJitter:
		return duration(f.Net.Jitter)
	}
	return number(f.Net.Loss)
}

// setParam reads a parameter of the fault.
func (f *Fault) setParam(name, value string) (err error) {
	if name == paramFor {
		f.For, err = parseDuration(value)
		return err
	}
	return f.Net.setParam(name, value)
}

// setParam reads a parameter of a link.
func (n *Net) setParam(name, value string) (err error) {
	switch name {
	case paramDelay:
		n.Delay, err = parseDuration(value)
	case paramJitter:
		n.Jitter, err = parseDuration(value)
	case paramLoss:
		n.Loss, err = strconv.ParseFloat(value, 64)
		if err != nil {
			err = fmt.Errorf("%.40q is no probability; write a number such as 0.05", value)
		}
	}
	return err
}

// setParam reads a parameter of a disk.
func (d *Disk) setParam(name, value string) (err error) {
	switch name {
	case paramSync:
		d.Sync, err = parseDuration(value)
	case paramJitter:
		d.Jitter, err = parseDuration(value)
	}
	return err
}

func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%.40q is no time; write one such as 1.5s or 200ms", s)
	}
	return d, nil
}
