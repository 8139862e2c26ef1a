import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { RunId } from '../../lib/pipeline/records/run-id.ts';
import { debianImage, MID_2025 } from '../images/debian/debian-image.ts';
import { makeLayout, pushLayout } from '../images/oci-layout.ts';
import { APT_TROUBLE_LABEL, type AptTrouble } from '../stand-ins/copa/apt-trouble.ts';
import { type FinishedRun, type JobWorld, startJobWorld } from './seed/job-world.ts';
import { registryTarget } from './seed/registry-target.ts';

const PACKAGE = 'libc6';

/** What may be wrong with one package, and the reason of its findings that remain. */
const OF_A_PACKAGE = [
  ['held', 'held'],
  ['lagging', 'not-in-repository'],
  ['unmet', 'dependency'],
  ['removes', 'dependency'],
] as const satisfies readonly (readonly [AptTrouble['kind'], string])[];

/** What may be wrong with a package source, and what the image then ends as. */
const OF_A_SOURCE = [
  ['down', 'package-source-unreachable', 'http://security.test/debian-security/'],
  ['unsigned', 'package-source-untrusted', 'http://vendor.test/apt'],
  ['gone', 'package-source-gone', 'http://security.test/debian-security'],
] as const satisfies readonly (readonly [AptTrouble['kind'], string, string])[];

const KINDS = [...OF_A_PACKAGE, ...OF_A_SOURCE].map(([kind]) => kind);

let job: JobWorld;
let finished: FinishedRun;

beforeAll(async () => {
  job = await startJobWorld({
    async seed({ registry }) {
      for (const kind of KINDS) {
        const labels = { [APT_TROUBLE_LABEL]: `${kind} ${PACKAGE}` };
        const image = await debianImage({ app: kind, older: MID_2025, curl: false, labels });
        const layout = makeLayout([{ content: image, tags: ['1'] }]);
        await pushLayout(layout, registryTarget(registry, repositoryOf(kind)));
      }
    },
  });
  await job.patches(...KINDS.map(repositoryOf));
  finished = await job.runByHttp();
}, 240_000);

afterAll(() => job?.world.close());

it.each(OF_A_PACKAGE)(
  'patches all but the package that is %s, and says why: %s',
  (kind, reason) => {
    const target = finished.target(`${repositoryOf(kind)}:1`);

    expect(target).toMatchObject({ state: 'patched', patchTag: '1-1' });
    expect(target.remaining).toMatchObject([
      { package: PACKAGE, reason, findings: target.afterFixable },
    ]);
    expect(target.beforeFixable).toBeGreaterThan(target.afterFixable ?? 0);
  },
);

it.each(OF_A_SOURCE)('blames a package source that is %s: %s', (kind, reason, url) => {
  expect(finished.target(`${repositoryOf(kind)}:1`)).toMatchObject({
    state: 'failed',
    reason,
    detail: expect.stringContaining(url),
  });
});

it('leaves nothing in staging of the patches that it tried', () => {
  const staging = Object.keys(job.world.registry.snapshot()).filter((name) =>
    name.includes('staging'),
  );

  expect(staging).toEqual([]);
});

it('makes no second patch of the same, and tries again what failed for its source', async () => {
  const { target } = await job.runByHttp();

  expect(OF_A_PACKAGE.map(([kind]) => target(`${repositoryOf(kind)}:1`).state)).toEqual(
    OF_A_PACKAGE.map(() => 'already-patched'),
  );
  expect(OF_A_SOURCE.map(([kind]) => target(`${repositoryOf(kind)}:1`).reason)).toEqual([
    'package-source-unreachable',
    'backing-off',
    'backing-off',
  ]);
}, 240_000);

it('tries only the images that a request names, and ends their back-off', async () => {
  const { host } = job;
  const images = [`${repositoryOf('gone')}:1`];
  const answer = await fetch(`${host.url}/${host.routePrefix}/runs`, {
    method: 'POST',
    headers: { 'x-functions-key': host.keys.function },
    body: JSON.stringify({ images, retry: true }),
  });
  expect(answer.status).toBe(202);
  const { runId } = z.object({ runId: RunId }).parse(await answer.json());

  const { run, targets } = await job.finished(runId);

  expect(run).toMatchObject({ images, retry: true, targets: 1, failed: 1 });
  expect(targets).toMatchObject([{ state: 'failed', reason: 'package-source-gone' }]);
}, 240_000);

function repositoryOf(kind: string): string {
  return `trouble/${kind}`;
}
