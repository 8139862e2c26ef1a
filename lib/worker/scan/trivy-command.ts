import { formatPinned } from '../../image/reference.ts';
import type { ScanJobFile } from '../../job/job-file.ts';
import type { ToolCommand } from '../tools/start-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';

/** Nothing is fetched or told but what the scan is about. */
const QUIET = ['--skip-version-check', '--disable-telemetry', '--no-progress'];

/**
 * Fetches the vulnerability database that the run has pinned. A reference with a digest is taken as
 * it stands (Trivy's `pkg/flag/db_flags.go`, `parseRepository`).
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
 * Scans one image for findings in its system's packages: also those without a fix, since "no fix yet"
 * is an answer, and all packages, since the comparison after a patch needs them.
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
    // Its grammar lets no reference begin with a dash.
    formatPinned(job.registry, image),
  ]);
}

/**
 * For a registry at azurecr.io Trivy asks Azure's default credential first. Restricted to
 * environment variables, of which there are none, that ends at once and goes on to config.json;
 * otherwise it would probe the identity endpoint of the machine (azidentity,
 * `default_azure_credential.go`).
 */
function trivy(environment: ToolEnvironment, args: readonly string[]): ToolCommand {
  return {
    name: 'trivy',
    args,
    environment: {
      ...environment.variables,
      AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
    },
  };
}
