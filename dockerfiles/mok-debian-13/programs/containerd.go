// containerd and its client as one program; apart from its shim, of which every pod has a
// process. Main is what each of their commands calls main: compile.sh sees to that.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	containerd "github.com/containerd/containerd/v2/cmd/containerd"
	ctr "github.com/containerd/containerd/v2/cmd/ctr"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "containerd":
		containerd.Main()
	case "ctr":
		ctr.Main()
	default:
		fmt.Fprintf(os.Stderr, "no program of containerd is called %q\n", name)
		os.Exit(1)
	}
}
