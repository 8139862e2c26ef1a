import { existsSync } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { type BundledPage, bundlePage } from './dashboard/bundle-page.ts';
import { bundledPackages, licenseNotices } from './package/license-notices.ts';

/** A bundle: its entry file and its output file. */
interface Bundle {
  readonly entry: string;
  readonly output: string;
  /** Modules that the host provides at run time, beside those that no bundle needs. */
  readonly external: readonly string[];
  /** The file with the licenses of the packages in the bundle. */
  readonly notices?: string;
  /** False if the published package lacks its sources, so that a remote build makes no such bundle. */
  readonly published: boolean;
}

const ROOT = join(import.meta.dirname, '..');

/** The storage library loads it only for listings in Arrow's format, which nothing here asks for. */
const NEVER_LOADED = ['apache-arrow'] as const;

const BUNDLES: readonly Bundle[] = [
  // The Functions worker provides `@azure/functions-core` at run time; it is in no package registry.
  {
    entry: 'functions/index.ts',
    output: 'app/index.cjs',
    external: ['@azure/functions-core'],
    notices: 'app/third-party-licenses.txt',
    published: true,
  },
  { entry: 'worker/main.ts', output: 'dist/worker.cjs', external: [], published: false },
  { entry: 'lib/cli/main.ts', output: 'dist/cli.cjs', external: [], published: true },
];

/** The app serves it, and reads it from beside its bundle. */
const PAGE = 'app/dashboard.html';

await main();

/** `node scripts/build.ts [--quiet]`: bundles the app and its page into `app/`, the worker program and the command line into `dist/`. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quiet: { type: 'boolean', default: false } } });
  const missing = BUNDLES.filter((bundle) => !existsSync(join(ROOT, bundle.entry)));
  const lacking = missing.filter(({ published }) => published);
  for (const bundle of lacking) {
    console.error(
      `build: ${bundle.output} was not built: its source ${bundle.entry} does not exist`,
    );
  }
  const present = BUNDLES.filter((bundle) => !missing.includes(bundle));
  await removeStale(missing);
  const page = bundlePage(ROOT);
  const results = await Promise.allSettled([
    ...present.map((bundle) => bundleOne(bundle, page)),
    writePage(page),
  ]);
  const failed = results.some((result) => result.status === 'rejected');
  if (failed || lacking.length > 0) {
    process.exitCode = 1;
  }
  if (!values.quiet) {
    for (const result of results) {
      if (result.status === 'fulfilled') {
        console.log(result.value);
      }
    }
  }
}

/** Deletes bundles whose source is gone, so that nobody takes them for current ones. */
async function removeStale(bundles: readonly Bundle[]): Promise<void> {
  for (const bundle of bundles) {
    await rm(join(ROOT, bundle.output), { force: true });
  }
}

async function writePage(page: Promise<BundledPage>): Promise<string> {
  const { html } = await page;
  await mkdir(join(ROOT, 'app'), { recursive: true });
  await writeFile(join(ROOT, PAGE), html);
  return sizeLine(join(ROOT, PAGE));
}

/** Bundles one entry and returns a line with its size. esbuild itself prints errors and warnings. */
async function bundleOne(bundle: Bundle, page: Promise<BundledPage>): Promise<string> {
  const outfile = join(ROOT, bundle.output);
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [bundle.entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    minify: true,
    // Logs show the names of error classes, and stack traces the names of functions.
    keepNames: true,
    external: [...bundle.external, ...NEVER_LOADED],
    // Without it, packages that have both kinds of module enter a bundle as both.
    mainFields: ['module', 'main'],
    sourcemap: false,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    // The sources are ESM. A CJS bundle has no `import.meta.url`, so the banner defines one.
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  } satisfies BuildOptions);
  if (bundle.notices !== undefined) {
    const packages = bundledPackages([...Object.keys(metafile.inputs), ...(await page).inputs]);
    await writeFile(join(ROOT, bundle.notices), licenseNotices(ROOT, packages));
  }
  return sizeLine(outfile);
}

async function sizeLine(file: string): Promise<string> {
  const { size } = await stat(file);
  return `${relative(ROOT, file).padEnd(18)} ${(size / 1024).toFixed(0).padStart(6)} KiB`;
}
