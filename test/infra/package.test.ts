import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sample from '../../local.settings.sample.json' with { type: 'json' };
import manifest from '../../package.json' with { type: 'json' };
import { parseFuncignore } from '../../scripts/package/funcignore.ts';
import { bundledPackages } from '../../scripts/package/license-notices.ts';
import { type PublishedFile, publishedFiles } from '../../scripts/package/published-files.ts';
import { writeZip } from '../../scripts/package/write-zip.ts';
import { AppProcess } from '../world/functions-host/app-process.ts';
import { ROOT, readText } from './infrastructure.ts';
import { unzip } from './unzip.ts';

/** The bundle, the files that the host reads, and the files that a remote build needs. */
const BELONGS =
  /^(?:app\/index\.cjs|app\/dashboard\.html|dashboard\/(?:[a-z/-]+\.tsx?|index\.html|style\.css|tsconfig\.json)|app\/third-party-licenses\.txt|host\.json|package\.json|package-lock\.json|tsconfig\.json|LICENSE|scripts\/[a-z0-9/-]+\.(?:ts|mjs)|functions\/[a-z0-9-]+(?:\.d)?\.ts|lib\/[a-z0-9/-]+\.ts)$/;
/** Files that people leave in a checkout. */
const PLANTED_SECRETS = [
  '.env',
  'certs/client-key.pem',
  'dist/cli.cjs',
  'infra/main.bicep',
  'key.pem',
  'node_modules/zod/index.js',
  'prod.bicepparam',
  'prod.env',
];
const PLANTED_SOURCES = [
  'app/dashboard.html',
  'app/index.cjs',
  'dashboard/view/app.tsx',
  'functions/index.ts',
  'host.json',
  'lib/registry/registry.ts',
  'package-lock.json',
  'package.json',
  'scripts/build.ts',
  'tsconfig.json',
];
const MAX_ZIP_BYTES = 1_500_000;

let folder: string;
let files: readonly PublishedFile[];
let unpacked: readonly string[];
const zip = () => join(folder, 'package.zip');
const app = () => join(folder, 'app');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwright-package-'));
  files = publishedFiles(ROOT);
  await writeZip(ROOT, files, zip());
  unpacked = await unzip(zip(), app());
});

afterAll(() => rm(folder, { recursive: true }));

describe('the published package', () => {
  it('contains only the bundle and the files of a remote build', () => {
    const foreign = files.map(({ path }) => path).filter((path) => !BELONGS.test(path));

    expect(foreign).toEqual([]);
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['app/index.cjs', 'host.json', 'package.json', 'scripts/build.ts']),
    );
  });

  it('is a zip of exactly these files, below 1.5 MB', async () => {
    expect(unpacked).toEqual(files.map(({ path }) => path));
    expect((await stat(zip())).size).toBeLessThan(MAX_ZIP_BYTES);
  });

  it('has the license of each package in the bundle', async () => {
    const notices = readText('app/third-party-licenses.txt');
    const inputs = await bundledInputs();

    const packages = bundledPackages(inputs).map((path) => path.replace(/.*node_modules\//, ''));

    expect(files.map(({ path }) => path)).toContain('app/third-party-licenses.txt');
    expect(packages).toEqual(expect.arrayContaining(['@azure/identity', 'zod']));
    expect(packages.filter((name) => !notices.includes(`${name} `))).toEqual([]);
  });

  it('is the same zip, byte for byte, if nothing has changed', async () => {
    const again = join(folder, 'again.zip');

    await writeZip(ROOT, files, again);

    expect(globSync('*.zip', { cwd: folder })).toHaveLength(2);
    expect(await sameBytes(zip(), again)).toBe(true);
  });

  it('loads in a fresh process without node_modules and registers every function', async () => {
    const environment: Readonly<Record<string, string>> = sample.Values;
    const started = await AppProcess.start({
      folder: app(),
      environment,
      onLog: () => undefined,
      onCrash: () => undefined,
      startTimeoutMs: 30_000,
    });

    const names = started.functions.map(({ name }) => name);
    await started.stop();

    expect(names).toEqual(expect.arrayContaining([...registeredNames()]));
  });
});

