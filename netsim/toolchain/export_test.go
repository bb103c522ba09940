package toolchain

// Without leaves a rule out of a build.
func Without(o Options, rule string) Options {
	o.spared = rule
	return o
}
