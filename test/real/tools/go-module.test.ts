import { describe, expect, it } from 'vitest';
import { compareGoVersions, parseGoModule } from './go-module.ts';

describe('a go.mod', () => {
  const text = `module patchwright/worker/trivy

go 1.26.3

require (
	cel.dev/expr v0.25.2 // indirect
	github.com/aquasecurity/trivy v0.74.0 // indirect
	github.com/aquasecurity/trivy-db v0.0.0-20260813095258-0e0340a01b57 // indirect
)

require go.etcd.io/bbolt v1.4.3

tool github.com/aquasecurity/trivy/cmd/trivy
`;

  it('names the lowest Go release', () => {
    expect(parseGoModule(text).goVersion).toBe('1.26.3');
  });

  it('gives the version of each required module, even if names are similar', () => {
    const { requirements } = parseGoModule(text);

    expect(requirements.get('github.com/aquasecurity/trivy')).toBe('v0.74.0');
    expect(requirements.get('github.com/aquasecurity/trivy-db')).toBe(
      'v0.0.0-20260813095258-0e0340a01b57',
    );
    expect(requirements.get('go.etcd.io/bbolt')).toBe('v1.4.3');
    expect(requirements.size).toBe(4);
  });

  it('is refused without a Go version', () => {
    expect(() => parseGoModule('module x\n')).toThrow('no line that names the Go version');
  });

  it.each([
    ['1.26.3', '1.26.8'],
    ['1.9', '1.26'],
    ['1.26', '1.26.1'],
  ])('counts Go %s as older than %s', (older, newer) => {
    expect(compareGoVersions(older, newer)).toBeLessThan(0);
    expect(compareGoVersions(newer, older)).toBeGreaterThan(0);
  });
});
