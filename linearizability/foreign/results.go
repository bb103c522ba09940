package foreign

import (
	"io"
	"slices"
)

// Results is what Jepsen's checkers said of a test.
type Results struct {
	Valid string `json:"valid"` // "true", "false" or "unknown"
	// Of says whose verdict it is: "linearizable" of those checkers that look for an
	// order, if there were some, or "all" of the test as a whole, which may be about
	// other things, too.
	Of string `json:"of"`
}

// ReadResults reads a results.edn. False says that it holds no verdict that is
// understood.
func ReadResults(r io.Reader) (Results, bool) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Results{}, false
	}
	from := edn{string(text), 1}
	v, is, err := from.next(0)
	if err != nil || !is || v.kind != record {
		return Results{}, false
	}
	if words := linearizable(v, false); len(words) > 0 {
		return Results{worst(words), "linearizable"}, true
	}
	if word, is := validity(v); is {
		return Results{word, "all"}, true
	}
	return Results{}, false
}

// linearizable collects the verdicts of checkers of linearizability: those under
// :linear or :linearizable, or that name the algorithm which Knossos searched with.
func linearizable(v value, named bool) (words []string) {
	if v.kind != record {
		return nil
	}
	_, knossos := v.get(":analyzer")
	if word, is := validity(v); is && (named || knossos) {
		return []string{word}
	}
	for i := 0; i+1 < len(v.items); i += 2 {
		key := v.items[i].text
		words = append(words, linearizable(v.items[i+1], key == ":linear" || key == ":linearizable")...)
	}
	return words
}

// validity is the :valid? of a map.
func validity(v value) (string, bool) {
	switch valid, _ := v.get(":valid?"); valid.text {
	case "true", "false":
		return valid.text, valid.kind == atom
	case ":unknown":
		return "unknown", true
	}
	return "", false
}

// worst is the verdict on all of several.
func worst(words []string) string {
	for _, word := range []string{"false", "unknown"} {
		if slices.Contains(words, word) {
			return word
		}
	}
	return "true"
}
