import { beforeAll, describe, expect, it } from 'vitest';
import { RepositoryName } from '../../lib/image/reference.ts';
import { TOOLING_FAMILIES } from '../../lib/report/tooling-images.ts';
import { toolingRepositories } from '../../lib/report/tooling-mirrors.ts';
import { REGION } from '../pipeline/pipeline-world.ts';
import { allFaults, readSurroundings, type Surroundings } from './all-faults.ts';
import { bicepParser, type ParseBicep } from './bicep/parse-bicep.ts';
import { MUTATIONS } from './bicep-mutations.ts';
import { type BicepTexts, readBicepTexts, readInfrastructure } from './infrastructure.ts';
import { startedGroups } from './started-groups.ts';

let parse: ParseBicep;
let texts: BicepTexts;
let around: Surroundings;

beforeAll(async () => {
  parse = await bicepParser();
  texts = readBicepTexts();
  around = readSurroundings(await mirroredRepositories());
});

/** What the app asks tokens for, of its own repositories: the database, the tooling images. */
async function mirroredRepositories(): Promise<readonly string[]> {
  const { scopes } = await startedGroups({ kind: 'confidential', region: REGION });
  const own = scopes.map(({ repository }) => String(repository));
  const asked = own.filter((name) => /^patchwright\/(?:mirror\/|trivy-db$)/.test(name));
  const systems = TOOLING_FAMILIES.map((family) => ({ family, name: '1' }));
  const tooling = toolingRepositories(RepositoryName.parse('patchwright/mirror'), systems);
  return [...new Set([...asked, ...tooling])];
}

function faultsOf(changed: BicepTexts): readonly string[] {
  return allFaults(readInfrastructure(parse, changed), around);
}

describe('The Bicep', () => {
  it('is well formed and agrees with the code, the docs and its own rules', () => {
    expect(faultsOf(texts)).toEqual([]);
  });

  it('mirrors the database and every tooling image that the app knows', () => {
    expect(around.mirrored).toHaveLength(9);
  });
});

describe('The checks of the Bicep report', () => {
  it.each(MUTATIONS)('$what', ({ file, from, to, says }) => {
    const before = texts.get(file) ?? '';
    const after = before.replace(from, to);

    const faults = faultsOf(new Map([...texts, [file, after]]));

    expect(after, 'the text to replace is gone').not.toBe(before);
    expect(faults.join('\n')).toContain(says);
  });
});
