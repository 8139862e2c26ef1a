import { fileURLToPath } from 'node:url';
import type { Progress } from '../progress.ts';
import { buildGoProgram } from '../tools/build-go-program.ts';

const moduleFolder = fileURLToPath(new URL('./go', import.meta.url));

/** Builds the program that writes the OCI spec of a Standard container group. Returns its path. */
export function buildCageSpec(progress: Progress): Promise<string> {
  return buildGoProgram(
    { moduleFolder, name: 'cage-spec', title: "writer of the cage's spec" },
    progress,
  );
}
