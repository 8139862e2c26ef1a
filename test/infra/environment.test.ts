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

describe('the guides', () => {
  it('write the environment of a deployment to a file, and read it before each deployment', () => {
    expect(faultsOf(GUIDES)).toBe('');
  });

  it.each<readonly [string, keyof Guides, string, string, string]>([
    [
      'a variable that no step writes',
      'deploy',
      'export PATCHWRIGHT_BUILDER=standard\n',
      '',
      'no step writes PATCHWRIGHT_BUILDER',
    ],
    [
      'a variable that build-worker.sh does not print',
      'buildWorker',
      'export PATCHWRIGHT_SCAN',
      'PATCHWRIGHT_SCAN',
      'no step writes PATCHWRIGHT_SCAN',
    ],
    [
      'a variable that azd does not get',
      'deploy',
      'azd env set PATCHWRIGHT_DRY_RUN true',
      '',
      'does not set PATCHWRIGHT_DRY_RUN',
    ],
    [
      'azd without the location',
      'deploy',
      ' --location $AZURE_LOCATION\nazd',
      '\nazd',
      'does not set AZURE_LOCATION',
    ],
    [
      'an unknown output of azd',
      'deploy',
      'get-value AZURE_FUNCTION_NAME',
      'get-value AZURE_APP',
      'unknown output AZURE_APP',
    ],
    [
      'an output of azd that is not written',
      'deploy',
      'export ACCOUNT=$(azd',
      'ACCOUNT=$(azd',
      'does not note ACCOUNT',
    ],
    [
      'an upgrade that does not read the file',
      'operate',
      ' && . ./patchwright.env\naz deployment',
      '\naz deployment',
      'docs/operate.md deploys',
    ],
    [
      'a step that does not begin with reading the file',
      'deploy',
      '. ./patchwright.env\nKEY=',
      'KEY=',
      '## 8. The first run does not read patchwright.env first',
    ],
    [
      'a deployment that does not read the file',
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
  ])('do not pass with %s', (_, guide, from, to, says) => {
    const text = GUIDES[guide];
    const changed = { ...GUIDES, [guide]: text.replace(from, () => to) };

    expect(changed[guide]).not.toBe(text);
    expect(faultsOf(changed)).toContain(says);
  });
});

describe('the parameter file', () => {
  it.each(['builder', 'dryRun', 'environmentName', 'location', 'registryPermissionMode'])(
    'gives %s no default, so that a new shell cannot reset it',
    (name) => {
      const changed = parameterFile.replace(
        new RegExp(`(param ${name} = .*?\\('\\w+')\\)`),
        "$1, 'true')",
      );

      expect(parameterFileFaults(template, parameterFile)).toEqual([]);
      expect(changed).not.toBe(parameterFile);
      expect(parameterFileFaults(template, changed).join()).toContain(`would reset ${name}`);
    },
  );
});
