import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allFaults, readSurroundings, type Surroundings } from './all-faults.ts';
import { BicepCompiler, PINNED_VERSION } from './bicep/bicep-compiler.ts';
import { readBicepTexts } from './bicep/bicep-texts.ts';
import { BicepTrees } from './bicep/bicep-tree.ts';
import { readDeployment, sortedSnapshot } from './bicep/deployment.ts';
import { findCompiler } from './bicep/find-compiler.ts';
import { readKept, TEMPLATE_PATH } from './bicep/kept-files.ts';
import { makeKeptFiles } from './bicep/make-kept-files.ts';
import { PARAMETER_SETS, type Parameters, PLACE, REQUIRED } from './bicep/parameter-sets.ts';
import { readTemplate } from './bicep/template.ts';
import { REFUSALS, refusalFaults } from './checks/refusals.ts';
import { groupResource, groupShapes } from './container-group-resource.ts';
import { documentedParameters } from './documented-parameters.ts';
import { changed, type PlantedFault, withDeployment } from './faults/planted-fault.ts';
import { PLANTED_FAULTS } from './faults/planted-faults.ts';
import { readText } from './infrastructure.ts';
import { mirroredRepositories } from './mirrored-repositories.ts';

const found = findCompiler(process.env);
const texts = readBicepTexts();
const kept = readKept();

let compiler: BicepCompiler;
let trees: BicepTrees;
let around: Surroundings;

beforeAll(async () => {
  if (!found.found) return;
  around = readSurroundings(await mirroredRepositories());
  trees = await BicepTrees.make();
  compiler = await BicepCompiler.start(found.path);
});
afterAll(async () => {
  compiler?.stop();
  await trees?.remove();
});

/** Returns the compiler's findings for a file. Warnings count only with the pinned version. */
async function findingsOf(file: string, tree: string): Promise<readonly string[]> {
  const { findings, errors } = await compiler.compile(join(tree, file));
  return compiler.isPinned ? findings : errors;
}

async function evaluated(tree: string, parameters: Parameters, place = PLACE) {
  const file = await trees.withParameters(tree, 'given', parameters);
  return await compiler.evaluate(file, place);
}

async function resourcesOf(tree: string, parameters: Parameters, place = PLACE) {
  const evaluation = await evaluated(tree, parameters, place);
  if (evaluation.kind === 'refused') throw new Error(evaluation.why);
  return readDeployment('plain', evaluation.snapshot).resources;
}

/** Returns the findings of the compiler or of the checks for a planted fault. */
async function faultsOf(fault: PlantedFault): Promise<readonly string[]> {
  const tree = await trees.copy(changed(texts, fault));
  if (fault.shownBy === 'compiler') return await findingsOf(fault.compiled ?? fault.file, tree);
  if (fault.shownBy === 'template') {
    const { template, errors } = await compiler.compile(join(tree, 'main.bicep'));
    if (template === undefined) return errors;
    return allFaults({ ...kept, template: readTemplate(template) }, around);
  }
  const { shownBy } = fault;
  const evaluation = await evaluated(tree, PARAMETER_SETS[shownBy]);
  if (evaluation.kind === 'refused') return [evaluation.why];
  const deployment = readDeployment(shownBy, sortedSnapshot(evaluation.snapshot));
  return allFaults(
    withDeployment(kept, shownBy, () => deployment),
    around,
  );
}

describe.runIf(found.found)('the Bicep', () => {
  it('compiles without an error, and with the pinned version without a warning', async () => {
    expect(await findingsOf('main.bicep', await trees.copy())).toEqual([]);
  });

  it('compiles to the kept files', async ({ skip }) => {
    if (!compiler.isPinned)
      skip(`they are made with ${PINNED_VERSION}, this is ${compiler.version}`);

    for (const [path, text] of await makeKeptFiles(compiler, trees)) {
      expect(text === readText(path), `${path} is stale: run npm run bicep`).toBe(true);
    }
  });

  it.for([...texts.keys(), 'main.bicepparam'].filter((path) => !path.endsWith('.json')))(
    'is formatted: %s',
    async (path, { skip }) => {
      if (!compiler.isPinned)
        skip(`the format is that of ${PINNED_VERSION}, this is ${compiler.version}`);
      const tree = await trees.copy(
        new Map([['main.bicepparam', readText('infra/main.bicepparam')]]),
      );

      expect(await compiler.format(join(tree, path))).toBe(readText(`infra/${path}`));
    },
  );

  it('fails the format check if a file is formatted differently', async () => {
    const text = readText('infra/main.bicep').replace(
      'name: resourceGroupName',
      'name:  resourceGroupName',
    );
    const tree = await trees.copy(new Map([['main.bicep', text]]));

    expect(await compiler.format(join(tree, 'main.bicep'))).not.toBe(text);
  });
});

