// etcd and its client as one program. The project's module of tests is the one that
// requires both.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/etcdctl/v3/ctlv3"
	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "etcd":
		etcdmain.Main(os.Args)
	case "etcdctl":
		ctlv3.MustStart()
	default:
		fmt.Fprintf(os.Stderr, "no program of etcd is called %q\n", name)
		os.Exit(1)
	}
}
