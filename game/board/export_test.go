package board

// For tests, which are outside the package since boardtest imports it.
const (
	Elsewhere = nodesElsewhere
	Flight    = flight
)
