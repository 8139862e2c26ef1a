import type { ImageView } from '../../lib/history/image-view.ts';
import type { RunView } from '../../lib/history/run-view.ts';
import { manyImages, monthOfRuns } from './sample-inventory.ts';
import { anImage, aRun, aTarget, found, hoursAgo } from './sample-views.ts';
import type { StubState } from './stub-app.ts';

const RUN = '20261130T075500Z-0bad';

/** Names as a registry may have them, and details as a container may write them. */
export const HOSTILE_NAMES: readonly string[] = [
  'team/<img src=x onerror=alert(1)>:1',
  'team/</script><script>alert(1)</script>:2',
  'team/api\u202E4.1:gnp',
  `team/${'long-name-'.repeat(20)}:3`,
  'team/\u0007bell\u001B[31m:4',
  'команда/образ\u200D:5',
];
const HOSTILE_TEXT =
  '<b onclick=alert(1)>\u0007\u001B[31mred</b> \u202Etxet \u2028 javascript:alert(1)';

function hostileImages(): readonly ImageView[] {
  return HOSTILE_NAMES.map((name, index) =>
    anImage(name, {
      state: index % 2 === 0 ? 'failed' : 'rejected',
      reason: index % 2 === 0 ? 'timeout' : 'layer-suspicious',
      detail: HOSTILE_TEXT.repeat(index === 3 ? 12 : 1),
      ...found(99_999, 1_234_567, 45, 6),
    }),
  );
}

function hostileRun(): RunView {
  return aRun(RUN, {
    state: 'running',
    trigger: 'manual',
    startedBy: HOSTILE_TEXT,
    warnings: `${HOSTILE_TEXT}\nthe vulnerability database is 9 days old`,
    finishedAt: null,
    createdAt: hoursAgo(0.1),
    expectedAt: hoursAgo(-0.5),
    ...{ targets: 10_006, active: 4321, patched: 3000, clean: 2685 },
  });
}

/** Ten thousand images, hostile names among the most urgent, a run in progress, a failed message. */
export function hostileWorld(): Pick<StubState, 'images' | 'runs' | 'targets' | 'poison'> {
  const [last, ...others] = monthOfRuns();
  return {
    images: [...hostileImages(), ...manyImages(10_000)],
    runs: [hostileRun(), ...(last ? [{ ...last, startedBy: HOSTILE_TEXT }] : []), ...others],
    targets: HOSTILE_NAMES.map((image) =>
      aTarget(image, { runId: RUN, state: 'patching', detail: HOSTILE_TEXT }),
    ),
    poison: [
      {
        name: 'patchwright-jobs/20261130T010000Z-failed-1f.json',
        queue: 'patchwright-jobs',
        poisonedAt: hoursAgo(7),
        why: 'failed',
      },
    ],
  };
}
