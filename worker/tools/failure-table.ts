import type { PatchFailure, ScanFailure } from '../../lib/job/job-result.ts';

/** Maps texts in a tool's own messages to failures. The first matching row wins. */
type FailureTable<F> = readonly (readonly [failure: F, texts: RegExp])[];

/**
 * Trivy 0.74.0. Sources: `pkg/commands/artifact/run.go` (`DB error`), `pkg/db/db.go`,
 * `pkg/fanal/artifact/image/image.go` (size), go-containerregistry
 * `pkg/v1/remote/transport/error.go` (the registry's own codes).
 */
export const SCAN_FAILURES: FailureTable<ScanFailure> = [
  ['timeout', /context deadline exceeded/],
  ['database-unavailable', /DB error|vulnerability DB|DB schema/],
  ['image-too-large', /exceeds maximum allowed size|no space left on device/],
  ['unauthorized', /UNAUTHORIZED|DENIED|insufficient_scope|401 Unauthorized|403 Forbidden/],
  ['image-not-found', /MANIFEST_UNKNOWN|NAME_UNKNOWN|BLOB_UNKNOWN|404 Not Found/],
];

/**
 * Copa 0.14.2 with BuildKit 0.34.2. Sources: Copa's `pkg/patch/patch.go` (time limit), `core.go`
 * (end of life, metadata), `pkg/pkgmgr/*.go`; BuildKit's `solver/errdefs/exec.go` (`did not complete
 * successfully`), `client/workers.go` and gRPC (`Unavailable`), containerd's `core/remotes/docker`
 * (`not found`, `authorization failed`). Go prints `proxyconnect` if buildkitd requests a registry
 * other than the user's: `registry-only.ts`. `patchwright-builder: CODE:` comes from the mount-free
 * builder (infra/worker/builder/README.md).
 */
export const PATCH_FAILURES: FailureTable<PatchFailure> = [
  ['timeout', /patch exceeded timeout|Operation Timed Out|context deadline exceeded/],
  ['image-too-large', /patchwright-builder: image-too-large: |no space left on device/],
  ['needs-proc', /patchwright-builder: needs-proc: /],
  [
    'builder-incompatible',
    /patchwright-builder: (?:unsupported-step|step-not-undone|xattr-lost|device-node): /,
  ],
  // 128 + SIGSEGV.
  ['step-crashed', /did not complete successfully: exit code: 139(?!\d)/],
  ['end-of-life', /exiting due to EOL operating system/],
  [
    'unsupported-os',
    /unsupported osType|report metadata is incomplete|could not infer DPKG status|could not find determine RPM DB type|no package manager tools were found|detected Oracle image|map\[string\]interface\{\} failed/,
  ],
  // Records in `var/lib/dpkg/status`, but no apt-get: the builder could not start it.
  [
    'unsupported-os',
    /process "apt-get [^"]*" did not complete successfully: exit code: 12[67]: (?!patchwright-builder: )/,
  ],
  [
    'package-manager-failed',
    /did not complete successfully: exit code|lower than required .* for update|expected \d+ updates, installed|invalid version .* found for package|failed while checking for available|package name validation failed/,
  ],
  [
    'builder-unavailable',
    /Unavailable: |code = Unavailable|transport: Error while dialing|could not use buildkitd driver|missing required buildkit functionality|failed to mount|operation not permitted/,
  ],
  [
    'tooling-image-not-found',
    /failed to resolve tooling image|(?:docker\.io|ghcr\.io|mcr\.microsoft\.com|registry\.suse\.com|quay\.io)\/\S+: not found|https:\/\/(?:registry-1\.docker\.io|ghcr\.io|mcr\.microsoft\.com|registry\.suse\.com|quay\.io)\/|proxyconnect tcp: dial tcp 127\.0\.0\.1:0:/,
  ],
  [
    'unauthorized',
    /insufficient_scope|authorization failed|pull access denied|UNAUTHORIZED|DENIED|401 Unauthorized|403 Forbidden/,
  ],
  ['image-not-found', /MANIFEST_UNKNOWN|NAME_UNKNOWN|BLOB_UNKNOWN|@sha256:[a-f0-9]{64}: not found/],
];

export function classifyFailure<F>(
  table: FailureTable<F>,
  lines: readonly string[],
  otherwise: F,
): F {
  const text = lines.join('\n');
  return table.find(([, texts]) => texts.test(text))?.[0] ?? otherwise;
}
