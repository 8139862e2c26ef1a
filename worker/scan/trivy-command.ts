import { formatPinned } from '../../lib/image/reference.ts';
import type { ScanJobFile } from '../../lib/job/job-file.ts';
import type { ToolCommand } from '../tools/start-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';

/**
 * The container has 4 GB, of which the worker needs a part. Go collects garbage more often as its own
 * limit comes near.
 */
const MAX_MEMORY_BYTES = 3 * 1024 ** 3;
const GO_MEMORY_LIMIT = '2560MiB';

/** Disables requests that the scan does not need. */
const QUIET = ['--skip-version-check', '--disable-telemetry', '--no-progress'];

/**
 * Fetches the vulnerability database pinned by the run. Trivy uses a reference with a digest
 * unchanged (`pkg/flag/db_flags.go`, `parseRepository`).
 */
export function downloadDatabase(
  job: ScanJobFile,
  options: {
    readonly cacheFolder: string;
    readonly seconds: number;
    readonly environment: ToolEnvironment;
  },
): ToolCommand {
  return trivy(options.environment, [
    'image',
    '--download-db-only',
    '--db-repository',
    formatPinned(job.registry, job.database),
    '--cache-dir',
    options.cacheFolder,
    '--timeout',
    `${options.seconds}s`,
    ...QUIET,
  ]);
}

/**
 * Scans one image for findings in OS packages, including those without a fix, which also have an
 * outcome. Lists all packages, since the comparison after a patch needs them.
 */
export function scanImage(
  job: ScanJobFile,
  image: ScanJobFile['images'][number],
  options: {
    readonly cacheFolder: string;
    readonly reportFile: string;
    readonly seconds: number;
    readonly environment: ToolEnvironment;
  },
): ToolCommand {
  return trivy(options.environment, [
    'image',
    '--image-src',
    'remote',
    '--scanners',
    'vuln',
    '--pkg-types',
    'os',
    '--list-all-pkgs',
    '--format',
    'json',
    '--output',
    options.reportFile,
    '--skip-db-update',
    '--skip-java-db-update',
    '--offline-scan',
    '--cache-dir',
    options.cacheFolder,
    '--timeout',
    `${options.seconds}s`,
    ...QUIET,
    // A reference can't start with a dash, so Trivy can't mistake it for an option.
    formatPinned(job.registry, image),
  ]);
}

/**
 * For azurecr.io Trivy tries Azure's default credential first, which would probe the machine's
 * identity endpoint (azidentity, `default_azure_credential.go`). Limited to environment variables
 * it fails at once, and Trivy uses config.json.
 */
function trivy(environment: ToolEnvironment, args: readonly string[]): ToolCommand {
  return {
    name: 'trivy',
    args,
    maxMemoryBytes: MAX_MEMORY_BYTES,
    environment: {
      ...environment.variables,
      GOMEMLIMIT: GO_MEMORY_LIMIT,
      AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
    },
  };
}
