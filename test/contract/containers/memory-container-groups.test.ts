import type { GroupSpec } from '../../../lib/containers/container-groups.ts';
import type { ContainerCourse, GroupCourse } from '../../fakes/containers/group-course.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryContainerGroups } from '../../fakes/memory-container-groups.ts';
import { describeContainerGroups } from './container-groups.contract.ts';

describeContainerGroups('memory', async ({ groups, creationsPerHour }) => {
  const clock = new ManualClock();
  const fake = new MemoryContainerGroups({
    clock,
    decide: courseOf,
    limits: {
      ...(groups === undefined ? {} : { groups }),
      ...(creationsPerHour === undefined
        ? {}
        : { creations: { perHour: creationsPerHour, perFiveMinutes: 100 } }),
    },
  });
  return {
    groups: fake,
    image: {
      image: `registry.example.com/patchwright/worker@sha256:${'a'.repeat(64)}`,
      imageCredential: { server: 'registry.example.com', username: 'u', password: 'p' },
    },
    command: (behavior) => ['worker', behavior],
    pass: async () => {
      clock.advance({ seconds: 3 });
      await fake.advance();
    },
    close: async () => undefined,
  };
});

function courseOf({ containers }: GroupSpec): GroupCourse {
  const { behavior, own } = behaviorsOf(containers);
  switch (behavior) {
    case 'exit-3':
      return { kind: 'runs', startsAfter: 10, runsFor: 20, exitCode: 3 };
    case 'run-for-ever':
      return { kind: 'never-ends', startsAfter: 10 };
    case 'never-start':
      return { kind: 'never-starts' };
    case 'fail-to-start':
      return { kind: 'fails-to-start', after: 10, detail: 'InsufficientCapacity' };
    default:
      return { kind: 'runs', startsAfter: 10, runsFor: 20, containers: own };
  }
}

/** The first container's behavior is the group's; the others differ from it. */
function behaviorsOf([first, ...others]: GroupSpec['containers']) {
  const own = others.map(({ name, command }): [string, ContainerCourse] => {
    switch (command.at(-1)) {
      case 'exit-3':
        return [name, { kind: 'dies', after: 20, exitCode: 3 }];
      case 'run-for-ever':
        return [name, { kind: 'hangs' }];
      default:
        return [name, { kind: 'runs', runsFor: 20 }];
    }
  });
  return { behavior: first?.command.at(-1), own: Object.fromEntries(own) };
}
