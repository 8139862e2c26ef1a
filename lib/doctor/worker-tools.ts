/**
 * The tool versions that this version of Patchwright expects in the worker images. The go.mod files and
 * the Dockerfile's labels in infra/worker have the same; a test compares them.
 */
export const WORKER_TOOLS = {
  scan: { trivy: '0.74.0', bbolt: '1.4.3' },
  patch: { copa: '0.14.2', builder: '0.34.2' },
  'patch-privileged': { copa: '0.14.2', builder: '0.34.2', buildkit: '0.34.2' },
  'patch-remote': { copa: '0.14.2' },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

/** Prefix of the labels with the tools' versions, for example `io.patchwright.tool.trivy`. */
export const TOOL_LABEL = 'io.patchwright.tool.';
