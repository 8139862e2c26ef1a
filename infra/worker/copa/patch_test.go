package copa

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestThePatchFitsThePinnedCopa applies the patch as the build does, to the pinned source.
func TestThePatchFitsThePinnedCopa(t *testing.T) {
	if _, err := exec.LookPath("patch"); err != nil {
		t.Skip("patch(1) is not installed")
	}
	module := []string{"list", "-m", "-f", "{{.Dir}}", "github.com/project-copacetic/copacetic"}
	listed, err := exec.Command("go", module...).Output()
	must(t, err)
	dir := t.TempDir()
	for _, file := range []string{"dpkg.go", "scripts/apt_get_download.sh"} {
		path := filepath.Join("pkg/pkgmgr", file)
		source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(listed)), path))
		must(t, err)
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, path), source, 0o644))
	}
	patch, err := filepath.Abs("distroless.patch")
	must(t, err)

	output, err := exec.Command("patch", "--strip=1", "--fuzz=0", "--batch", "--directory="+dir, "--input="+patch).CombinedOutput()

	if err != nil || strings.Contains(string(output), "offset") {
		t.Fatalf("%v: %s", err, output)
	}
	script, err := os.ReadFile(filepath.Join(dir, "pkg/pkgmgr/scripts/apt_get_download.sh"))
	must(t, err)
	// Copa formats the script with the names of the packages.
	if strings.Count(string(script), "%") != 1 {
		t.Errorf("the script has another placeholder than the one for names:\n%s", script)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
