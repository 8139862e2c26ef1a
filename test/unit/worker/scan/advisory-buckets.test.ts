import { expect, it } from 'vitest';
import { readAdvisoryBuckets } from '../../../../worker/scan/advisory-buckets.ts';
import { addShellTool } from '../support/fake-tools.ts';
import { setUpWorker } from '../support/worker-setup.ts';

async function bucketsFrom(body: string) {
  const { context, tools } = await setUpWorker();
  await addShellTool(tools, 'bbolt', body);
  const variables = { PATH: context.environment.PATH ?? '' };
  const environment = { variables, clearTemporary: async () => undefined };
  return readAdvisoryBuckets(context, { cacheFolder: '/cache', environment });
}

it('lists the platforms, without metadata, programming languages and repetitions', async () => {
  const names = [
    'alpine 3.18',
    'data-source',
    'debian 12',
    'pip::GHSA',
    'vulnerability',
    'advisory-detail',
    'trivy',
    'debian 12',
    'x'.repeat(129),
  ];

  expect(await bucketsFrom(names.map((name) => `echo '${name}'`).join('\n'))).toEqual({
    ok: true,
    platforms: ['alpine 3.18', 'debian 12'],
  });
});

it('lists at most 2000 platforms', async () => {
  const found = await bucketsFrom('i=0; while [ $i -lt 2001 ]; do echo p$i; i=$((i+1)); done');

  expect(found.ok && found.platforms.length).toBe(2000);
});

it('reads the database in the cache', async () => {
  expect(await bucketsFrom('echo "$@"')).toEqual({
    ok: true,
    platforms: ['buckets /cache/db/trivy.db'],
  });
});

it('returns how the program failed', async () => {
  expect(await bucketsFrom('echo broken >&2; exit 3')).toMatchObject({
    ok: false,
    run: { end: { how: 'exit', code: 3 }, stderr: 'broken\n' },
  });
});
