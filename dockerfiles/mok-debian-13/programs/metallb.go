// MetalLB's two programs as one, which is half of them: most of their code is Kubernetes'
// client. Main is what each of their commands calls main: compile.sh sees to that.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	controller "go.universe.tf/metallb/controller"
	speaker "go.universe.tf/metallb/speaker"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "metallb-controller":
		controller.Main()
	case "metallb-speaker":
		speaker.Main()
	default:
		fmt.Fprintf(os.Stderr, "no program of MetalLB is called %q\n", name)
		os.Exit(1)
	}
}
