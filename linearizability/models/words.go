package models

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Quote is a text as one word.
func Quote(text string) string { return strconv.Quote(text) }

func unquote(word string) string {
	if text, err := strconv.Unquote(word); err == nil {
		return text
	}
	return word
}

// Split splits a text into words, which single spaces separate. A word that
// begins with a quotation mark goes on to the next one, and may hold spaces, and
// whatever else a Go string may. Words are returned as they stand.
func Split(text string) ([]string, error) {
	var words []string
	for text != "" {
		word, rest, _ := strings.Cut(text, " ")
		if strings.HasPrefix(text, `"`) {
			quoted, err := strconv.QuotedPrefix(text)
			if err != nil {
				return nil, errors.New("a quotation mark has no other")
			}
			word, rest = quoted, text[len(quoted):]
			if rest != "" && rest[0] != ' ' {
				return nil, fmt.Errorf("%s is followed by %q without a space", word, rest)
			}
			rest = strings.TrimPrefix(rest, " ")
		}
		if word == "" {
			return nil, errors.New("two spaces in a row")
		}
		words, text = append(words, word), rest
	}
	return words, nil
}

var errNone = errors.New("nil is no value: it says that there is none")

// IsWord says whether a text is one word.
func IsWord(text string) bool {
	words, err := Split(text)
	return err == nil && len(words) == 1
}

// IsSet says whether a text is what a read of a Set may be said to answer.
func IsSet(text string) bool {
	_, is := setWords(text)
	return is
}

// IsList says whether a text is what a read of a ListAppend may be said to answer.
func IsList(text string) bool {
	_, is := within(text, "[", "]")
	return is || text == None
}

// form is a verb and how many values it takes.
type form struct {
	verb   string
	values int
}

// parse makes a Call of words, the second of which is a key if calls have one.
func parse(words []string, keyed bool, forms map[string]form) (Call, error) {
	if len(words) == 0 {
		return Call{}, errors.New("no call")
	}
	f, known := forms[words[0]]
	if !known {
		return Call{}, fmt.Errorf("%q is no call of this model", words[0])
	}
	c, values := Call{Verb: f.verb}, words[1:]
	if keyed && len(values) > 0 {
		c.Key, values = values[0], values[1:]
	}
	if keyed && c.Key == "" || len(values) != f.values {
		return Call{}, fmt.Errorf("%q is followed by %d words", words[0], len(words)-1)
	}
	if len(values) > 0 {
		c.A = values[0]
	}
	if len(values) > 1 {
		c.B = values[1]
	}
	return c, nil
}

// rememberedMost is how many inputs are remembered at most, so that a History of inputs
// that are all different takes no more memory than itself.
const rememberedMost = 1 << 16

// remembering parses each input once: searches ask for the same ones again and again. It
// may be called by several goroutines at a time.
func remembering(parse func(input string) (Call, error)) func(input string) (Call, error) {
	type parsed struct {
		call Call
		err  error
	}
	var (
		known sync.Map // of parsed, by input
		count atomic.Int64
	)
	return func(input string) (Call, error) {
		if p, is := known.Load(input); is {
			return p.(parsed).call, p.(parsed).err
		}
		c, err := parse(input)
		if count.Add(1) <= rememberedMost {
			known.Store(input, parsed{c, err})
		}
		return c, err
	}
}
