import * as z from 'zod';
import { MARKS_PREFIX } from '../../lib/policy/reserved-repositories.ts';
import { type Az, askAz } from './az.ts';
import type { Installation } from './installation.ts';

const Tags = z.record(z.string(), z.string()).nullish();
const Group = z.object({ id: z.string(), name: z.string(), tags: Tags });
const Resource = z.object({ id: z.string(), name: z.string(), type: z.string(), tags: Tags });
const Assignment = z.object({ id: z.string(), description: z.string().nullish() });
const Role = z.object({ name: z.string(), roleName: z.string() });
const CacheRule = z.object({ name: z.string(), targetRepository: z.string() });
const Named = z.object({ name: z.string() });

export type Resource = z.infer<typeof Resource>;
export type Assignment = z.infer<typeof Assignment>;

export interface SeenGroup extends z.infer<typeof Group> {
  readonly resources: readonly Resource[];
  /** Role assignments on the group itself. */
  readonly assignments: readonly Assignment[];
  readonly customRoles: readonly z.infer<typeof Role>[];
}

/** The resources in Azure that an installation may own or share. */
export interface Seen {
  readonly subscriptionId: string;
  /** Undefined if the group does not exist. */
  readonly group: SeenGroup | undefined;
  readonly jobsGroup: SeenGroup | undefined;
  readonly registry: {
    readonly assignments: readonly Assignment[];
    readonly cacheRules: readonly z.infer<typeof CacheRule>[];
    readonly repositories: readonly string[];
    /** The marks of all installations, as `repository:installation`. */
    readonly marks: readonly string[];
  };
  /** All role assignments of the app's identity in this subscription. */
  readonly assignments: readonly Assignment[];
  readonly budgets: readonly string[];
}

/** Reads only. Throws if anything cannot be read, so that no removal works on incomplete data. */
export function readAzure(az: Az, installation: Installation): Seen {
  const { group, jobsGroup, registry, principal } = installation;
  const { id: subscriptionId } = askAz(az, z.object({ id: z.string() }), 'account', 'show');
  const { id: scope } = askAz(az, z.object({ id: z.string() }), 'acr', 'show', '--name', registry);
  const list = ['role', 'assignment', 'list'] as const;
  const names = z.array(z.string());
  const repositories = askAz(az, names, 'acr', 'repository', 'list', '--name', registry);
  const tags = ['acr', 'repository', 'show-tags', '--name', registry, '--repository'] as const;
  return {
    subscriptionId,
    group: readGroup(az, group),
    jobsGroup: readGroup(az, jobsGroup),
    registry: {
      assignments: askAz(az, z.array(Assignment), ...list, '--scope', scope),
      cacheRules: askAz(az, z.array(CacheRule), 'acr', 'cache', 'list', '--registry', registry),
      repositories,
      marks: repositories
        .filter((repository) => repository.startsWith(MARKS_PREFIX))
        .flatMap((repository) =>
          askAz(az, names, ...tags, repository).map((tag) => `${repository}:${tag}`),
        ),
    },
    assignments: askAz(az, z.array(Assignment), ...list, '--all', '--assignee', principal),
    budgets: askAz(az, z.array(Named), 'consumption', 'budget', 'list').map(({ name }) => name),
  };
}

function readGroup(az: Az, name: string): SeenGroup | undefined {
  if (!askAz(az, z.boolean(), 'group', 'exists', '--name', name)) return undefined;
  const group = askAz(az, Group, 'group', 'show', '--name', name);
  const roles = ['role', 'definition', 'list', '--custom-role-only', '--scope', group.id] as const;
  return {
    ...group,
    resources: askAz(az, z.array(Resource), 'resource', 'list', '--resource-group', name),
    assignments: askAz(az, z.array(Assignment), 'role', 'assignment', 'list', '--scope', group.id),
    customRoles: askAz(az, z.array(Role), ...roles),
  };
}
