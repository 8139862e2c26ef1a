import type { Deployment } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';
import type { RoleAssignment } from '../role-assignments.ts';
import { allows } from './abac-condition.ts';

const ACTIONS = 'Microsoft.ContainerRegistry/registries/repositories/';

type Reach = readonly [
  action: string,
  repository: string,
  /** Expected if all repositories may be patched, and if only `team/api` and `shop/` may. */
  whenAll: boolean,
  whenNamed: boolean,
];

const both = (kind: string, repository: string, all: boolean, named = all): readonly Reach[] => [
  [`content/${kind}`, repository, all, named],
  [`metadata/${kind}`, repository, all, named],
];

/** The actions that each role must allow or deny. */
const REACH: Readonly<Record<string, readonly Reach[]>> = {
  'Container Registry Repository Reader': [
    ...both('read', 'team/api', true),
    ...both('read', 'shop/web', true),
    ...both('read', 'other/thing', true, false),
    ...both('read', 'team/api-internal', true, false),
    ...both('read', 'patchwright/trivy-db', true),
    ...both('read', 'patchwright/worker-scan', true),
    ...both('read', 'csscpolicies/patchpolicy', true),
  ],
  'Container Registry Repository Reader of the pull identity': [
    ...both('read', 'patchwright/worker-scan', true),
    ...both('read', 'patchwright/worker-patch-privileged', true),
    ...both('read', 'patchwright/trivy-db', false),
    ...both('read', 'patchwright/staging/team/api', false),
    ...both('read', 'csscpolicies/patchpolicy', false),
    ...both('read', 'team/api', false),
  ],
  'Container Registry Repository Writer': [
    ...both('write', 'team/api', true),
    ...both('write', 'shop/web', true),
    ...both('write', 'other/thing', true, false),
    ...both('write', 'patchwright/worker-scan', false),
    ...both('write', 'patchwright/trivy-db', false),
    ...both('write', 'Patchwright/mirror/docker.io/library/debian', false),
    ...both('write', 'csscpolicies/patchpolicy', false),
    ...both('read', 'patchwright/worker-scan', false),
  ],
  'Container Registry Repository Contributor': [
    ...both('write', 'patchwright/staging/team/api', true),
    ...both('delete', 'patchwright/staging/team/api', true),
    ...both('write', 'patchwright/claims/team/api', true),
    ...both('delete', 'patchwright/claims/team/api', false),
    ...both('write', 'patchwright/worker-patch', false),
    ...both('delete', 'patchwright/worker-patch', false),
    ...both('write', 'team/api', false),
    ...both('delete', 'team/api', false),
    ...both('delete', 'csscpolicies/patchpolicy', false),
    ...both('read', 'team/api', false),
  ],
};

/** Evaluates an assignment's condition for each action, because its text alone shows no reach. */
export function reachFaults(
  { given, condition }: RoleAssignment,
  { parameters }: Deployment,
): readonly Fault[] {
  if (condition === undefined) return [];
  const isNamed = parameters.patchedRepositories !== undefined;
  const say = (what: string) => `${given} ${what}`;
  try {
    return (REACH[given] ?? []).flatMap(([kind, repository, all, named]) => {
      const found = allows(condition, { action: `${ACTIONS}${kind}`, repository });
      if (found === (isNamed ? named : all)) return [];
      const what = `${kind} of ${repository}`;
      return [say(found ? `allows ${what}` : `does not allow ${what}`)];
    });
  } catch (error) {
    return [say(error instanceof Error ? error.message : String(error))];
  }
}
