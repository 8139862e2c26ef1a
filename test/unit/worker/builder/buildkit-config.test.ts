import { describe, expect, it } from 'vitest';
import { PatchJobFile } from '../../../../lib/job/job-file.ts';
import { buildkitConfig } from '../../../../worker/builder/buildkit-config.ts';
import { patchJobFile } from '../support/jobs.ts';

function job(host: string, mirrors: readonly { upstream: string; mirror: string }[]) {
  return PatchJobFile.parse({ ...patchJobFile(host), toolingMirrors: mirrors });
}

function registrySections(config: string): string {
  const start = config.indexOf('[registry.');
  return start === -1 ? '' : config.slice(start);
}

describe('buildkitConfig', () => {
  it('maps each upstream to its mirrors', () => {
    const config = buildkitConfig(
      job('reg.test', [
        { upstream: 'docker.io', mirror: 'reg.test/mirror/docker' },
        { upstream: 'ghcr.io', mirror: 'reg.test/mirror/ghcr' },
        { upstream: 'docker.io', mirror: 'reg.test/other' },
      ]),
      { traceSocket: '/t/otel.sock' },
    );

    expect(registrySections(config)).toBe(
      [
        '[registry."docker.io"]',
        '  mirrors = ["reg.test/mirror/docker", "reg.test/other"]',
        '[registry."ghcr.io"]',
        '  mirrors = ["reg.test/mirror/ghcr"]',
        '',
      ].join('\n'),
    );
  });

  it('sets the extra certificate authority of the registry, and requires TLS for a loopback host', () => {
    const options = { traceSocket: '/t/otel.sock', extraCaFile: '/t/ca.pem' };

    const remote = buildkitConfig(job('reg.test', []), options);
    const local = buildkitConfig(job('localhost:5000', []), options);

    expect(registrySections(remote)).toBe('[registry."reg.test"]\n  ca = ["/t/ca.pem"]\n');
    expect(registrySections(local)).toBe(
      '[registry."localhost:5000"]\n  http = false\n  ca = ["/t/ca.pem"]\n',
    );
  });

  it('escapes a hostile name, so that it cannot add a setting', () => {
    const hostile = 'x"]\n[worker.oci]\nbinary = "/evil"\u007f';

    const config = buildkitConfig(job('reg.test', [{ upstream: hostile, mirror: hostile }]), {
      traceSocket: '/t/otel.sock',
    });

    expect(config.match(/^\[worker\.oci\]$/gm)).toHaveLength(1);
    expect(config).not.toMatch(/^\s*binary/m);
    expect(config).not.toContain('\u007f');
  });
});
