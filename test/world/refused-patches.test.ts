import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { digestOf } from '../../lib/image/digest.ts';
import { MediaType } from '../../lib/image/manifest.ts';
import { Tag } from '../../lib/image/reference.ts';
import { MARK_CONFIG, markManifest } from '../../lib/pipeline/marks/mark-artifact.ts';
import type { Reason } from '../../lib/pipeline/records/reasons.ts';
import { debianImage, MID_2025 } from '../images/debian/debian-image.ts';
import { makeLayout, pushLayout } from '../images/oci-layout.ts';
import { COPA_FAULT_LABEL, type CopaFault } from '../stand-ins/copa/faults.ts';
import type { GroupFault, PlannedGroup } from './arm/group-fault.ts';
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

/** What Azure got to pull the worker image with, by the token's kind. */
const pulledWith: string[] = [];

/** Azure pulls with no access token, as far as its documentation promises. */
function refusesAccessTokens({ request }: PlannedGroup): GroupFault | undefined {
  const [credential] = request.properties.imageRegistryCredentials ?? [];
  const payload = credential?.password?.split('.')[1] ?? '';
  const kind = Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString())).grant_type;
  pulledWith.push(kind);
  return kind === 'access_token' ? { kind: 'refused', with: 'image' } : undefined;
}

/** A repository that another installation holds. */
const HELD = 'team/held';

const Claims = z.object({ grant_type: z.enum(['access_token', 'refresh_token']) });

let job: JobWorld;
let finished: FinishedRun;

beforeAll(async () => {
  job = await startJobWorld({
    settings: { PATCHWRIGHT_INSTALLATION: 'here' },
    async seed({ registry }) {
      for (const [fault] of CASES) {
        const labels = { [COPA_FAULT_LABEL]: fault };
        const image = await debianImage({ app: fault, older: MID_2025, curl: false, labels });
        const layout = makeLayout([{ content: image, tags: ['1'] }]);
        await pushLayout(layout, registryTarget(registry, repositoryOf(fault)));
      }
      const image = await debianImage({ app: 'held', older: MID_2025, curl: false });
      await pushLayout(
        makeLayout([{ content: image, tags: ['1'] }]),
        registryTarget(registry, HELD),
      );
      // Another installation on this registry has patched it before.
      const marks = registryTarget(registry, `patchwright/claims/${HELD}`);
      const bytes = markManifest(Tag.parse('elsewhere'));
      const mark = { bytes, mediaType: MediaType.ociManifest, digest: digestOf(bytes) };
      await marks.putBlob(digestOf(MARK_CONFIG), async () => MARK_CONFIG);
      await marks.putManifest('elsewhere', mark);
    },
  });
  await job.patches(...CASES.map(([fault]) => repositoryOf(fault)), HELD);
  job.world.arm.setFaults(refusesAccessTokens);
  finished = await job.runByHttp();
  job.world.arm.setFaults(undefined);
}, 300_000);

afterAll(() => job?.world.close());

it.each(CASES)('a patcher with the fault %s: %s, %s', (fault, state, reason) => {
  expect(finished.target(`${repositoryOf(fault)}:1`)).toMatchObject({ state, reason });
});

it('Azure pulls the worker image as the pull identity after it has refused the access token', () => {
  expect(pulledWith[0]).toBe('access_token');
  expect(pulledWith.at(-1)).toBe('refresh_token');
  const first = pulledWith.indexOf('refresh_token');
  // Later groups begin with what worked, except those that started meanwhile.
  expect(pulledWith.slice(first).filter((kind) => kind === 'access_token').length).toBeLessThan(4);
});

it('leaves a repository to the installation that marked it first, and marks the others', () => {
  expect(finished.target(`${HELD}:1`)).toMatchObject({
    state: 'skipped',
    reason: 'claimed-elsewhere',
    detail: `the installation elsewhere patches ${HELD}`,
  });
  const snapshot = job.world.registry.snapshot();
  expect(Object.keys(snapshot[`patchwright/claims/${HELD}`] ?? {})).toEqual(['elsewhere']);
  const [[first]] = CASES;
  expect(Object.keys(snapshot[`patchwright/claims/${repositoryOf(first)}`] ?? {})).toEqual([
    'here',
  ]);
});

it('nothing was published, and staging is empty', () => {
  const ours = Object.entries(job.world.registry.snapshot()).filter(
    ([repository]) => repository.startsWith('faulty/') || repository.includes('/staging/'),
  );

  expect(ours).toEqual(
    CASES.map(([fault]) => [repositoryOf(fault), { 1: expect.any(String) }]).sort(),
  );
});

it('each image backs off', async () => {
  const { targets } = await job.runByHttp();

  const faulty = targets.filter(({ repository }) => repository !== HELD);
  expect(faulty.map(({ state, reason }) => `${state} ${reason}`)).toEqual(
    CASES.map(() => 'waiting backing-off'),
  );
});

function repositoryOf(fault: CopaFault): string {
  return `faulty/${fault}`;
}
