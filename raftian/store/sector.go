package store

import (
	"encoding/binary"
	"hash/crc32"
)

// A batch is written as sectors, so that it can be verified sector by sector after a power
// loss. Each is, in little-endian order:
//
//	 0  checksum   CRC-32C of the rest of the sector
//	 4  magic      also the version of this format
//	 8  seq        the batch's number in its journal; rises by one
//	16  part       which sector of the batch this is
//	20  length     of the batch's payload, in bytes
//	24  payload    padded with zeros in the last sector
const (
	sectorSize    = 512
	headerSize    = 24
	sectorPayload = sectorSize - headerSize
	sectorMagic   = 0x314a4152 // "RAJ1"
)

// lengthMax limits a batch's payload, in bytes.
const lengthMax = 1 << 28

// sector is the header of a sector.
type sector struct {
	seq    uint64
	part   uint32
	length uint32
}

// sectorsFor returns the number of sectors of a payload of length bytes. An empty
// payload has one, so that the batch exists.
func sectorsFor(length int) int { return max(1, (length+sectorPayload-1)/sectorPayload) }

// appendBatch appends the sectors of a batch to dst.
func appendBatch(dst []byte, seq uint64, payload []byte) []byte {
	for part := range sectorsFor(len(payload)) {
		start := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		dst = binary.LittleEndian.AppendUint32(dst, sectorMagic)
		dst = binary.LittleEndian.AppendUint64(dst, seq)
		dst = binary.LittleEndian.AppendUint32(dst, uint32(part))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(payload)))
		piece := payload[part*sectorPayload : min((part+1)*sectorPayload, len(payload))]
		dst = append(dst, piece...)
		dst = append(dst, make([]byte, sectorPayload-len(piece))...)
		binary.LittleEndian.PutUint32(dst[start:], checksum(dst[start+4:]))
	}
	return dst
}

// parseSector verifies a sector and returns its header.
func parseSector(raw []byte) (sector, bool) {
	if binary.LittleEndian.Uint32(raw) != checksum(raw[4:sectorSize]) ||
		binary.LittleEndian.Uint32(raw[4:]) != sectorMagic {
		return sector{}, false
	}
	return sector{
		seq:    binary.LittleEndian.Uint64(raw[8:]),
		part:   binary.LittleEndian.Uint32(raw[16:]),
		length: binary.LittleEndian.Uint32(raw[20:]),
	}, true
}

// joinSectors appends the payloads of consecutive sectors of one batch to dst. The
// first sector must be want, the others its successors. If one is not, bad is its
// offset in bytes; else bad is -1. dst may alias the beginning of sectors.
func joinSectors(dst, sectors []byte, want sector) (payload []byte, bad int) {
	for at := 0; at < len(sectors); at += sectorSize {
		raw := sectors[at : at+sectorSize]
		if got, whole := parseSector(raw); !whole || got != want {
			return nil, at
		}
		dst = append(dst, raw[headerSize:]...)
		want.part++
	}
	return dst, -1
}

// checksum is CRC-32C (Castagnoli), which finds every error of up to 5 bits in
// a sector (Koopman, "32-Bit Cyclic Redundancy Codes for Internet
// Applications", DSN 2002).
func checksum(data []byte) uint32 {
	return crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
}
