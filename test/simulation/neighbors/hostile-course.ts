import type { ContainerSpec, GroupSpec } from '../../../lib/containers/container-groups.ts';
import type { JobFile } from '../../../lib/job/job-file.ts';
import type { GroupCourse } from '../../fakes/containers/group-course.ts';
import { jobFileOf } from '../../fakes/job-file-of.ts';
import type { World } from '../world.ts';
import type { Hostility } from './hostility.ts';

/** Always the same, so that two worlds differ only by the neighbors. In seconds. */
const STARTS_AFTER = 30;
const RUNS_FOR = 60;

type Work = NonNullable<Extract<GroupCourse, { kind: 'runs' }>['work']>;

/** The course of a group in a world with hostile neighbors, or without them. */
export function hostileCourse(world: World, spec: GroupSpec, work: Work): GroupCourse {
  const course = { kind: 'runs', startsAfter: STARTS_AFTER, runsFor: RUNS_FOR } as const;
  // One image takes the memory of all: the group ends without a result.
  if (containersOf(world, spec, 'scan', 'bomb').length > 0) {
    world.coverage.fault('hostile-bomb');
    return { ...course, exitCode: 137 };
  }
  const hanging = containersOf(world, spec, 'patch', 'hangs');
  if (hanging.length > 0) world.coverage.fault('hostile-hangs');
  const containers = Object.fromEntries(
    hanging.map(({ name }) => [name, { kind: 'hangs' } as const]),
  );
  return { ...course, work, containers };
}

/** True if a neighbor's container pushes whatever it likes into its staging repository. */
export function litters(world: World, spec: GroupSpec): boolean {
  if (world.scenario.hostile === undefined) return false;
  return containersOf(world, spec, 'patch', 'litters').length > 0;
}

/** The containers of this kind that have an image with this hostility. */
function containersOf(
  { scenario, backends }: World,
  spec: GroupSpec,
  kind: JobFile['kind'],
  hostility: Hostility,
): readonly ContainerSpec[] {
  return spec.containers.filter((container) => {
    const file = jobFileOf(container, backends.blobs);
    const repositories =
      file.kind === 'patch' ? [file.repository] : file.images.map(({ repository }) => repository);
    const isHostile = repositories.some(
      (repository) => scenario.hostile?.get(repository) === hostility,
    );
    return file.kind === kind && isHostile;
  });
}
