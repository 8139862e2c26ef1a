import { spawnSync } from 'node:child_process';
import type * as z from 'zod';

/** Runs az with these arguments and returns its output. If az fails, throws its error output. */
export type Az = (args: readonly string[]) => string;

const MAX_BYTES = 64 * 1024 * 1024;

export const installedAz: Az = (args) => {
  const { status, stdout, stderr, error } = spawnSync('az', [...args], {
    encoding: 'utf8',
    maxBuffer: MAX_BYTES,
  });
  if (error !== undefined) throw new Error(`az cannot be started: ${error.message}`);
  if (status !== 0) throw new Error(`az ${args.join(' ')}: ${stderr.trim()}`);
  return stdout.trim();
};

/** Runs az and parses its JSON output. */
export function askAz<T>(az: Az, schema: z.ZodType<T>, ...args: readonly string[]): T {
  const text = az([...args, '--output', 'json']);
  return schema.parse(JSON.parse(text === '' ? 'null' : text));
}
