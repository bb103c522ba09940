package store

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// A snapshot is one file, so that one fsync and one rename make it: the state as
// the FSM wrote it; its raft.SnapshotMeta as JSON; and a trailer, little-endian:
//
//	 0  state size      in bytes
//	 8  state checksum  CRC-32C
//	12  meta size       in bytes
//	16  magic           also the version of this format
//	20  checksum        CRC-32C of meta and of the trailer up to here
const (
	trailerSize   = 24
	snapshotMagic = 0x31534152 // "RAS1"
)

// chunkSize is how much of a state is read or written at a time, in bytes.
const chunkSize = 64 << 10

// appendTrailer appends what follows the state in a snapshot's file.
func appendTrailer(dst []byte, meta *raft.SnapshotMeta, stateSum uint32) ([]byte, error) {
	start := len(dst)
	metaJSON, err := json.Marshal(meta)
	if err != nil {
		return nil, err
	}
	dst = append(dst, metaJSON...)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(meta.Size))
	dst = binary.LittleEndian.AppendUint32(dst, stateSum)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(metaJSON)))
	dst = binary.LittleEndian.AppendUint32(dst, snapshotMagic)
	return binary.LittleEndian.AppendUint32(dst, checksum(dst[start:])), nil
}

// readTrailer reads and verifies what follows the state.
func readTrailer(file env.File) (meta raft.SnapshotMeta, stateSum uint32, err error) {
	size, err := file.Size()
	if err != nil {
		return meta, 0, err
	}
	corrupt := func(offset int64, what string) error {
		return &CorruptError{File: file.Name(), Offset: offset, What: what}
	}
	if size < trailerSize {
		return meta, 0, corrupt(size, "the file is cut short")
	}
	trailer := make([]byte, trailerSize)
	if err := readFull(file, trailer, size-trailerSize); err != nil {
		return meta, 0, err
	}
	stateSize := int64(binary.LittleEndian.Uint64(trailer))
	metaSize := int64(binary.LittleEndian.Uint32(trailer[12:]))
	if binary.LittleEndian.Uint32(trailer[16:]) != snapshotMagic || stateSize < 0 ||
		stateSize != size-trailerSize-metaSize {
		return meta, 0, corrupt(size-trailerSize, "the trailer does not verify")
	}
	all := make([]byte, metaSize+trailerSize)
	if err := readFull(file, all, stateSize); err != nil {
		return meta, 0, err
	}
	// The trailer was read again with the metadata, so only verified bytes are used.
	trailer = all[metaSize:]
	if binary.LittleEndian.Uint32(trailer[20:]) != checksum(all[:metaSize+20]) {
		return meta, 0, corrupt(stateSize, "meta and trailer do not verify")
	}
	if err := json.Unmarshal(all[:metaSize], &meta); err != nil || meta.Size != stateSize {
		return meta, 0, corrupt(stateSize, "the meta data is "+errFormat.Error())
	}
	return meta, binary.LittleEndian.Uint32(trailer[8:]), nil
}

func readFull(file env.File, p []byte, offset int64) error {
	if n, err := file.ReadAt(p, offset); n < len(p) {
		return fmt.Errorf("read %s: %w", file.Name(), err)
	}
	return nil
}

// openState verifies a whole snapshot file and returns a reader of its state. It closes
// the file on an error.
func openState(file env.File) (*raft.SnapshotMeta, *stateReader, error) {
	meta, want, err := readTrailer(file)
	if err == nil {
		err = (&stateReader{File: file, size: meta.Size, want: want}).drain()
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return &meta, &stateReader{File: file, size: meta.Size, want: want}, nil
}

// stateReader reads a snapshot's state and verifies it on the way: it returns the last
// bytes only if the checksum of all matches.
type stateReader struct {
	env.File
	offset int64
	size   int64
	sum    uint32 // checksum of what was read
	want   uint32
}

func (r *stateReader) Read(p []byte) (int, error) {
	p = p[:min(int64(len(p)), r.size-r.offset)]
	if n, err := r.ReadAt(p, r.offset); n < len(p) {
		if errors.Is(err, io.EOF) {
			err = &CorruptError{File: r.Name(), Offset: r.offset + int64(n), What: "the file is cut short"}
		}
		return 0, err
	}
	r.sum = crc32.Update(r.sum, crc32.MakeTable(crc32.Castagnoli), p)
	r.offset += int64(len(p))
	switch {
	case r.offset == r.size && r.sum != r.want:
		return 0, &CorruptError{File: r.Name(), What: "the state does not verify"}
	case r.offset == r.size && len(p) == 0:
		return 0, io.EOF
	}
	return len(p), nil
}

// drain reads to the end.
func (r *stateReader) drain() error {
	chunk := make([]byte, min(chunkSize, r.size))
	for {
		if _, err := r.Read(chunk); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// snapshotReader is the reader for the FSM: buffered, with damage reported.
type snapshotReader struct {
	*bufio.Reader
	io.Closer
}

func newSnapshotReader(state *stateReader, v *volume) *snapshotReader {
	return &snapshotReader{bufio.NewReaderSize(&reportingReader{state, v}, chunkSize), state}
}

type reportingReader struct {
	state  *stateReader
	volume *volume
}

func (r *reportingReader) Read(p []byte) (int, error) {
	n, err := r.state.Read(p)
	return n, r.volume.reportDamage(err)
}
