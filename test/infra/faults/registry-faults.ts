import { inSnapshot, type PlantedFault, without } from './planted-fault.ts';

const CONDITIONS = 'modules/abac-conditions.bicep';
const REGISTRY = 'modules/registry.bicep';
const MIRRORS = 'modules/mirrors.bicep';
const NAME = '@Request[Microsoft.ContainerRegistry/registries/repositories:name]';
const NOT_OURS = `(${NAME} StringNotStartsWithIgnoreCase 'patchwright/' AND ${NAME} StringNotStartsWithIgnoreCase 'csscpolicies/')`;
const OURS = `${NAME} StringStartsWithIgnoreCase 'patchwright/' OR ${NAME} StringStartsWithIgnoreCase 'csscpolicies/'`;
const IN_STAGING = `${NAME} StringStartsWithIgnoreCase 'patchwright/staging/'`;

/** Faults of the role assignments on the registry and of its cache rules. */
export const REGISTRY_FAULTS: readonly PlantedFault[] = [
  {
    what: 'a missing principal type',
    file: REGISTRY,
    from: /(resource pushRole [\s\S]*?)\n {4}principalType: 'ServicePrincipal'/,
    to: '$1',
    says: 'AcrPush has no principalType',
    shownBy: 'plain',
    kept: inSnapshot(
      /"principalType":"ServicePrincipal",("roleDefinitionId":"[^"]*\/8311e382)/,
      '$1',
    ),
  },
  {
    what: 'a role assignment that does not name its installation',
    file: REGISTRY,
    from: 'Patchwright ${installation}: Deleting',
    to: 'Deleting',
    says: 'AcrDelete does not name its installation',
    shownBy: 'plain',
    kept: inSnapshot(/Patchwright [\w-]+: Deleting/, 'Deleting'),
  },
  {
    what: 'a missing ABAC condition',
    file: REGISTRY,
    from: /\n {4}condition: stagingCondition\(\)/,
    to: '',
    says: 'Container Registry Repository Contributor has no condition on content/delete',
    shownBy: 'abac',
    kept: inSnapshot(/"condition":"[^"]*content\/delete[^"]*",/, ''),
  },
  {
    what: 'an ABAC condition that does not limit writing',
    file: CONDITIONS,
    from: "'((${isNot('read')} AND ${isNot('write')}) OR",
    to: "'((${isNot('read')}) OR",
    says: 'Container Registry Repository Writer has no condition on content/write',
    shownBy: 'abac',
    kept: inSnapshot(
      /metadata\/read'\}\) AND [^"]*?metadata\/write'\}\)\) OR/,
      "metadata/read'})) OR",
    ),
  },
  {
    what: "write access to our own repositories instead of the users'",
    file: CONDITIONS,
    from: "AND ${isNot('write')}) OR (${isToPatch(patched)}))'",
    to: "AND ${isNot('write')}) OR (${empty(patched) ? isOurs() : ''}))'",
    says: 'Container Registry Repository Writer allows content/write of patchwright/worker-scan',
    shownBy: 'abac',
    kept: inSnapshot(`metadata/write'})) OR (${NOT_OURS})`, `metadata/write'})) OR (${OURS})`),
  },
  {
    what: 'write access to our own repositories in addition',
    file: CONDITIONS,
    from: "'patchwright/')} AND ${",
    to: "'patchwright/')} OR ${",
    says: 'Container Registry Repository Writer allows metadata/write of patchwright/trivy-db',
    shownBy: 'abac',
    kept: inSnapshot(/(Not\w+ 'patchwright\/') AND/g, '$1 OR'),
  },
  {
    what: "delete access to the users' repositories",
    file: CONDITIONS,
    from: 'OR (${isInStaging()})',
    to: "OR (${isNamed('StringNotStartsWithIgnoreCase', 'patchwright/')})",
    says: 'Container Registry Repository Contributor allows content/delete of team/api',
    shownBy: 'abac',
    kept: inSnapshot(`OR (${IN_STAGING})`, `OR (${NOT_OURS} OR ${IN_STAGING})`),
  },
  {
    what: 'delete access outside staging',
    file: CONDITIONS,
    from: "'patchwright/staging/'",
    to: "'patchwright/'",
    says: 'Container Registry Repository Contributor allows content/delete of patchwright/worker-patch',
    shownBy: 'abac',
    kept: inSnapshot('patchwright/staging/', 'patchwright/'),
  },
  {
    what: 'no read access to the database',
    file: CONDITIONS,
    from: ' OR ${isOurs()}',
    to: '',
    says: 'Container Registry Repository Reader does not allow content/read of patchwright/trivy-db',
    shownBy: 'abac',
    kept: inSnapshot(` OR ${OURS}`, ''),
  },
  {
    what: 'read access beyond the named repositories',
    file: CONDITIONS,
    from: '(${isToPatch(patched)} OR',
    to: "(${isNamed('StringNotStartsWithIgnoreCase', 'patchwright/')} OR",
    says: 'Container Registry Repository Reader allows content/read of other/thing',
    shownBy: 'named',
    kept: inSnapshot(
      `metadata/read'})) OR (${NAME} StringEqualsIgnoreCase 'team/api'`,
      `metadata/read'})) OR (${NOT_OURS}`,
    ),
  },
  {
    what: 'a condition with a missing parenthesis',
    file: CONDITIONS,
    from: "(${isInStaging()}))'",
    to: "(${isInStaging()})'",
    says: 'Container Registry Repository Contributor lacks a parenthesis',
    shownBy: 'abac',
    kept: inSnapshot("'patchwright/staging/'))", "'patchwright/staging/')"),
  },
  {
    what: 'a cache rule for another repository',
    file: MIRRORS,
    from: "'patchwright/trivy-db'",
    to: "'trivy-db'",
    says: 'no cache rule fills patchwright/trivy-db',
    shownBy: 'plain',
    kept: inSnapshot('"targetRepository":"patchwright/trivy-db"', '"targetRepository":"trivy-db"'),
  },
  {
    what: 'no mirror for the tools of rpm systems',
    file: MIRRORS,
    from: / {2}\{\n {4}name: 'patchwright-mcr-mariner'[\s\S]*?\n {2}\}\n/,
    to: '',
    says: 'no cache rule fills patchwright/mirror/mcr.microsoft.com/cbl-mariner/base/core',
    shownBy: 'plain',
    kept: without('"name":"contoso/patchwright-mcr-mariner"'),
  },
  {
    what: 'a mirror of another source',
    file: MIRRORS,
    from: "source: 'docker.io/library/debian'",
    to: "source: 'docker.io/library/ubuntu'",
    says: 'is filled from docker.io/library/ubuntu',
    shownBy: 'budget',
    kept: inSnapshot(
      '"sourceRepository":"docker.io/library/debian"',
      '"sourceRepository":"docker.io/library/ubuntu"',
    ),
  },
];
