/**
 * The versions of the tools in the worker images that this version of Patchwright is made for. They
 * stand in the go.mod files of infra/worker and in its Dockerfile's labels; a test holds them equal.
 */
export const WORKER_TOOLS = {
  scan: { trivy: '0.74.0', bbolt: '1.4.3' },
  patch: { copa: '0.14.2', builder: '0.34.2' },
  'patch-privileged': { copa: '0.14.2', builder: '0.34.2', buildkit: '0.28.1' },
  'patch-remote': { copa: '0.14.2' },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

/** The label of a worker image's config that says a tool's version: `io.patchwright.tool.trivy`. */
export const TOOL_LABEL = 'io.patchwright.tool.';
