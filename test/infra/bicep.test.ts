import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { allFaults, readSurroundings, type Surroundings } from './all-faults.ts';
import { readBicepTexts } from './bicep/bicep-texts.ts';
import {
  readKept,
  SOURCES_PATH,
  sourceHashes,
  staleFaults,
  TEMPLATE_PATH,
} from './bicep/kept-files.ts';
import { readTemplate } from './bicep/template.ts';
import { REFUSALS, refusalsShownFaults } from './checks/refusals.ts';
import { changed, keptWith } from './faults/planted-fault.ts';
import { PLANTED_FAULTS } from './faults/planted-faults.ts';
import { readText } from './infrastructure.ts';
import { mirroredRepositories } from './mirrored-repositories.ts';

const texts = readBicepTexts();
const kept = readKept();
const templateText = readText(TEMPLATE_PATH);
const hashes = z.record(z.string(), z.string()).parse(JSON.parse(readText(SOURCES_PATH)));

let around: Surroundings;
beforeAll(async () => {
  around = readSurroundings(await mirroredRepositories());
});

describe('the compiled template and its deployments', () => {
  it('are made from the present Bicep files', () => {
    expect(staleFaults(sourceHashes(), hashes)).toEqual([]);
  });

  it('agree with the code, the docs and the rules of the checks', () => {
    expect(allFaults(kept, around)).toEqual([]);
  });

  it('mirror the database and every tooling image of the app', () => {
    expect(around.mirrored).toHaveLength(9);
  });
});

describe('a change of the Bicep without its compiled template', () => {
  const files = new Map(
    [...PLANTED_FAULTS, ...REFUSALS.map(({ without }) => without)].map((one) => [one.file, one]),
  );

  it.each([...files.values()])('is detected in $file', (change) => {
    const now = sourceHashes(new Map([...texts, ...changed(texts, change)]));

    expect(staleFaults(now, hashes).join()).toContain(`infra/${change.file} has changed`);
  });
});

describe('the checks of the kept files report', () => {
  it.each(PLANTED_FAULTS.filter(({ shownBy }) => shownBy !== 'compiler'))('$what', (fault) => {
    const faults = allFaults(keptWith(kept, templateText, fault), around);

    expect(faults.join('\n')).toContain(fault.says);
  });

  const templateWithout = (message: string) => {
    const escaped = JSON.stringify(message).slice(1, -1);
    return readTemplate(templateText.replaceAll(escaped, ''));
  };

  it.each(REFUSALS)('$what, if the template no longer refuses it', ({ what, message }) => {
    const faults = refusalsShownFaults(templateWithout(message));

    expect(faults.join('\n')).toContain(`${what}: not refused`);
  });

  it('a missing refusal together with all other faults', () => {
    const template = templateWithout('builder remote needs tcp://host:port');

    const faults = allFaults({ ...kept, template }, around);

    expect(faults).toContain('a remote builder without an address: not refused');
  });
});
