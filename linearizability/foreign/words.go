package foreign

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"raftian/linearizability/history"
	"raftian/linearizability/models"
)

// Words is how the :f and :value of a Jepsen history become inputs and outputs of
// a model, and which inputs it has.
type Words struct {
	input  func(e *entry) (string, error)
	output func(e *entry) string // of an :ok
	check  func(input string) error

	// The rest may be nil.

	// reads says which inputs read one value; if such a read is answered nil, that may
	// mean that the value is not known. Nil says so of none.
	reads func(input string) bool
	// answers fails on an output that no call with this input can have.
	answers func(input, output string) error
	// withKey puts a key into an input in words that has none.
	withKey func(input, key string) (string, error)
	// keyed is the words of the same model, once for each key.
	keyed func() Words
	// instead says that the :value of an :ok is the output alone, and stands in the place
	// of what the call gave.
	instead bool
}

// vocabulary is what the words of one model are made of.
type vocabulary struct {
	model string
	fs    []string // :f of Jepsen's
	verbs []string // of inputs
}

// vocabularies are those of all models that have one.
func vocabularies() []vocabulary {
	return []vocabulary{
		{"register", []string{":read", ":r", ":write", ":w", ":cas"}, []string{"read", "write", "cas"}},
		{"kv", []string{":read", ":r", ":get", ":write", ":w", ":put", ":cas", ":append"}, []string{"get", "put", "append", "cas"}},
		{"set", []string{":add", ":remove", ":read"}, []string{"add", "remove", "read"}},
		{"queue", []string{":enqueue", ":dequeue"}, []string{"enqueue", "dequeue"}},
		{"counter", []string{":add", ":inc", ":increment", ":dec", ":decrement", ":read"}, []string{"add", "inc", "dec", "read"}},
		{"mutex", []string{":acquire", ":release"}, []string{"acquire", "release"}},
		{"list-append", []string{":txn"}, []string{"append", "read"}},
	}
}

// knowers names the models that know an :f or a verb.
func knowers(word string) string {
	var names []string
	for _, v := range vocabularies() {
		if slices.Contains(v.fs, word) || slices.Contains(v.verbs, word) {
			names = append(names, v.model)
		}
	}
	if names == nil {
		return "no model here knows " + word
	}
	return fmt.Sprintf("--model %s knows %s", strings.Join(names, " or "), word)
}

// verb is the first word of an input.
func verb(input string) string {
	word, _, _ := strings.Cut(input, " ")
	return word
}

// checked is a check that names the models that know the call.
func checked[C any](parse func(input string) (C, error), verbs ...string) func(input string) error {
	return func(input string) error {
		_, err := parse(input)
		if err != nil && !slices.Contains(verbs, verb(input)) {
			return fmt.Errorf("%w; %s", err, knowers(verb(input)))
		}
		return err
	}
}

// Register is the words of models.Register: :read (or :r) with the value read,
// :write (:w) with the one written, and :cas with both of its values. If each has a key
// beside that they are those of KV.
func Register() Words {
	return Words{
		input: func(e *entry) (string, error) {
			verb, is := map[string]string{":read": "read", ":r": "read", ":write": "write", ":w": "write", ":cas": "cas"}[e.f]
			if !is {
				return "", fmt.Errorf("a register has no %s: :read, :write or :cas; %s", e.f, knowers(e.f))
			}
			return phrase(verb, "", e.value)
		},
		output:  func(e *entry) string { return answer(e.f, e.value) },
		check:   checked(models.ParseRegister, "read", "write", "cas"),
		reads:   func(input string) bool { return verb(input) == "read" },
		answers: answers,
		keyed:   KV,
	}
}

// KV is the words of models.KV: those of Register for each key, with :get for
// :read, :put for :write, and :append. The key is :key, or the first of the two
// that :value holds, as in Jepsen's independent histories. With :key, an empty text
// is nil, as in the key-value histories that Porcupine is tested with: there,
// nothing was ever written to a key that holds one.
func KV() Words {
	return Words{
		input: func(e *entry) (string, error) {
			verb, is := map[string]string{":read": "get", ":r": "get", ":get": "get", ":write": "put", ":w": "put",
				":put": "put", ":cas": "cas", ":append": "append"}[e.f]
			if !is {
				return "", fmt.Errorf("a key-value store has no %s: :read, :write, :cas or :append; %s", e.f, knowers(e.f))
			}
			key, v, err := e.keyed()
			if err != nil {
				return "", err
			}
			return phrase(verb, " "+word(key), v)
		},
		output: func(e *entry) string {
			_, v, _ := e.keyed()
			return answer(e.f, v)
		},
		check:   checked(models.ParseKV, "get", "put", "append", "cas"),
		reads:   func(input string) bool { return verb(input) == "get" },
		answers: answers,
		withKey: func(input, key string) (string, error) {
			first, rest, _ := strings.Cut(input, " ")
			if other, is := map[string]string{"read": "get", "write": "put"}[first]; is {
				first = other
			}
			return strings.TrimSuffix(first+" "+key+" "+rest, " "), nil
		},
	}
}

// answers fails on an output that no call of a register or a key-value store has.
func answers(input, output string) error {
	switch v := verb(input); v {
	case "read", "get":
		if words, err := models.Split(output); err != nil || len(words) != 1 {
			return fmt.Errorf("the output %q of a %s is not one word; a text with spaces stands in quotation marks", output, v)
		}
	case "cas":
		if output != models.Done && output != models.No {
			return fmt.Errorf("the output %q of a cas is neither ok nor fail", output)
		}
	default:
		if output != models.Done {
			return fmt.Errorf("the output %q of a %s is not ok", output, v)
		}
	}
	return nil
}

