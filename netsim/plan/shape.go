package plan

import (
	"fmt"
	"strconv"
	"time"
)

// shape is what a kind of fault looks like: its class, how many groups it has,
// what stands between them, and which parameters follow them. It is the one
// place that says so: the text form, its limits and the generator go by it.
type shape struct {
	class                Kinds
	between              string
	groupsMin, groupsMax int
	params               []string // in the order they are printed
}

// The parameters of links, disks and faults.
const (
	paramDelay  = "delay"
	paramJitter = "jitter"
	paramLoss   = "loss"
	paramRate   = "rate"
	paramSync   = "sync"
	paramEvery  = "every"
	paramFor    = "for"
)

// kinds lists every kind of fault, in the order of their declaration.
func kinds() []FaultKind {
	return []FaultKind{
		Partition, OneWay, Flap, Slow, Heavy, Lossy, Narrow, Stall, Reset,
		Power, Kill, Storm,
		FsyncError, WriteError, Full, SlowDisk, StallDisk, Rot, Replace,
	}
}

// shapeOf is the shape of a kind of fault; false if there is no such kind.
func shapeOf(kind FaultKind) (shape, bool) {
	groups := func(between string, max int, params ...string) (shape, bool) {
		return shape{Network, between, 2, max, params}, true
	}
	machines := func(class Kinds, params ...string) (shape, bool) {
		return shape{class, "", 1, 1, params}, true
	}
	switch kind {
	case Partition:
		return groups("|", machinesMax, paramFor)
	case OneWay:
		return groups("->", 2, paramFor)
	case Flap:
		return groups("|", machinesMax, paramEvery, paramFor)
	case Slow:
		return groups("-", 2, paramDelay, paramJitter, paramFor)
	case Heavy:
		return groups("-", 2, paramDelay, paramFor)
	case Lossy:
		return groups("-", 2, paramLoss, paramFor)
	case Narrow:
		return groups("-", 2, paramRate, paramFor)
	case Stall:
		return groups("-", 2, paramFor)
	case Reset:
		return groups("-", 2)
	case Power, Kill:
		return machines(Crash, paramFor)
	case Storm:
		return machines(Crash, paramEvery, paramFor)
	case FsyncError, WriteError, Full, StallDisk, Replace:
		return machines(Disks, paramFor)
	case SlowDisk:
		return machines(Disks, paramDelay, paramJitter, paramFor)
	case Rot:
		return machines(Disks)
	}
	return shape{}, false
}

// param prints a parameter of the fault.
func (f *Fault) param(name string) string {
	switch name {
	case paramFor:
		return duration(f.For)
	case paramEvery:
		return duration(f.Every)
	case paramRate:
		return strconv.FormatUint(f.Rate, 10)
	case paramDelay:
		return duration(f.Net.Delay)
	case paramJitter:
		return duration(f.Net.Jitter)
	}
	return number(f.Net.Loss)
}

// setParam reads a parameter of the fault.
func (f *Fault) setParam(name, value string) (err error) {
	switch name {
	case paramFor:
		f.For, err = parseDuration(value)
	case paramEvery:
		f.Every, err = parseDuration(value)
	case paramRate:
		f.Rate, err = parseUint(value)
	default:
		return f.Net.setParam(name, value)
	}
	return err
}

// badParam says what is wrong with a parameter of a kind that has it; "" if
// nothing.
func (f *Fault) badParam(name string) string {
	switch name {
	case paramFor:
		if f.For == 0 {
			return fmt.Sprintf("%s needs to last; add \"for 1s\"", f.Kind)
		}
	case paramEvery:
		if f.Every < everyMin {
			return fmt.Sprintf("%s needs at least %s between its beginnings; add \"every 200ms\"", f.Kind, duration(everyMin))
		}
	case paramRate:
		if f.Rate < rateMin || f.Rate > rateMax {
			return fmt.Sprintf("%s needs a rate from %d to %d bytes per second; add \"rate 50000\"", f.Kind, rateMin, rateMax)
		}
	case paramLoss:
		if f.Net.Loss == 0 {
			return fmt.Sprintf("%s needs a loss above 0; add \"loss 0.3\"", f.Kind)
		}
	case paramDelay:
		if f.Net.Delay == 0 && f.Net.Jitter == 0 {
			return fmt.Sprintf("%s needs %s above 0s; add \"delay 20ms\"", f.Kind, f.delays())
		}
	}
	return ""
}

// delays names the delays that the fault's kind has.
func (f *Fault) delays() string {
	if f.Kind == Heavy {
		return "a delay"
	}
	return "a delay or a jitter"
}

// set reports whether a parameter of the fault has a value.
func (f *Fault) set(name string) bool {
	switch name {
	case paramFor:
		return f.For != 0
	case paramEvery:
		return f.Every != 0
	case paramRate:
		return f.Rate != 0
	case paramDelay:
		return f.Net.Delay != 0
	case paramJitter:
		return f.Net.Jitter != 0
	}
	return f.Net.Loss != 0
}

// faultParams lists what a fault of some kind may have.
func faultParams() []string {
	return []string{paramDelay, paramJitter, paramLoss, paramRate, paramEvery, paramFor}
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
