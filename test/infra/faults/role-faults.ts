import { inSnapshot, type PlantedFault, without } from './planted-fault.ts';

const GROUPS = 'modules/container-groups.bicep';
const STORAGE = 'modules/storage.bicep';

/** Faults of the role assignments, except those on the registry. */
export const ROLE_FAULTS: readonly PlantedFault[] = [
  {
    what: 'a role removed',
    file: STORAGE,
    from: /resource tableRole [\s\S]*?\n\}\n/,
    to: '',
    says: 'Storage Table Data Contributor is missing',
    shownBy: 'plain',
    kept: without('roleDefinitions/0a9a7e1f'),
  },
  {
    what: 'the role of another service',
    file: 'modules/monitoring.bicep',
    from: '3913510d-42f4-4e42-8a64-420c390055eb',
    to: '92aaf0da-9dab-42b6-94a3-d43ce8d16293',
    says: '92aaf0da-9dab-42b6-94a3-d43ce8d16293 is not the id of an allowed role',
    shownBy: 'plain',
    kept: inSnapshot(
      /3913510d-42f4-4e42-8a64-420c390055eb/g,
      '92aaf0da-9dab-42b6-94a3-d43ce8d16293',
    ),
  },
  {
    what: 'the Owner role',
    file: GROUPS,
    from: '5d977122-f97e-4b4d-a52f-6b43003ddb4d',
    to: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
    says: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635 is not the id of an allowed role',
    shownBy: 'quiet',
    kept: inSnapshot(
      /5d977122-f97e-4b4d-a52f-6b43003ddb4d/g,
      '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
    ),
  },
  {
    what: "a role that is assigned to an account's principal",
    file: GROUPS,
    from: 'principalId: principalId',
    to: "principalId: '44444444-4444-4444-8444-444444444444'",
    says: 'Patchwright Container Groups does not name the principal of an identity',
    shownBy: 'plain',
    kept: inSnapshot(
      /("description":"Patchwright [\w-]+: Starting[^"]*","principalId":)"[^"]*"/,
      '$1"44444444-4444-4444-8444-444444444444"',
    ),
  },
  {
    what: 'a role on the container groups that does not name its installation',
    file: GROUPS,
    from: 'Patchwright ${installation}: Starting',
    to: 'Starting',
    says: 'Patchwright Container Groups does not name its installation',
    shownBy: 'plain',
    kept: inSnapshot(/Patchwright [\w-]+: Starting, w/, 'Starting, w'),
  },
  {
    what: 'an assignment name that does not depend on the role',
    file: GROUPS,
    from: 'principalId, customRole ? customRoleName : containerInstancesContributor)',
    to: "principalId, 'container-groups')",
    says: 'Patchwright Container Groups does not name its role in guid()',
    shownBy: 'plain',
    kept: inSnapshot(
      /(rg-patchwright-prod-jobs', reference\([^)]*\)\.principalId, ')[0-9a-f-]{36}('\)\]",)/,
      '$1container-groups$2',
    ),
  },
  {
    what: 'permission to exec into containers',
    file: GROUPS,
    from: 'containers/logs/read',
    to: 'containers/exec/action',
    says: 'a custom role may do Microsoft.ContainerInstance/containerGroups/containers/exec/action',
    shownBy: 'plain',
    kept: inSnapshot('containers/logs/read', 'containers/exec/action'),
  },
  {
    what: 'a role description that differs from the docs',
    file: STORAGE,
    from: 'Runs, targets, jobs and the inventory.',
    to: 'Everything in the tables.',
    says: 'docs/security.md: the permissions are not those of the Bicep',
    shownBy: 'plain',
    kept: inSnapshot('Runs, targets, jobs and the inventory.', 'Everything in the tables.'),
  },
];
