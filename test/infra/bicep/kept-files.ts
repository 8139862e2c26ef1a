import { createHash } from 'node:crypto';
import { readText } from '../infrastructure.ts';
import { type BicepTexts, readBicepTexts } from './bicep-texts.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import { PARAMETER_SETS, SET_NAMES, type SetName } from './parameter-sets.ts';
import { readTemplate, type Template } from './template.ts';

/** The output of `npm run bicep`, which is committed so that `npm test` needs no compiler. */
export const TEMPLATE_PATH = 'infra/main.json';
export const SOURCES_PATH = 'infra/snapshots/sources.json';
export const snapshotPath = (set: SetName) => `infra/snapshots/${set}.json`;

export interface Kept {
  readonly template: Template;
  readonly deployments: readonly Deployment[];
}

export function readKept(): Kept {
  return {
    template: readTemplate(readText(TEMPLATE_PATH)),
    deployments: SET_NAMES.map((set) => readDeployment(set, readText(snapshotPath(set)))),
  };
}

/** Hashes of the sources of the kept files: one for each file, and one for the parameter sets. */
export function sourceHashes(
  texts: BicepTexts = readBicepTexts(),
): Readonly<Record<string, string>> {
  const sets = JSON.stringify(PARAMETER_SETS);
  const sources = [...texts].map(([path, text]) => [`infra/${path}`, hashOf(text)]);
  return Object.fromEntries([...sources, ['parameter sets', hashOf(sets)]]);
}

/** Reports each source that has changed since the kept files were made. */
export function staleFaults(
  now: Readonly<Record<string, string>>,
  kept: Readonly<Record<string, string>>,
): readonly string[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(kept)])];
  return names
    .filter((name) => now[name] !== kept[name])
    .map(
      (name) =>
        `${name} has changed since ${TEMPLATE_PATH} and the snapshots were made: run npm run bicep`,
    );
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
