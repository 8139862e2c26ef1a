import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { sha256Hex } from '../../lib/image/digest.ts';
import { cacheFolder } from '../real/cache-folder.ts';

const run = promisify(execFile);
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Those that an answer of the app can break. Others ask what a test can't promise, such as stateful links. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
] as const;

export interface Tested {
  readonly exitCode: number;
  /** The whole report, for people. */
  readonly report: string;
  /** Generated test cases. */
  readonly cases: number;
}

/**
 * The operations in two parts, a process for each: with several threads, Python 3.11.7 was seen to fail
 * (`AST constructor recursion depth mismatch`).
 */
const RUNS = '^/api/runs';
const START = 'startRun';
const PARTS = [
  ['--include-path-regex', RUNS, '--exclude-operation-id', START],
  ['--exclude-path-regex', RUNS],
] as const;
/** Afterwards, because requests for an active run may wait for its end. */
const LAST_PART = ['--include-operation-id', START] as const;

interface Options {
  /** The address of the OpenAPI document. */
  readonly document: string;
  readonly key: string;
  /** Generated requests of an operation, beside those that cover its parameters. */
  readonly examples: number;
  readonly seed: number;
}

/** Generates requests from the document at this address, and checks each answer against it. */
export async function testHttp(options: Options): Promise<Tested> {
  const packages = await installed();
  const first = await Promise.all(PARTS.map((part) => testPart(packages, part, options)));
  const parts = [...first, await testPart(packages, LAST_PART, options)];
  return {
    exitCode: Math.max(...parts.map(({ exitCode }) => exitCode)),
    report: parts.map(({ report }) => report).join('\n'),
    cases: parts.reduce((sum, { cases }) => sum + cases, 0),
  };
}

async function testPart(
  packages: string,
  part: readonly string[],
  { document, key, examples, seed }: Options,
): Promise<Tested> {
  const args = [
    join(packages, 'bin', 'schemathesis'),
    ...['run', document, '--header', `x-functions-key: ${key}`, ...part],
    ...['--max-examples', String(examples), '--seed', String(seed), '--workers', '1'],
    ...['--phases', 'examples,coverage,fuzzing', '--generation-database', 'none'],
    ...['--checks', CHECKS.join(','), '--no-color'],
  ];
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' };
  // It leaves a folder behind where it runs.
  const cwd = await mkdtemp(join(tmpdir(), 'patchwright-http-'));
  const { exitCode, report } = await run('python3', args, {
    cwd,
    env,
    maxBuffer: MAX_OUTPUT_BYTES,
  }).then(
    ({ stdout }) => ({ exitCode: 0, report: stdout }),
    (error: { readonly code?: number; readonly stdout?: string; readonly stderr?: string }) => ({
      exitCode: error.code ?? -1,
      report: `${error.stdout ?? ''}${error.stderr ?? ''}`,
    }),
  );
  await rm(cwd, { recursive: true, force: true });
  const cases = Number(/([\d,]+) generated/.exec(report)?.[1]?.replaceAll(',', '') ?? 0);
  return { exitCode, report, cases };
}

/** Installs Schemathesis once for each list of packages. */
async function installed(): Promise<string> {
  const key = sha256Hex(readFileSync(REQUIREMENTS, 'utf8')).slice(0, 16);
  const folder = join(cacheFolder(), `schemathesis-${key}`);
  if (existsSync(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  const making = await mkdtemp(`${folder}-`);
  try {
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-compile', '--no-deps'];
    const args = ['-m', 'pip', 'install', ...quiet, '--target', making, '-r', REQUIREMENTS];
    await run('python3', args, {
      env: { ...process.env, PATH: [process.env.PATH, '/usr/bin'].join(delimiter) },
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    await rename(making, folder).catch((error: unknown) => {
      // Another run may have installed the same at once.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}
