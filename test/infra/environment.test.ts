import { describe, expect, it } from 'vitest';
import { readKept } from './bicep/kept-files.ts';
import { environmentFaults, type Guides } from './checks/environment.ts';
import { parameterFileFaults } from './checks/parameters.ts';
import { readText } from './infrastructure.ts';
import { readParameterFile } from './parameter-file.ts';

const GUIDES: Guides = {
  deploy: readText('docs/deploy.md'),
  operate: readText('docs/operate.md'),
  buildWorker: readText('infra/build-worker.sh'),
};
const parameterFile = readText('infra/main.bicepparam');

const { template } = readKept();

function faultsOf(guides: Guides): string {
  const outputs = Object.keys(template.outputs);
  return environmentFaults(guides, readParameterFile(parameterFile), outputs).join('\n');
}

describe('The environment of a deployment', () => {
  it('is written down by the guides, and read by each deployment of theirs', () => {
    expect(faultsOf(GUIDES)).toBe('');
  });

  it.each<readonly [string, keyof Guides, string, string, string]>([
    [
      'not written',
      'deploy',
      'export PATCHWRIGHT_BUILDER=standard\n',
      '',
      'no step writes PATCHWRIGHT_BUILDER',
    ],
    [
      'not printed',
      'buildWorker',
      'export PATCHWRIGHT_SCAN',
      'PATCHWRIGHT_SCAN',
      'no step writes PATCHWRIGHT_SCAN',
    ],
    [
      'unknown to azd',
      'deploy',
      'azd env set PATCHWRIGHT_DRY_RUN true',
      '',
      'does not set PATCHWRIGHT_DRY_RUN',
    ],
    [
      'azd in another place',
      'deploy',
      ' --location $AZURE_LOCATION\nazd',
      '\nazd',
      'does not set AZURE_LOCATION',
    ],
    [
      'asked of azd by another name',
      'deploy',
      'get-value AZURE_FUNCTION_NAME',
      'get-value AZURE_APP',
      'no output AZURE_APP',
    ],
    [
      'not noted from azd',
      'deploy',
      'export ACCOUNT=$(azd',
      'ACCOUNT=$(azd',
      'does not note ACCOUNT',
    ],
    [
      'not read in an upgrade',
      'operate',
      ' && . ./patchwright.env\naz deployment',
      '\naz deployment',
      'docs/operate.md deploys',
    ],
    [
      'not read where a step begins',
      'deploy',
      '. ./patchwright.env\nKEY=',
      'KEY=',
      '## 8. The first run does not read patchwright.env first',
    ],
    [
      'not read in a step',
      'deploy',
      '. ./patchwright.env\naz deployment',
      'az deployment',
      'docs/deploy.md deploys',
    ],
    [
      'a deployment that another installation overwrites',
      'deploy',
      'sub create --name patchwright-$AZURE_ENV_NAME-$AZURE_LOCATION',
      'sub create --name patchwright-$AZURE_LOCATION',
      'does not carry environment and region',
    ],
    [
      'an upgrade that fails in another region',
      'operate',
      'sub create --name patchwright-$AZURE_ENV_NAME-$AZURE_LOCATION',
      'sub create --name patchwright-$AZURE_ENV_NAME',
      'does not carry environment and region',
    ],
  ])('%s: is found', (_, guide, from, to, says) => {
    const text = GUIDES[guide];
    const changed = { ...GUIDES, [guide]: text.replace(from, () => to) };

    expect(changed[guide]).not.toBe(text);
    expect(faultsOf(changed)).toContain(says);
  });
});

describe('The parameter file', () => {
  it.each(['builder', 'dryRun', 'environmentName', 'location', 'registryPermissionMode'])(
    'gives %s no default, to which a new shell would turn it back',
    (name) => {
      const changed = parameterFile.replace(
        new RegExp(`(param ${name} = .*?\\('\\w+')\\)`),
        "$1, 'true')",
      );

      expect(parameterFileFaults(template, parameterFile)).toEqual([]);
      expect(changed).not.toBe(parameterFile);
      expect(parameterFileFaults(template, changed).join()).toContain(`turn ${name} back`);
    },
  );
});
