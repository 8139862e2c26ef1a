/**
 * A stand-in for Trivy, for tests and the demo: never shipped. It reads the real package databases
 * in an image's layers and looks them up in the tests' small advisory database.
 */
import { writeFile } from 'node:fs/promises';
import {
  messageOf,
  type ParsedFlags,
  type ProgramContext,
  parseFlags,
  parseGoDuration,
  requiredFlag,
  withTimeLimit,
} from '../program.ts';
import { parseImageReference } from '../registry/image-reference.ts';
import { pullImage } from '../registry/pulled-image.ts';
import { accessFromEnvironment, registryRepository } from '../registry/registry-client.ts';
import { cachedDatabase, downloadDatabase } from './database-cache.ts';
import { scanReport } from './scan-report.ts';

/** The release that it imitates, marked as a stand-in. */
const TRIVY_STAND_IN_VERSION = '0.74.0-stand-in';

const FLAGS = {
  'cache-dir': { type: 'string' },
  'db-repository': { type: 'string' },
  'disable-telemetry': { type: 'boolean' },
  'download-db-only': { type: 'boolean' },
  'exit-code': { type: 'string' },
  format: { type: 'string', short: 'f' },
  'image-src': { type: 'string' },
  'list-all-pkgs': { type: 'boolean' },
  'no-progress': { type: 'boolean' },
  'offline-scan': { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  'pkg-types': { type: 'string' },
  platform: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  scanners: { type: 'string' },
  'skip-db-update': { type: 'boolean' },
  'skip-java-db-update': { type: 'boolean' },
  'skip-version-check': { type: 'boolean' },
  timeout: { type: 'string' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** Flags for which the stand-in supports only one value. Other values are refused, not ignored. */
const FIXED: Readonly<Record<string, string>> = {
  format: 'json',
  'image-src': 'remote',
  'pkg-types': 'os',
  platform: 'linux/amd64',
  scanners: 'vuln',
  'exit-code': '0',
};

export async function trivy(context: ProgramContext): Promise<number> {
  function log(level: string, message: string): void {
    context.stderr(`${context.now().toISOString()}\t${level}\t${message}\n`);
  }
  try {
    const flags = parseFlags(context.args, FLAGS);
    if (flags.isSet('version')) {
      context.stdout(`Version: ${TRIVY_STAND_IN_VERSION}\n`);
      return 0;
    }
    log('WARN', `This is Patchwright's stand-in for Trivy (${TRIVY_STAND_IN_VERSION}), not Trivy`);
    const [command, image] = flags.positionals;
    if (command !== 'image') {
      throw new Error(`unknown command ${JSON.stringify(command ?? '')} for "trivy"`);
    }
    checkFixedFlags(flags);
    const cacheFolder = requiredFlag(flags, 'cache-dir');
    const timeout = parseGoDuration(flags.text('timeout') ?? '5m');
    const work = flags.isSet('download-db-only')
      ? download(context, flags, cacheFolder, log)
      : scan(context, flags, cacheFolder, image, log);
    await withTimeLimit(work, timeout, 'image scan error: context deadline exceeded');
    return 0;
  } catch (error) {
    log('FATAL', `Fatal error\t${messageOf(error)}`);
    return 1;
  }
}

type Log = (level: string, message: string) => void;

async function download(
  context: ProgramContext,
  flags: ParsedFlags,
  cacheFolder: string,
  log: Log,
): Promise<void> {
  const { host, repository, reference } = parseImageReference(requiredFlag(flags, 'db-repository'));
  log('INFO', `[vulndb] Downloading vulnerability DB...\trepo="${host}/${repository}"`);
  try {
    const source = registryRepository(await accessFromEnvironment(host, context.env), repository);
    await downloadDatabase(source, reference, cacheFolder, context.now());
  } catch (error) {
    throw new Error(
      `run error: init error: DB error: failed to download vulnerability DB: OCI artifact error: ${messageOf(error)}`,
    );
  }
  log('INFO', '[vulndb] Artifact successfully downloaded');
}

async function scan(
  context: ProgramContext,
  flags: ParsedFlags,
  cacheFolder: string,
  image: string | undefined,
  log: Log,
): Promise<void> {
  if (image === undefined) {
    throw new Error('"image" requires at least 1 argument');
  }
  if (!flags.isSet('skip-db-update')) {
    throw new Error('the stand-in scans with --skip-db-update only');
  }
  const output = requiredFlag(flags, 'output');
  const database = await cachedDatabase(cacheFolder);
  if (database === undefined) {
    throw new Error(
      'run error: init error: DB error: database error: --skip-db-update cannot be specified on the first run',
    );
  }
  const { host, repository, reference } = parseImageReference(image);
  const source = registryRepository(await accessFromEnvironment(host, context.env), repository);
  const pulled = await pullImage(source, reference).catch((error: unknown) => {
    throw new Error(
      `run error: image scan error: scan error: unable to initialize a scan service: unable to initialize an image scan service: unable to find the specified image "${image}" in ["remote"]: 1 error occurred:\n\t* remote error: ${messageOf(error)}\n`,
    );
  });
  const report = scanReport({
    image: pulled,
    artifactName: image,
    database,
    toolVersion: TRIVY_STAND_IN_VERSION,
    now: context.now(),
  });
  const { OS: os } = report.Metadata;
  log('INFO', os ? `Detected OS\tfamily="${os.Family}" version="${os.Name}"` : 'No OS detected');
  if (os !== undefined && 'EOSL' in os) {
    log('WARN', `This OS version is no longer supported by the distribution\tversion="${os.Name}"`);
  }
  await writeFile(output, `${JSON.stringify(report, null, 2)}\n`);
}

function checkFixedFlags(flags: ParsedFlags): void {
  for (const [name, only] of Object.entries(FIXED)) {
    const value = flags.text(name);
    if (value !== undefined && value !== only) {
      throw new Error(`the stand-in knows --${name} ${only} only, not ${value}`);
    }
  }
}
