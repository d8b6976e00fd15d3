// Checks an exported log with Go's own sumdb packages: the note, every record hash, inclusion and
// consistency proofs. It shares no line with the program that wrote the log.
//
//	verify DIR log.vkey
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		fail("%v", err)
	}
	return data
}

// Stored hashes in the order that tlog gives them.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, 0, len(indexes))
	for _, at := range indexes {
		if at >= int64(len(h)) {
			return nil, fmt.Errorf("no hash %d", at)
		}
		out = append(out, h[at])
	}
	return out, nil
}

func bundle(number, size int64) string {
	name := fmt.Sprintf("%03d", number%1000)
	for rest := number / 1000; rest > 0; rest /= 1000 {
		name = fmt.Sprintf("x%03d/%s", rest%1000, name)
	}
	if left := size - number*width; left < width {
		name += fmt.Sprintf(".p/%d", left)
	}
	return filepath.Join("tile", "entries", name)
}

type state struct {
	size int64
	root tlog.Hash
}

func opened(text []byte, log note.Verifier) state {
	signed, err := note.Open(text, note.VerifierList(log))
	if err != nil {
		fail("a note does not verify: %v", err)
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != log.Name() {
		fail("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		fail("size: %v", err)
	}
	raw, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(raw) != tlog.HashSize {
		fail("root: %v", err)
	}
	var root tlog.Hash
	copy(root[:], raw)
	return state{size, root}
}

func main() {
	if len(os.Args) != 3 {
		fail("usage: verify DIR log.vkey")
	}
	dir := os.Args[1]
	log, err := note.NewVerifier(strings.TrimSpace(string(read(os.Args[2]))))
	if err != nil {
		fail("%v", err)
	}
	head := opened(read(filepath.Join(dir, "checkpoint")), log)

	var stored hashes
	records := int64(0)
	for records < head.size {
		data := read(filepath.Join(dir, bundle(records/width, head.size)))
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			entry := data[2 : 2+length]
			data = data[2+length:]
			more, err := tlog.StoredHashes(records, entry, stored)
			if err != nil {
				fail("%v", err)
			}
			stored = append(stored, more...)
			records++
		}
	}
	root, err := tlog.TreeHash(head.size, stored)
	if err != nil || root != head.root {
		fail("the leaves do not give the root: %v", err)
	}
	for _, at := range []int64{0, head.size / 2, head.size - 1} {
		proof, err := tlog.ProveRecord(head.size, at, stored)
		if err != nil {
			fail("%v", err)
		}
		leaf, _ := stored.ReadHashes([]int64{tlog.StoredHashIndex(0, at)})
		if err := tlog.CheckRecord(proof, head.size, head.root, at, leaf[0]); err != nil {
			fail("record %d: %v", at, err)
		}
	}
	var notes []string
	if err := json.Unmarshal(read(filepath.Join(dir, "checkpoints.json")), &notes); err != nil {
		fail("%v", err)
	}
	for _, text := range notes {
		old := opened([]byte(text), log)
		proof, err := tlog.ProveTree(head.size, old.size, stored)
		if err != nil {
			fail("%v", err)
		}
		if err := tlog.CheckTree(proof, head.size, head.root, old.size, old.root); err != nil {
			fail("checkpoint of %d: %v", old.size, err)
		}
	}
	fmt.Printf("go: %d leaves, %d checkpoints\n", head.size, len(notes))
}
