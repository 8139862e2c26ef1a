import type { Fault } from '../infrastructure.ts';
import type { RoleAssignment } from '../role-assignments.ts';
import { allows } from './abac-condition.ts';

const ACTIONS = 'Microsoft.ContainerRegistry/registries/repositories/';
const NAME = '@Request[Microsoft.ContainerRegistry/registries/repositories:name]';
/** What the Bicep makes of the parameter patchedRepositories: one name, one prefix. */
const NAMED = `${NAME} StringEqualsIgnoreCase 'team/api' OR ${NAME} StringStartsWithIgnoreCase 'shop/'`;

type Reach = readonly [
  action: string,
  repository: string,
  /** Where all repositories may be patched, and where only those named may. */
  whenAll: boolean,
  whenNamed: boolean,
];

const both = (kind: string, repository: string, all: boolean, named = all): readonly Reach[] => [
  [`content/${kind}`, repository, all, named],
  [`metadata/${kind}`, repository, all, named],
];

/** How far each role reaches. */
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
    ...both('write', 'patchwright/worker-patch', false),
    ...both('delete', 'patchwright/worker-patch', false),
    ...both('write', 'team/api', false),
    ...both('delete', 'team/api', false),
    ...both('delete', 'csscpolicies/patchpolicy', false),
    ...both('read', 'team/api', false),
  ],
};

/** Evaluates the conditions of an assignment: what is behind their OR decides how far it reaches. */
export function reachFaults(assignment: RoleAssignment): readonly Fault[] {
  const { file, symbol, role = '', conditions } = assignment;
  if (conditions === undefined) return [];
  const { whenAll, whenNamed } = conditions;
  const say = (what: string) => `${file}: ${symbol} ${what}`;
  try {
    return (REACH[role] ?? []).flatMap(([kind, repository, all, named]) => {
      const request = { action: `${ACTIONS}${kind}`, repository };
      return [
        ...faultOf(say, request, allows(whenAll, request), all),
        ...faultOf(
          say,
          request,
          allows(whenNamed.replaceAll(/\$\{named\}/g, NAMED), request),
          named,
        ),
      ];
    });
  } catch (error) {
    return [say(error instanceof Error ? error.message : String(error))];
  }
}

function faultOf(
  say: (what: string) => Fault,
  { action, repository }: { readonly action: string; readonly repository: string },
  found: boolean,
  expected: boolean,
): readonly Fault[] {
  const what = `${action.slice(ACTIONS.length)} of ${repository}`;
  if (found === expected) return [];
  return [say(found ? `allows ${what}` : `does not allow ${what}`)];
}
