package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// A .run file is JSON Lines compressed with zstd (RFC 8878); any zstd tool
// prints it. Its lines are
//
//	{"raftian_run":1,"seed":…,"plan":"…"}   the header, once
//	{"e":{…}}                               events, in order, in their JSON form
//	{"ops":…}                               sections: any tag, any JSON value
//	{"end":{"digest":"…","events":…}}       the trailer, once
//
// The compressed stream is a row of frames, each with a checksum, a content size
// and at most frameBytes of whole lines (only a longer line goes over several).
// A frame is one zstd block, so a reader has checked all of a frame before it
// sees any of it; and what a killed writer leaves is readable up to the last
// frame that is whole. The last thing in the file is endMark, a frame that zstd
// skips: a file that has it was not cut off, whatever else befell it.

const (
	// format is the version of the .run file.
	format = 1
	// frameBytes is the most a frame holds, far below the largest zstd block of
	// 128 KiB: the less, the less a cut loses, and the worse it compresses.
	frameBytes = 32 << 10
	// lineBytesMax is the longest line that is written or read, above what the
	// largest Plan takes.
	lineBytesMax = 64 << 20
	// endMark is a skippable frame of 8 bytes (RFC 8878, section 3.1.2).
	endMark = "\x50\x2a\x4d\x18\x08\x00\x00\x00raft.end"
)

// The tags of lines that are not sections. An event's is short: there are many.
const (
	tagHeader = "raftian_run"
	tagEvent  = "e"
	tagEnd    = "end"
)

// Header says what a run was made from.
type Header struct {
	Seed    uint64 `json:"seed"`
	Guest   string `json:"guest"`
	World   string `json:"world,omitempty"`     // the package of the program that ran
	Raft    string `json:"raft,omitempty"`      // the version of hashicorp/raft, such as "v1.8.0"
	Like    string `json:"raft_like,omitempty"` // the release that hashicorp/raft is or was made from
	Mends   string `json:"mends,omitempty"`     // of findings in hashicorp/raft, with which it was built; separated by commas
	Program string `json:"program,omitempty"`   // digest of the program that ran
	Go      string `json:"go,omitempty"`        // the version of Go it was built with
	Arch    string `json:"arch,omitempty"`      // the architecture it was built for
	Bug     string `json:"bug,omitempty"`       // the planted bug it was built with
	Plan    string `json:"plan"`                // the text form of the Plan
	Live    bool   `json:"live,omitempty"`      // a session of real nodes in real time, which nothing can make again
}

// Trailer says what a whole run adds up to.
type Trailer struct {
	Digest string `json:"digest"` // over the events: 64 hexadecimal digits
	Events uint64 `json:"events"` // how many there are
}

// CutError is the error at the end of a run file that stops before its trailer.
// It is an ErrCut.
type CutError struct {
	Events uint64 // how many events could be read
}

func (e *CutError) Error() string {
	if e.Events == 0 {
		return "the run is cut off before its first event"
	}
	return fmt.Sprintf("the run is cut off after event %d", e.Events)
}

// Unwrap returns ErrCut.
func (e *CutError) Unwrap() error { return ErrCut }

// marshal is json.Marshal that leaves <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
