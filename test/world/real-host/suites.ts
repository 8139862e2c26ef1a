import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDERS = ['test/world', 'test/cli'];
/** What a suite calls that starts the app, or the app of the host's own tests, in a Functions host. */
const STARTS = /\b(?:startApp|startJobWorld|runThroughChaos|createHostLab)\(/;

/** Suites that start a host and do not run on the real one, each with its reason. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'test/world/chaos.test.ts':
    'it needs leases of some seconds: the real host leases messages for 600 s, which nothing changes',
};

/** Suites that wait for the real host's fixed times: `npm run test:long` runs them there. */
export const LONG: Readonly<Record<string, string>> = {
  'test/world/functions-host/leases.test.ts':
    'it waits for leases of one and ten minutes: npm run test:long -- --only host-leases',
};

/** The test files of the world and of the command line that start a Functions host. */
export function hostSuites(which: 'usual' | 'long'): readonly string[] {
  const leftOut = leftOutSuites(which);
  return startingSuites().filter((file) => leftOut[file] === undefined);
}

/** Suites that start a host and do not run this time, each with its reason. */
export function leftOutSuites(which: 'usual' | 'long'): Readonly<Record<string, string>> {
  if (which === 'usual') return { ...LEFT_OUT, ...LONG };
  const usual = startingSuites().filter((file) => LONG[file] === undefined);
  const reason = 'it waits for no fixed time of the host: npm run test:host, without --long';
  return { ...Object.fromEntries(usual.map((file) => [file, reason])), ...LEFT_OUT };
}

function startingSuites(): readonly string[] {
  return FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: ROOT }))
    .filter((file) => STARTS.test(readFileSync(join(ROOT, file), 'utf8')))
    .sort();
}
