package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"patchwright/worker/builder/internal/testtree"
)

// TestThePatchFitsThePinnedBuildKit applies the patch as the build does, to the pinned source.
func TestThePatchFitsThePinnedBuildKit(t *testing.T) {
	if _, err := exec.LookPath("patch"); err != nil {
		t.Skip("patch(1) is not installed")
	}
	listed, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/moby/buildkit").Output()
	testtree.Must(t, err)
	const file = "snapshot/localmounter_linux.go"
	before, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(listed)), file))
	testtree.Must(t, err)
	dir := t.TempDir()
	testtree.Write(t, filepath.Join(dir, file), string(before))
	patch, err := filepath.Abs("localmounter.patch")
	testtree.Must(t, err)

	output, err := exec.Command("patch", "--strip=1", "--fuzz=0", "--batch", "--directory="+dir, "--input="+patch).CombinedOutput()

	if err != nil || strings.Contains(string(output), "offset") {
		t.Fatalf("%v: %s", err, output)
	}
	after, err := os.ReadFile(filepath.Join(dir, file))
	testtree.Must(t, err)
	want := strings.Replace(string(before), "\t\"slices\"\n", "", 1)
	want = strings.Replace(want, `slices.Contains(lm.mounts[0].Options, "ro")`, "false", 1)
	if string(after) != want {
		t.Errorf("the patch changes more than one line and its import:\n%s", after)
	}
}
