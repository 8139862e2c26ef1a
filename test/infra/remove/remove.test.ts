import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInstallation } from '../../../scripts/remove/installation.ts';
import { removeInstallation } from '../../../scripts/remove/remove-installation.ts';
import { blocksOf, sectionOf } from '../guides.ts';
import { ROOT, readText } from '../infrastructure.ts';
import {
  type AzureState,
  asTest,
  deployed,
  REGISTRY_ID,
  resource,
  type StateResource,
  together,
} from './azure-state.ts';
import { StandInAzure } from './stand-in-az.ts';

const GROUP = 'rg-patchwright-prod';
const JOBS = `${GROUP}-jobs`;
const network = deployed('network');

const appOf = ({ resources }: AzureState) =>
  resources.find(({ type }) => type === 'Microsoft.Web/sites')?.name ?? '';
const accountOf = ({ resources }: AzureState) =>
  resources.find(({ type }) => type === 'Microsoft.Storage/storageAccounts')?.name ?? '';

/** Removes prod from a simulated Azure; `after` is the state afterwards. */
async function remove(state: AzureState, option?: '--yes') {
  const azure = new StandInAzure(state);
  const lines: string[] = [];
  const ok = await removeInstallation(
    {
      app: appOf(network),
      group: GROUP,
      jobsGroup: JOBS,
      account: accountOf(network),
      principal: 'principal-of-prod',
      registry: 'contoso',
    },
    { az: azure.az, yes: option === '--yes', waitMs: 0, say: (line) => lines.push(line) },
  );
  return { ok, said: lines.join('\n'), after: azure.state };
}

const withResources = (state: AzureState, ...more: readonly StateResource[]): AzureState => ({
  ...state,
  resources: [...state.resources, ...more],
});
const namesOf = ({ resources }: AzureState) => resources.map(({ name }) => name).sort();

describe('the removal of the only installation', () => {
  it('removes all its resources, and keeps the images that it patched', async () => {
    const { ok, said, after } = await remove(
      { ...network, budgets: [appOf(network), 'a budget of yours'] },
      '--yes',
    );

    expect(said).not.toContain('kept');
    expect(ok).toBe(true);
    expect(after).toEqual({
      ...network,
      groups: [],
      resources: [],
      assignments: [],
      customRoles: [],
      budgets: ['a budget of yours'],
      cacheRules: [],
      repositories: ['team/api'],
    });
  });

  it('changes nothing without --yes, and lists its steps', async () => {
    const { ok, said, after } = await remove(network);

    expect(after).toEqual(network);
    expect(said).toContain(`would do   delete resource group ${GROUP} and everything in it`);
    expect(said).toContain('Nothing was removed');
    expect(ok).toBe(true);
  });

  it('deletes the resource group even if Azure created resources of its own in it', async () => {
    const state = withResources(
      network,
      resource('Microsoft.Network/networkInterfaces', `pe-${accountOf(network)}-blob.nic.1`, GROUP),
      resource(
        'microsoft.AlertsManagement/smartDetectorAlertRules',
        `Failure Anomalies - appi-${appOf(network)}`,
        GROUP,
      ),
      resource('microsoft.insights/actionGroups', 'Application Insights Smart Detection', GROUP),
      resource('Microsoft.ContainerInstance/containerGroups', 'pw-scan-1', JOBS, {
        'managed-by': 'patchwright',
      }),
    );

    const { after } = await remove(state, '--yes');

    expect(after.groups).toEqual([]);
    expect(after.resources).toEqual([]);
  });

  it('continues if a step fails, and reports it', async () => {
    const stranger = {
      id: 'someone',
      scope: network.customRoles[0]?.scope ?? '',
      roleId: network.customRoles[0]?.name ?? '',
      principalId: 'someone',
      description: null,
    };
    const group = { name: GROUP };
    const state = {
      ...network,
      groups: [group, { name: JOBS }],
      assignments: [...network.assignments, stranger],
    };

    const { ok, said, after } = await remove(state, '--yes');

    expect(said).toMatch(/FAILED {5}delete custom role Patchwright.*RoleDefinitionHasAssignments/);
    expect(ok).toBe(false);
    expect(after.assignments).toEqual([stranger]);
  });
});

