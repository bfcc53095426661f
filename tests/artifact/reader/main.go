// What Flux reads of a manifest, with the function that Flux reads it with.
//
// On standard input: manifests, each after its length in four bytes, the highest first. On standard output: a
// line of JSON for each, null where Flux has an error.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for {
		var length uint32
		err := binary.Read(in, binary.BigEndian, &length)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		content := make([]byte, length)
		if _, err := io.ReadFull(in, content); err != nil {
			log.Fatal(err)
		}
		manifest, err := v1.ParseManifest(bytes.NewReader(content))
		if err != nil {
			manifest = nil
		}
		if err := lines.Encode(manifest); err != nil {
			log.Fatal(err)
		}
		if err := out.Flush(); err != nil {
			log.Fatal(err)
		}
	}
}
