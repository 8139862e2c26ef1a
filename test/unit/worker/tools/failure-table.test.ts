import { describe, expect, it } from 'vitest';
import {
  classifyFailure,
  PATCH_FAILURES,
  SCAN_FAILURES,
} from '../../../../worker/tools/failure-table.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('classifyFailure', () => {
  it.each([
    ['timeout', 'scan error: context deadline exceeded'],
    [
      'database-unavailable',
      'run error: init error: DB error: failed to download vulnerability DB: OCI artifact error',
    ],
    ['image-too-large', 'compressed image size 3GB exceeds maximum allowed size 1GB'],
    ['image-too-large', 'write /tmp/x: no space left on device'],
    [
      'unauthorized',
      'GET https://r.test/v2/a/manifests/x: UNAUTHORIZED: authentication required, visit https://aka.ms/acr',
    ],
    ['unauthorized', 'GET https://r.test/v2/a: unexpected status code 401 Unauthorized'],
    ['image-not-found', 'GET https://r.test/v2/a/manifests/x: MANIFEST_UNKNOWN: manifest unknown'],
    ['tool-failed', 'something else'],
  ])('returns %s for a scan that failed with "%s"', (expected, text) => {
    const failure = classifyFailure(SCAN_FAILURES, [text], 'tool-failed');

    expect(failure).toBe(expected);
  });

  it.each([
    ['timeout', 'Error: patch exceeded timeout 20m0s'],
    ['end-of-life', 'Error: exiting due to EOL operating system: debian 10'],
    ['unsupported-os', 'Error: unsupported osType busybox specified'],
    [
      'unsupported-os',
      'Error: vulnerability report metadata is incomplete: OS type="", version=""',
    ],
    ['unsupported-os', 'Error: could not infer DPKG status of target image: 0'],
    [
      'package-manager-failed',
      'Error: failed to solve: process "apt-get -o Acquire::Retries=3 update" did not complete successfully: exit code: 100',
    ],
    [
      'unsupported-os',
      'Error: failed to solve: process "apt-get -o Acquire::Retries=3 update" did not complete successfully: exit code: 127: fork/exec apt-get: no such file or directory',
    ],
    [
      'package-manager-failed',
      'Error: failed to solve: process "apt-get -o Acquire::Retries=3 update" did not complete successfully: exit code: 127: patchwright-builder: x: y',
    ],
    [
      'package-manager-failed',
      'Error: failed to solve: process "sh -c apt-get install x" did not complete successfully: exit code: 127: fork/exec /bin/sh: no such file or directory',
    ],
    [
      'package-manager-failed',
      'Error: downloaded package libc6 version 1 lower than required 2 for update',
    ],
    [
      'step-crashed',
      'Error: failed to solve: process "apt-get update" did not complete successfully: exit code: 139',
    ],
    [
      'image-too-large',
      'Error: failed to solve: patchwright-builder: image-too-large: a copy needs 9 bytes, 3 are free',
    ],
    [
      'image-too-large',
      'Error: failed to solve: failed to extract layer sha256:1: write /var/lib/x: no space left on device',
    ],
    [
      'needs-proc',
      'Error: failed to solve: process "sh -c apt-get install" did not complete successfully: exit code: 1: patchwright-builder: needs-proc: the output mentions /proc',
    ],
    [
      'builder-incompatible',
      'Error: failed to solve: patchwright-builder: unsupported-step: a cache mount at /var/cache/apt',
    ],
    [
      'builder-unavailable',
      'Error: failed to list workers: Unavailable: connection error: desc = "transport: Error while dialing: dial unix /x.sock: connect: no such file or directory"',
    ],
    [
      'builder-unavailable',
      'Error: failed to mount /tmp/m: [{Type:bind}]: mount source: "/x": operation not permitted',
    ],
    [
      'tooling-image-not-found',
      'Error: failed to resolve docker.io/library/debian:stable-slim: docker.io/library/debian:stable-slim: not found',
    ],
    [
      'tooling-image-not-found',
      'Error: failed to do request: Head "https://registry-1.docker.io/v2/library/debian/manifests/stable-slim": dial tcp: no such host',
    ],
    [
      'tooling-image-not-found',
      'Error: failed to resolve registry.test/tools:1: failed to do request: Head "https://registry.test/v2/tools/manifests/1": proxyconnect tcp: dial tcp 127.0.0.1:0: connect: connection refused',
    ],
    [
      'unauthorized',
      'Error: failed to push r.test/patchwright/staging/a:1: server message: insufficient_scope: authorization failed',
    ],
    ['image-not-found', `Error: r.test/a@${DIGEST}: not found`],
    ['tool-failed', 'Error: something else'],
  ])('returns %s for a patch that failed with "%s"', (expected, text) => {
    const failure = classifyFailure(PATCH_FAILURES, [text], 'tool-failed');

    expect(failure).toBe(expected);
  });
});