describe('the removal beside a second installation', () => {
  it('on the same registry keeps all of the second one, and the shared rules and repositories', async () => {
    const test = asTest(network, 'own groups');

    const { ok, said, after } = await remove(together(test, network), '--yes');

    expect(ok).toBe(true);
    for (const key of ['groups', 'resources', 'assignments', 'customRoles'] as const) {
      expect(new Set(after[key].map((one) => JSON.stringify(one)))).toEqual(
        new Set(test[key].map((one) => JSON.stringify(one))),
      );
    }
    expect(after.cacheRules).toHaveLength(7);
    expect(after.repositories).toHaveLength(3);
    expect(said).toContain(
      'kept       cache rules and repositories patchwright/… of contoso: used by patchwright-test-abcdef',
    );
  });

  it.each(['the tags of prod', 'the tags of test'])(
    'in the same groups keeps all of the second one, and the DNS zones with %s',
    async (tags) => {
      const test = asTest(network, 'the same groups');
      const both = tags === 'the tags of test' ? together(test, network) : together(network, test);

      const { ok, said, after } = await remove(both, '--yes');

      expect(after.groups).toHaveLength(2);
      const zones = namesOf(after).filter((name) => /^privatelink\.\w+\.[\w.]+$/.test(name));
      expect(zones).toHaveLength(3);
      expect(namesOf(after)).toEqual(namesOf(test));
      expect(after.assignments.map(({ id }) => id).sort()).toEqual(
        test.assignments.map(({ id }) => id).sort(),
      );
      expect(after.customRoles).toHaveLength(2);
      expect(ok).toBe(true);
      expect(said).toContain(`kept       resource group ${GROUP}: `);
    },
  );

  it('in the same jobs group keeps the running container groups', async () => {
    const test = asTest(network, 'the same groups');
    const running = resource('Microsoft.ContainerInstance/containerGroups', 'pw-scan-1', JOBS, {
      'managed-by': 'patchwright',
    });

    const { after } = await remove(withResources(together(network, test), running), '--yes');

    expect(after.resources).toContainEqual(running);
  });
});

describe("the removal from the user's own group", () => {
  it('keeps the group and the user’s resources', async () => {
    const budget = deployed('budget');
    const machine = resource('Microsoft.Compute/virtualMachines', 'a machine of yours', GROUP);

    const { said, after } = await remove(withResources(budget, machine), '--yes');

    expect(after.groups).toEqual([{ name: GROUP }, { name: JOBS }]);
    expect(after.resources).toEqual([machine]);
    expect(after.customRoles).toEqual([]);
    expect(after.budgets).toEqual([]);
    expect(said).toContain(`kept       resource group ${GROUP}: the template did not make it`);
    expect(said).toContain('a machine of yours');
  });

  it('keeps the group even if it is empty afterwards', async () => {
    const { after } = await remove(deployed('budget'), '--yes');

    expect(after.groups).toHaveLength(2);
    expect(after.resources).toEqual([]);
  });
});

describe("the removal with a registry in the app's group", () => {
  it('keeps the registry and the group', async () => {
    const registry = {
      ...resource('Microsoft.ContainerRegistry/registries', 'contoso', GROUP),
      id: REGISTRY_ID.replace('rg-registry', GROUP),
    };

    const { said, after } = await remove(withResources(deployed('plain'), registry), '--yes');

    expect(after.resources).toEqual([registry]);
    expect(after.groups.map(({ name }) => name)).toEqual([GROUP]);
    expect(said).toContain('Microsoft.ContainerRegistry/registries contoso');
  });
});

describe('the removal', () => {
  it('removes nothing if a variable is missing, and names the file that sets it', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/remove.ts')], {
      encoding: 'utf8',
      env: { APP: 'a', GROUP, JOBS, ACCOUNT: 'a', PRINCIPAL: 'p' },
    });

    expect(stderr).toBe(
      'Nothing was removed: PATCHWRIGHT_REGISTRY_NAME missing: run . ./patchwright.env first\n',
    );
    expect(status).toBe(1);
  });

  it('removes nothing if it cannot read everything', async () => {
    const azure = new StandInAzure(network);
    const az = (args: readonly string[]) => {
      if (args[0] === 'consumption') throw new Error('az: no access');
      return azure.az(args);
    };
    const installation = readInstallation({
      APP: 'a',
      GROUP,
      JOBS,
      ACCOUNT: 'a',
      PRINCIPAL: 'p',
      PATCHWRIGHT_REGISTRY_NAME: 'contoso',
    });

    await expect(
      removeInstallation(installation, { az, yes: true, waitMs: 0, say: () => undefined }),
    ).rejects.toThrow('no access');
    expect(azure.state).toEqual(network);
  });

  it('is documented in the guide, with the values that an earlier step wrote to the file', () => {
    const [block = ''] = blocksOf(sectionOf(readText('docs/operate.md'), '## Remove'));

    expect(block).toBe(
      '. ./patchwright.env\nnpm run --silent remove\nnpm run --silent remove -- --yes\n',
    );
  });
});

describe('the marks of an installation', () => {
  const marked = (state: AzureState): AzureState => ({
    ...state,
    repositories: [...state.repositories, 'patchwright/claims/team/api', 'patchwright/claims/shop'],
    marks: {
      'patchwright/claims/team/api': [appOf(network)],
      'patchwright/claims/shop': ['another', appOf(network)],
    },
  });

  it('are removed, and those of others stay, if another installation uses the registry', async () => {
    const { ok, after } = await remove(
      marked(together(network, asTest(network, 'own groups'))),
      '--yes',
    );

    expect(ok).toBe(true);
    expect(after.marks).toEqual({
      'patchwright/claims/team/api': [],
      'patchwright/claims/shop': ['another'],
    });
    expect(after.repositories).toContain('patchwright/claims/shop');
  });

  it('are listed before', async () => {
    const { said } = await remove(marked(together(network, asTest(network, 'own groups'))));

    const name = appOf(network);
    expect(said).toContain(`delete mark patchwright/claims/team/api:${name} of contoso`);
    expect(said).not.toContain('patchwright/claims/shop:another');
  });
});
