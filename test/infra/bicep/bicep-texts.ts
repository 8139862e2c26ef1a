import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readText } from '../infrastructure.ts';

/** Texts by their path below `infra/`. */
export type BicepTexts = ReadonlyMap<string, string>;

export function readBicepTexts(): BicepTexts {
  const modules = readdirSync(join(ROOT, 'infra', 'modules')).sort();
  const paths = ['main.bicep', ...modules.map((name) => `modules/${name}`)];
  return new Map(paths.map((path) => [path, readText(`infra/${path}`)]));
}
