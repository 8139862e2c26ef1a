// Package recipes runs the recipes of docs/deployers.md with the libraries of Flux.
package recipes

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
)

func readPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/deployers.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func quotedIn(text string) []string {
	var all []string
	for _, found := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}

// pick returns the highest version in the range, as Flux does.
func pick(t *testing.T, tags []string, text string) string {
	t.Helper()
	limits, err := semver.NewConstraint(text)
	if err != nil {
		t.Fatal(err)
	}
	var best *semver.Version
	for _, tag := range tags {
		version, err := semver.NewVersion(tag)
		if err != nil {
			t.Fatal(err)
		}
		if limits.Check(version) && (best == nil || version.GreaterThan(best)) {
			best = version
		}
	}
	if best == nil {
		return ""
	}
	return best.Original()
}

func TestMastermindsPicksWhatThePageSays(t *testing.T) {
	page := readPage(t)
	_, after, _ := strings.Cut(page, "were given these tags:")
	list, _, _ := strings.Cut(after, "\n\n")
	tags := quotedIn(list)
	if len(tags) != 5 {
		t.Fatalf("the page lists %v", tags)
	}
	row := regexp.MustCompile("(?m)^\\| (`[^|]*[>~x][^|]*`) \\| `[^`]+` \\| `([^`]+)` \\|$")
	checked := 0
	for _, found := range row.FindAllStringSubmatch(page, -1) {
		for _, text := range quotedIn(found[1]) {
			checked++
			if got := pick(t, tags, text); got != found[2] {
				t.Errorf("of %s it picks %s, and the page says %s", text, got, found[2])
			}
		}
	}
	if checked < 6 {
		t.Errorf("only %d ranges were found on the page", checked)
	}
}

func TestFluxPatternPicksTheLastNumber(t *testing.T) {
	found := regexp.MustCompile(`(?m)^    pattern: '(.+)'$`).FindStringSubmatch(readPage(t))
	if found == nil {
		t.Fatal("the page has no pattern")
	}
	pattern := regexp.MustCompile(found[1])
	tags := []string{
		"1.2.3", "1.2.3-1", "1.2.3-2", "1.2.3-10", "1.2.3-patched", "1.2.3-20240530", "11.2.3-99", "1.2.4-50",
	}
	best, tag := 0, ""
	for _, one := range tags {
		match := pattern.FindStringSubmatchIndex(one)
		if match == nil {
			continue
		}
		number, err := strconv.Atoi(string(pattern.ExpandString(nil, "$n", one, match)))
		if err != nil {
			t.Fatal(err)
		}
		if number > best {
			best, tag = number, one
		}
	}
	if tag != "1.2.3-10" {
		t.Errorf("it picks %q", tag)
	}
}