it('contains no code of a dev dependency', async () => {
  const inputs = await bundledInputs();

  const bundled = Object.keys(manifest.devDependencies).filter((name) =>
    inputs.some((input) => input.startsWith(`node_modules/${name}/`)),
  );

  expect(bundled).toEqual([]);
  // `import { z }` takes the messages of all languages into the bundle; `import * as z` does not.
  expect(inputs.filter((input) => /zod\/v4\/locales\/(?!en\.)/.test(input))).toEqual([]);
  expect(inputs.some((input) => input.startsWith('node_modules/zod/'))).toBe(true);
});

/** The files in the app's bundle. */
async function bundledInputs(): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['functions/index.ts'],
    bundle: true,
    platform: 'node',
    external: ['@azure/functions-core', 'apache-arrow'],
    mainFields: ['module', 'main'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {});
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}

async function sameBytes(one: string, other: string): Promise<boolean> {
  return (await readFile(one)).equals(await readFile(other));
}

/** Returns the names of the functions in the sources: `app.timer('reaper', …`. */
function registeredNames(): readonly string[] {
  const sources = globSync('functions/*.ts', { cwd: ROOT }).map((path) => readText(path));
  const names = sources.flatMap((text) => [...text.matchAll(/app\.[a-zA-Z]+\(\s*'(\w+)'/g)]);
  expect(names.length).toBeGreaterThanOrEqual(5);
  return names.map(([, name = '']) => name);
}

it('removes dev dependencies only in a build by Oryx', () => {
  const { scripts } = manifest;

  // Only Oryx runs it, after `build`. Source: microsoft/Oryx, doc/runtimes/nodejs.md.
  expect(scripts['build:azure']).toBe('npm prune --omit=dev');
  const others = Object.entries(scripts).filter(([name]) => name !== 'build:azure');
  expect(others.filter(([, script]) => /prune|build:azure/.test(script))).toEqual([]);
});

describe('.funcignore', () => {
  const text = readText('.funcignore');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  it('excludes everything, and includes only folders and files of the root', () => {
    expect(lines[0]).toBe('/*');
    expect(
      lines.slice(1).filter((line) => !/^(?:\/node_modules\/|!\/[\w.-]+\/?)$/.test(line)),
    ).toEqual([]);
  });

  it('excludes all other files in the folder, as func reads it and as git reads it', async () => {
    const root = join(folder, 'planted');
    const planted = [...PLANTED_SECRETS, ...PLANTED_SOURCES];
    for (const path of planted) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), 'planted');
    }
    await writeFile(join(root, '.funcignore'), text);

    expect(publishedFiles(root).map(({ path }) => path)).toEqual(PLANTED_SOURCES);
    expect(readAsGitDoes(root)).toEqual(PLANTED_SOURCES);
  });

  it('would publish a planted key without its first line', async () => {
    const root = join(folder, 'open');
    await mkdir(root, { recursive: true });
    await writeFile(join(root, 'key.pem'), 'planted');
    await writeFile(join(root, '.funcignore'), text.replace('/*\n', ''));

    expect(publishedFiles(root).map(({ path }) => path)).toEqual(['key.pem']);
  });

  it('excludes node_modules, so that azd builds remotely', () => {
    expect(lines).toContain('/node_modules/');
  });

  it.each([
    ['docs/', 'docs/operate.md', true],
    ['docs/', 'lib/docs/operate.md', false],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/README.md', false],
    ['**.md', 'docs/README.md', true],
    ['/dist/worker', 'dist/worker.cjs', true],
    ['lib/a.ts', 'lib/abts', false],
    ['lib/\n!lib/app', 'lib/app.ts', false],
  ])('%j, read as Core Tools do, excludes %s: %s', (ignore, path, expected) => {
    expect(parseFuncignore(ignore)(path)).toBe(expected);
  });
});

/** Returns the included files if `.funcignore` is read as a `.gitignore`, as azd does. */
function readAsGitDoes(root: string): readonly string[] {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  git('init', '--quiet');
  const options = ['--others', '--exclude-from=.funcignore'];
  return git('ls-files', ...options)
    .trim()
    .split('\n')
    .sort();
}
