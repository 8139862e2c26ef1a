import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../lib/clock.ts';
import { AciContainerGroups } from '../../../lib/containers/aci-container-groups.ts';
import { systemDelays } from '../../../lib/http/delays.ts';
import type { GroupFault } from '../../world/arm/group-fault.ts';
import { DEFAULT_QUOTAS } from '../../world/arm/quotas.ts';
import { describeContainerGroups } from './container-groups.contract.ts';
import { startLocalArm } from './local-arm.ts';

const PROGRAM = `
  const behavior = process.argv[2];
  console.log('group of ' + process.env.PATCHWRIGHT_JOB);
  if (behavior === 'run-for-ever') setInterval(() => {}, 1000);
  else process.exitCode = behavior === 'exit-3' ? 3 : 0;
`;

describeContainerGroups('ACI adapter on the local ARM', async ({ groups, creationsPerHour }) => {
  const local = await startLocalArm(PROGRAM, {
    startDelayMs: 250,
    deletionDelayMs: 400,
    pageSize: 2,
    quotas: {
      ...(groups === undefined ? {} : { groups }),
      ...(creationsPerHour === undefined
        ? {}
        : { creations: { ...DEFAULT_QUOTAS.creations, perHour: creationsPerHour } }),
    },
    faults: ({ request }) => faultOf(request.properties.containers[0]?.properties.command?.at(-1)),
  });
  return {
    groups: new AciContainerGroups({
      ...local.settings,
      clock: systemClock,
      delays: systemDelays,
    }),
    image: { image: local.registry.image, imageCredential: local.registry.credential },
    command: (behavior) => ['node', '/app/worker.cjs', behavior],
    pass: () => sleep(20),
    close: () => local.close(),
  };
});

function faultOf(behavior: string | undefined): GroupFault | undefined {
  switch (behavior) {
    case 'never-start':
      return { kind: 'stays-pending' };
    case 'fail-to-start':
      return { kind: 'provisioning-failed', event: 'InsufficientCapacity' };
    default:
      return undefined;
  }
}
