import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { APP_TOKEN, FUNCTION_KEY } from '../../lib/cli/app/app-option.ts';
import { GroupTag, MANAGED_BY } from '../../lib/containers/container-groups.ts';
import { SETTING_NAMES } from '../../lib/settings/environment.ts';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import sample from '../../local.settings.sample.json' with { type: 'json' };
import { readKept } from './bicep/kept-files.ts';
import { appSettings } from './checks/app-settings.ts';
import { ROOT, readText } from './infrastructure.ts';

const operate = readText('docs/operate.md');
const OURS = /\b(?:PATCHWRIGHT|AZURE|BUILDKIT)_[A-Z_]+\b/g;
/** Variables of azd, of az and of the command line, which are not settings of the app. */
const ELSEWHERE = [
  'AZURE_ENV_NAME',
  'AZURE_LOCATION',
  'AZURE_STORAGE_ACCOUNT',
  'AZURE_STORAGE_AUTH_MODE',
  'AZURE_STORAGE_CONNECTION_STRING',
  'AZURE_SUBSCRIPTION_ID',
  FUNCTION_KEY,
  APP_TOKEN,
  'PATCHWRIGHT_APP',
];

const { template, deployments } = readKept();
const outputNames = Object.keys(template.outputs);

describe('the guides', () => {
  it.each([
    ...Object.values(TABLES),
    ...Object.values(QUEUES),
    ...Object.values(CONTAINERS),
    ...Object.values(GroupTag),
    MANAGED_BY,
  ])('name %s', (name) => {
    expect(operate).toContain(name);
  });

  it('name every setting that the app has in Azure', () => {
    const names = new Set(deployments.flatMap((one) => Object.keys(appSettings(one))));
    const missing = [...names].filter((name) => !operate.includes(`\`${name}\``));

    expect(missing).toEqual([]);
  });

  it('name only settings, outputs and variables that exist', () => {
    const parameterFile = readText('infra/main.bicepparam');
    const known = new Set([
      ...SETTING_NAMES,
      ...ELSEWHERE,
      ...outputNames,
      ...[...parameterFile.matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, name]) => name),
    ]);
    const paths = globSync(['docs/*.md', 'infra/**/*.sh', 'azure.yaml'], { cwd: ROOT });

    const unknown = paths.flatMap((path) =>
      [...readText(path).matchAll(OURS)]
        .filter(([name]) => !known.has(name))
        .map(([name]) => `${path}: ${name}`),
    );

    expect(unknown).toEqual([]);
  });

  it('read outputs by names whose case ARM does not change', () => {
    const outputs = new Set(outputNames);
    const text = ['docs/deploy.md', 'docs/operate.md', 'infra/smoke.sh'].map(readText).join('\n');
    const asked = [...text.matchAll(/properties\.outputs\.(\w+)\.value|\$\(output (\w+)\)/g)];
    const names = asked.map(([, inDocs, inScript]) => inDocs ?? inScript ?? '');

    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !outputs.has(name) || !/^[a-z]/.test(name))).toEqual([]);
  });

  it('set the runtime for func in each publish command', () => {
    const text = ['README.md', 'docs/deploy.md', 'docs/operate.md', 'infra/smoke.sh'].map(readText);
    const lines = text.join('\n').split('\n');
    const published = lines.filter((line) => /functionapp publish "?\$/.test(line));

    expect(published).toHaveLength(3);
    expect(published.filter((line) => !/FUNCTIONS_WORKER_RUNTIME=node func /.test(line))).toEqual(
      [],
    );
  });

  it('block azd down, which would offer to delete the registry', () => {
    const [, hook = ''] = /predown:\n([\s\S]*?)\nservices:/.exec(readText('azure.yaml')) ?? [];

    expect(hook.match(/Never azd down/g)).toHaveLength(2);
    expect(hook.match(/exit 1/g)).toHaveLength(2);
  });

  it('list exactly the parameters of the Bicep', () => {
    const deploy = readText('docs/deploy.md');
    const [, table = ''] = /## Parameters\n([\s\S]*?)\n## /.exec(deploy) ?? [];
    const told = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name);

    expect(told.sort()).toEqual(Object.keys(template.parameters).sort());
  });
});

describe('local.settings.sample.json', () => {
  const names = Object.keys(sample.Values);

  it('has only settings of the app, and the runtime of the host', () => {
    const known = [...SETTING_NAMES, 'FUNCTIONS_WORKER_RUNTIME'];

    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('contains no secret, and sets a dry run', () => {
    expect(sample.Values.AzureWebJobsStorage).toBe('UseDevelopmentStorage=true');
    expect(sample.Values.PATCHWRIGHT_DRY_RUN).toBe('true');
  });
});
