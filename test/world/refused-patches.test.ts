import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reason } from '../../lib/pipeline/records/reasons.ts';
import { debianImage, MID_2025 } from '../images/debian/debian-image.ts';
import { makeLayout, pushLayout } from '../images/oci-layout.ts';
import { COPA_FAULT_LABEL, type CopaFault } from '../stand-ins/copa/faults.ts';
import { type FinishedRun, type JobWorld, startJobWorld } from './seed/job-world.ts';
import { registryTarget } from './seed/registry-target.ts';

/** Faults of a patcher and the expected outcomes. None of these patches is ever published. */
const CASES = [
  ['fail-apt', 'failed', 'package-manager-failed'],
  ['nothing-to-do', 'skipped', 'no-op-patch'],
  ['no-op', 'rejected', 'not-fixed'],
  ['drop-layer', 'rejected', 'layers-changed'],
  ['tamper', 'rejected', 'config-changed'],
  ['setuid', 'rejected', 'layer-suspicious'],
  ['new-finding', 'rejected', 'new-findings'],
] as const satisfies readonly (readonly [CopaFault, string, Reason])[];

let job: JobWorld;
let finished: FinishedRun;

beforeAll(async () => {
  job = await startJobWorld({
    async seed({ registry }) {
      for (const [fault] of CASES) {
        const labels = { [COPA_FAULT_LABEL]: fault };
        const image = await debianImage({ app: fault, older: MID_2025, curl: false, labels });
        const layout = makeLayout([{ content: image, tags: ['1'] }]);
        await pushLayout(layout, registryTarget(registry, repositoryOf(fault)));
      }
    },
  });
  await job.patches(...CASES.map(([fault]) => repositoryOf(fault)));
  finished = await job.runByHttp();
}, 300_000);

afterAll(() => job?.world.close());

it.each(CASES)('a patcher with the fault %s: %s, %s', (fault, state, reason) => {
  expect(finished.target(`${repositoryOf(fault)}:1`)).toMatchObject({ state, reason });
});

it('nothing was published, and staging is empty', () => {
  const ours = Object.entries(job.world.registry.snapshot()).filter(
    ([repository]) => repository.startsWith('faulty/') || repository.includes('staging'),
  );

  expect(ours).toEqual(
    CASES.map(([fault]) => [repositoryOf(fault), { 1: expect.any(String) }]).sort(),
  );
});

it('each image backs off', async () => {
  const { targets } = await job.runByHttp();

  expect(targets.map(({ state, reason }) => `${state} ${reason}`)).toEqual(
    CASES.map(() => 'waiting backing-off'),
  );
});

function repositoryOf(fault: CopaFault): string {
  return `faulty/${fault}`;
}