// Texts is the words of a model whose inputs and outputs are texts, as package
// export writes them: a call is its :f and then its :value, or, if :f is :call,
// its :value alone; an answer is its :value.
func Texts() Words {
	return Words{
		instead: true,
		input: func(e *entry) (string, error) {
			if e.value.kind != text && !e.value.isNil() {
				return "", fmt.Errorf("the :value of a call is %s, no text", e.value)
			}
			switch {
			case e.f == ":call":
				return e.value.text, nil
			case e.value.isNil():
				return e.f[1:], nil
			}
			return e.f[1:] + " " + e.value.text, nil
		},
		output: func(e *entry) string {
			if e.value.isNil() {
				return ""
			}
			return e.value.text
		},
		check: func(string) error { return nil },
	}
}

// isNilRead says whether an :ok is a read that was answered nil.
func (w Words) isNilRead(op *history.Op, end *entry) bool {
	if w.reads == nil || !w.reads(op.Input) {
		return false
	}
	v := end.value
	if w.keyed == nil && !end.hasKey && v.isPair() {
		v = v.items[1]
	}
	return v.isNil()
}

// keyed splits a value into a key and the rest.
func (e *entry) keyed() (key, rest value, err error) {
	switch {
	case e.hasKey && e.value.kind == text && e.value.text == "":
		return e.key, value{kind: atom, text: models.None}, nil
	case e.hasKey:
		return e.key, e.value, nil
	case e.value.kind == list && len(e.value.items) == 2:
		return e.value.items[0], e.value.items[1], nil
	}
	return key, rest, fmt.Errorf("the :value %s is no key with a value", e.value)
}

// phrase is a call in words.
func phrase(verb, key string, v value) (string, error) {
	switch {
	case verb == "read" || verb == "get":
		return verb + key, nil
	case verb != "cas":
		return verb + key + " " + word(v), nil
	case v.kind != list || len(v.items) != 2:
		return "", fmt.Errorf("the :value of a :cas is %s, not two values", v)
	}
	return verb + key + " " + word(v.items[0]) + " " + word(v.items[1]), nil
}

// answer is what an :ok says.
func answer(f string, v value) string {
	switch f {
	case ":read", ":r", ":get":
		return word(v)
	}
	return models.Done
}

// word is a value as one word. Texts keep their quotation marks, so that "3" is
// not 3; what holds several values gets some.
func word(v value) string {
	switch {
	case v.tag != "":
		return models.Quote(v.String())
	case v.kind == atom || v.kind == keyword:
		return v.text
	case v.kind == text:
		return models.Quote(v.text)
	}
	return models.Quote(v.String())
}

// sameValue fails if an :ok says that another value was given than the call did, or that
// another step was made: which of the two took effect is not known then.
func sameValue(call, end *entry) error {
	if end.kind != ":ok" || end.value.isNil() || slices.Contains([]string{":read", ":r", ":get", ":dequeue"}, end.f) {
		return nil
	}
	given, done := call.value.String(), end.value.String()
	switch {
	case end.f == ":txn":
		given, done = stepOf(call.value), stepOf(end.value)
	case call.value.isPair() && end.value.isPair(): // printed as a tuple or not
		given = call.value.items[0].String() + " " + call.value.items[1].String()
		done = end.value.items[0].String() + " " + end.value.items[1].String()
	}
	if given != done {
		return fmt.Errorf("its :value is %.40s, and that of the call was %.40s", end.value, call.value)
	}
	return nil
}

// stepOf is what a transaction of one step does, without the value that it gives or finds;
// of other values it is "".
func stepOf(v value) string {
	if len(v.items) != 1 || len(v.items[0].items) < 2 {
		return ""
	}
	step := v.items[0].items
	return step[0].String() + " " + step[1].String()
}

// same fails if a completion is of another call than the invocation.
func (w Words) same(call, end *entry) error {
	if call.f != end.f {
		return fmt.Errorf("process %s was in %s, not in %s", end.process, call.f, end.f)
	}
	if call.hasKey && end.hasKey && call.key.String() != end.key.String() {
		return errors.New("the call was about another key")
	}
	if err := sameValue(call, end); err != nil && !w.instead {
		return err
	}
	if w.withKey == nil || call.hasKey || end.kind != ":ok" {
		return nil
	}
	switch isRead := slices.Contains([]string{":read", ":r", ":get"}, end.f); {
	case end.value.isPair() && call.value.isPair() && end.value.items[0].String() != call.value.items[0].String():
		return fmt.Errorf("the call was about another key, %.40s", call.value.items[0])
	case isRead && !end.hasKey && !end.value.isPair() && !end.value.isNil():
		return fmt.Errorf("the :value %.40s is no key with a value, as the call's was", end.value)
	}
	return nil
}

// WordOf is a value in EDN as it stands in the inputs and outputs of a register or a
// key-value store, such as 3 or "a text". It fails if it is not one value.
func WordOf(text string) (string, error) {
	r := edn{text, 1}
	v, err := r.need(0)
	if err == nil {
		if r.space(); r.text != "" {
			err = wrong(1, "%.40q follows the value", r.text)
		}
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		return "", errors.New(e.Text)
	}
	return word(v), err
}
