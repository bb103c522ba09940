package foreign

import (
	"errors"
	"fmt"

	"raftian/linearizability/models"
)

// Words is how the :f and :value of a Jepsen history become inputs and outputs of
// a model, and which inputs it has.
type Words struct {
	input  func(e *entry) (string, error)
	output func(e *entry) string // of an :ok
	check  func(input string) error
}

// Register is the words of models.Register: :read (or :r) with the value read,
// :write (:w) with the one written, and :cas with both of its values.
func Register() Words {
	return Words{
		input: func(e *entry) (string, error) {
			verb, is := map[string]string{":read": "read", ":r": "read", ":write": "write", ":w": "write", ":cas": "cas"}[e.f]
			if !is {
				return "", fmt.Errorf("a register has no %s: :read, :write or :cas", e.f)
			}
			return phrase(verb, "", e.value)
		},
		output: func(e *entry) string { return answer(e.f, e.value) },
		check: func(input string) error {
			_, err := models.ParseRegister(input)
			return err
		},
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
				return "", fmt.Errorf("a key-value store has no %s: :read, :write, :cas or :append", e.f)
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
		check: func(input string) error {
			_, err := models.ParseKV(input)
			return err
		},
	}
}

// Texts is the words of a model whose inputs and outputs are texts, as package
// export writes them: a call is its :f and then its :value, or, if :f is :call,
// its :value alone; an answer is its :value.
func Texts() Words {
	return Words{
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
	if v.kind == atom || v.kind == keyword {
		return v.text
	}
	if v.kind == text {
		return models.Quote(v.text)
	}
	return models.Quote(v.String())
}

// same fails if a completion is of another call than the invocation.
func (w Words) same(call, end *entry) error {
	if call.f != end.f {
		return fmt.Errorf("process %s was in %s, not in %s", end.process, call.f, end.f)
	}
	if call.hasKey && end.hasKey && call.key.String() != end.key.String() {
		return errors.New("the call was about another key")
	}
	return nil
}
