// The network plugins as one program, which is a quarter of the five. Main is what each of
// their commands calls main: compile.sh sees to that.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	hostlocal "github.com/containernetworking/plugins/plugins/ipam/host-local"
	bridge "github.com/containernetworking/plugins/plugins/main/bridge"
	loopback "github.com/containernetworking/plugins/plugins/main/loopback"
	ptp "github.com/containernetworking/plugins/plugins/main/ptp"
	portmap "github.com/containernetworking/plugins/plugins/meta/portmap"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "bridge":
		bridge.Main()
	case "host-local":
		hostlocal.Main()
	case "loopback":
		loopback.Main()
	case "portmap":
		portmap.Main()
	case "ptp":
		ptp.Main()
	default:
		fmt.Fprintf(os.Stderr, "no network plugin is called %q\n", name)
		os.Exit(1)
	}
}