describe.runIf(found.found)('the port of a remote BuildKit is open', () => {
  it.each([
    ['at its address', '', '10.1.2.4'],
    ['at the given range with its address', '10.1.2.7/28', '10.1.2.7/28'],
    ['at the given address, which is its own', '10.1.2.4', '10.1.2.4'],
    ['in the network and those connected to it', 'VirtualNetwork', 'VirtualNetwork'],
  ])('%s', async (_, buildkitAddressPrefix, expected) => {
    const resources = await resourcesOf(await trees.copy(), {
      ...PARAMETER_SETS.network,
      buildkitAddress: 'tcp://10.1.2.4:1234',
      buildkitAddressPrefix,
    });

    const rule = /"name":"buildkit","properties":\{[^{}]*"destinationAddressPrefix":"([^"]*)"/;
    expect(rule.exec(JSON.stringify(resources))?.[1]).toBe(expected);
  });
});

describe.runIf(found.found)('the compiler or the checks report', () => {
  it.concurrent.each(PLANTED_FAULTS)('$what', async (fault) => {
    expect((await faultsOf(fault)).join('\n')).toContain(fault.says);
  });
});

describe.runIf(found.found)('main.bicep refuses, with the name of the parameter,', () => {
  it.concurrent.each(REFUSALS)('$what', async (refusal) => {
    const parameters = { ...REQUIRED, ...refusal.parameters };

    expect(refusalFaults(refusal, await evaluated(await trees.copy(), parameters))).toEqual([]);
  });

  it('several invalid parameters at once', async () => {
    const parameters = {
      ...REQUIRED,
      location: '',
      schedule: '*/15 2 * *',
      registryPermissionMode: 'AbacRepositoryPermissions',
      patchedRepositories: ['/', 'patchwright/x'],
      monthlyBudget: 1,
    };

    const evaluation = await evaluated(await trees.copy(), parameters);

    const lines = evaluation.kind === 'refused' ? evaluation.why.match(/^- \w+/gm) : [];
    expect(lines).toEqual([
      '- location',
      '- groupsLocation',
      '- patchedRepositories',
      '- patchedRepositories',
      '- schedule',
      '- budgetStart',
      '- alertEmail',
    ]);
  });

  it.concurrent.each(REFUSALS)('or a check reports it: $what', async (refusal) => {
    const tree = await trees.copy(changed(texts, refusal.without));
    const parameters = { ...REQUIRED, ...refusal.parameters };

    const faults = refusalFaults(refusal, await evaluated(tree, parameters));

    expect(faults.join()).toContain(`${refusal.what}: not refused`);
  });
});

