import { fileURLToPath } from 'node:url';
import type { Progress } from '../progress.ts';
import { buildGoProgram } from '../tools/build-go-program.ts';

const moduleFolder = fileURLToPath(new URL('./go', import.meta.url));

/** Builds the program that writes Trivy's database format. Returns its absolute path. */
export function buildDatabaseWriter(progress: Progress): Promise<string> {
  const title = 'writer of the vulnerability database';
  return buildGoProgram({ moduleFolder, name: 'database-writer', title }, progress);
}