describe.runIf(found.found)('two installations', () => {
  const ids = async (parameters: Parameters, place = PLACE) => {
    const resources = await resourcesOf(await trees.copy(), { ...REQUIRED, ...parameters }, place);
    return new Map(resources.map((resource) => [resource.id, JSON.stringify(resource)]));
  };
  const names = (made: ReadonlyMap<string, string>) =>
    [...made.keys()].filter((id) => /\/(?:sites|storageAccounts)\/[^/]+$/.test(id));

  it('named PROD and prod are the same one', async () => {
    const lower = await ids({});
    const upper = await ids({ environmentName: 'PROD' });

    expect([...upper.keys()]).toEqual([...lower.keys()]);
  });

  it.each<[string, Parameters, typeof PLACE]>([
    ['name', { environmentName: 'test' }, PLACE],
    ['region', { location: 'northeurope' }, PLACE],
    ['resource group', { resourceGroupName: 'rg-other' }, PLACE],
    ['subscription', {}, { ...PLACE, subscriptionId: '55555555-5555-4555-8555-555555555555' }],
  ])('that differ in their %s have different names of app and account', async (_, other, place) => {
    const one = names(await ids({}));
    const two = names(await ids(other, place));
    const last = (id: string) => id.split('/').at(-1);

    expect(one).toHaveLength(2);
    expect(two.map(last).filter((name) => one.map(last).includes(name))).toEqual([]);
  });

  it('in one group, each with a network, share only the DNS zones', async () => {
    const group = {
      resourceGroupName: 'rg-shared',
      jobsResourceGroupName: 'rg-shared-jobs',
      existingResourceGroup: true,
      existingJobsResourceGroup: true,
      privateNetworking: true,
      mirror: 'import',
    };
    const one = await ids(group);
    const two = await ids({ ...group, environmentName: 'test' });

    const shared = [...one.keys()].filter((id) => two.has(id));
    expect(shared.filter((id) => !/'Microsoft\.Network\/privateDnsZones'/.test(id))).toEqual([]);
    expect(shared).toHaveLength(3);
  });
});

describe.runIf(found.found)('a container group, written as a Bicep resource,', () => {
  // Only the types count here, so the linter's findings are ignored.
  const config = '{ "analyzers": { "core": { "enabled": false } } }';
  const compile = async (body: unknown) => {
    const files = new Map([
      ['bicepconfig.json', config],
      ['group.bicep', groupResource(body)],
    ]);
    return (await compiler.compile(join(await trees.copy(files), 'group.bicep'))).findings;
  };

  it('compiles for every kind of group that the app starts', async () => {
    const shapes = await groupShapes();

    expect(shapes.size).toBeGreaterThanOrEqual(4);
    for (const [shape, body] of shapes) expect([shape, await compile(body)]).toEqual([shape, []]);
  });

  it.each<[string, RegExp, string, string]>([
    ['a field that the type does not know', /"restartPolicy"/, '"restart"', 'BCP037'],
    ['a value that the type does not allow', /"cpu":\d+/, '"cpu":"two"', 'BCP036'],
  ])('does not compile with %s', async (_, field, other, says) => {
    const [[, body] = []] = await groupShapes();
    const broken: unknown = JSON.parse(JSON.stringify(body).replace(field, other));

    expect((await compile(broken)).join('\n')).toContain(says);
  });
});

describe.runIf(found.found)('a parameter line of the guides', () => {
  const check = async (line: string) => {
    const tree = await trees.copy(new Map([['../policy.json', '{ "version": "v1" }']]));
    const lines = Object.keys(REQUIRED).filter((name) => !line.startsWith(`param ${name} `));
    const required = lines.map((name) => `param ${name} = '${Reflect.get(REQUIRED, name)}'`);
    const text = ["using 'main.bicep'", ...required, line, ''].join('\n');
    const path = join(await trees.copyOf(tree, 'docs.bicepparam', text), 'docs.bicepparam');
    return await compiler.checkParameters(path);
  };

  it.each(documentedParameters())('compiles: %s', async (line) => {
    expect(await check(line)).toEqual([]);
  });

  it('is refused if its path is not relative to infra/', async () => {
    expect((await check("param policy = loadJsonContent('policy.json')")).join()).toContain(
      'BCP091',
    );
  });

  it('is not reported as an error of style', async () => {
    const findings = await check("param tags = { 'team': 'a' }");

    expect(findings.filter((finding) => !/ warning /i.test(finding))).toEqual([]);
  });
});

it.runIf(found.found)('the parameter file takes its values from the environment', async () => {
  const file = readText('infra/main.bicepparam');
  const path = await trees.copyOf(await trees.copy(), 'main.bicepparam', file);

  const findings = await compiler.checkParameters(join(path, 'main.bicepparam'));

  // Without the environment, the only errors name the variables without a default.
  expect(findings.every((finding) => /BCP427/.test(finding))).toBe(true);
  expect(readTemplate(readText(TEMPLATE_PATH)).parameters).toBeDefined();
});
