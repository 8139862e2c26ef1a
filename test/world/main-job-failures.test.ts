import { BlobServiceClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { debianImage, MID_2025 } from '../images/debian/debian-image.ts';
import { makeLayout, pushLayout } from '../images/oci-layout.ts';
import { type JobWorld, startJobWorld, waitFor } from './seed/job-world.ts';
import { registryTarget } from './seed/registry-target.ts';
import { seedPolicy } from './seed/seed-policy.ts';
import { type WatchedTrivy, watchedTrivy, whyNotAs } from './seed/watched-trivy.ts';

/*
 * Failures around the built app: of its messages, its policy, its container groups, its own
 * process. Each test has its own outdated image.
 */
const PoisonRecord = z.looseObject({ why: z.string(), text: z.string() });

/** The user of the scan worker's image. */
const SCAN_USER = '65532:65532';

let job: JobWorld;
let trivy: WatchedTrivy;
let whyRoot: string | undefined;

beforeAll(async () => {
  trivy = await watchedTrivy();
  whyRoot = await whyNotAs(SCAN_USER, trivy);
  job = await startJobWorld({
    messageLeaseSeconds: 2,
    toolsFolder: trivy.toolsFolder,
    ...(whyRoot === undefined && { scanUser: SCAN_USER }),
    settings: {
      PATCHWRIGHT_LEASE_SECONDS: '5',
      // The reaper wakes a run whose tick died with its process.
      PATCHWRIGHT_REAP_SCHEDULE: '*/2 * * * * *',
    },
  });
}, 180_000);

afterAll(async () => {
  await job?.world.close();
  await trivy?.remove();
});

it('keeps messages that nothing can read, and empties the poison queues', async () => {
  const { connectionString } = job.world.storage.account;
  const runs = new QueueClient(connectionString, QUEUES.runs);
  const poison = new QueueClient(connectionString, `${QUEUES.runs}-poison`);
  // The first one the host itself moves there; no function could be given the second.
  await runs.sendMessage('{"not":"base64"}');
  await poison.sendMessage('//5BgA==');

  const kept = await waitFor('two records', async () => {
    const records = await poisonRecords(connectionString);
    return records.length === 2 ? records : undefined;
  });
  await waitFor('an empty queue', async () =>
    (await poison.getProperties()).approximateMessagesCount === 0 ? true : undefined,
  );

  const texts = kept.map(({ text, why }) => [why, text]).sort();
  expect(texts).toEqual([
    ['not-base64', '{"not":"base64"}'],
    ['not-utf-8', '//5BgA=='],
  ]);
  const lines = job.logs.filter(({ message }) => message.startsWith('poison message kept'));
  expect(lines).toHaveLength(2);
  expect(lines.map(({ level }) => level)).toEqual(['error', 'error']);
});

it('ends a run with a faulty policy, names every fault, and scans nothing', async () => {
  await seedPolicy(job.world.registry, {
    version: 'v2',
    repositories: [{ repository: 'team/api', tags: ['*', 'v1'] }],
  });

  const { run, targets } = await job.runByHttp();

  expect(run).toMatchObject({ state: 'failed', reason: 'policy-invalid' });
  expect(run.detail?.split('\n')).toEqual([
    'in csscpolicies/patchpolicy:v1',
    expect.stringContaining('version'),
    expect.stringContaining('repositories[0].tags'),
  ]);
  expect(targets).toEqual([]);
  expect(job.world.registry.requests()['manifest.put']).toBeUndefined();
});

it('says where a policy stops being JSON', async () => {
  await seedPolicy(job.world.registry, '{"version": "v1", "repositories": [}');

  const { run } = await job.runByHttp();

  expect(run).toMatchObject({ state: 'failed', reason: 'policy-invalid' });
  expect(run.detail).toContain('the policy is not JSON');
});

it('patches an image although the region has no capacity at first, the subnet is not ready, and a container group disappears', async () => {
  await seedApp('team/vanishing');
  const faults = [
    { kind: 'refused', with: 'capacity', retryAfterSeconds: 1 },
    { kind: 'refused', with: 'network', retryAfterSeconds: 1 },
    { kind: 'vanishes', afterMs: 0 },
  ] as const;
  job.world.arm.setFaults((_, nth) => faults[nth - 1]);

  const { run, target } = await job.runByHttp();

  job.world.arm.setFaults(undefined);
  const jobs = await job.tables.jobs(run.id);
  expect(target('team/vanishing:1')).toMatchObject({ state: 'patched', patchTag: '1-1' });
  expect(jobs.filter(({ state }) => state === 'lost')).toMatchObject([
    { kind: 'scan', reason: 'group-lost' },
  ]);
  const refusals = job.logs.filter(({ message }) => message.startsWith('group refused'));
  expect(refusals.map(({ message }) => /(capacity|network)/.exec(message)?.[1])).toEqual([
    'capacity',
    'network',
  ]);
  expect(job.world.arm.groups()).toEqual([]);
});

it('scans as a user without rights, although only root can read the secret volume', async ({
  skip,
}) => {
  if (whyRoot !== undefined) skip(whyRoot);
  await seedApp('team/unprivileged', 'up-to-date');

  const { target } = await job.runByHttp();

  expect(target('team/unprivileged:1')).toMatchObject({ state: 'clean' });
  const calls = await trivy.calls();
  expect(calls.length).toBeGreaterThan(1);
  for (const call of calls) expect(call).toEqual({ uid: 65532, gid: 65532, secret: 'EACCES' });
});

it('completes a run whose process was killed', async () => {
  await seedApp('team/killed');
  const { host, world } = job;

  const runId = await job.startByHttp();
  await waitFor('a patch under way', () =>
    world.arm
      .groups()
      .find(({ name, state }) => name.startsWith('pw-patch-') && state === 'Running'),
  );
  await host.kill();
  const orphan = await waitFor('the end of the group without its app', () =>
    world.arm.groups().find(({ state }) => state === 'Succeeded'),
  );
  await host.restart();
  const { run, target } = await job.finished(runId);

  expect(orphan.name).toMatch(/^pw-patch-/);
  expect(run.state).toBe('completed');
  expect(target('team/killed:1')).toMatchObject({ state: 'patched', patchTag: '1-1' });
  expect(Object.keys(world.registry.snapshot()['team/killed'] ?? {}).sort()).toEqual(['1', '1-1']);
  expect(world.arm.groups()).toEqual([]);
});

it('cancels a run over HTTP and leaves no group behind', async () => {
  await seedApp('team/canceled');
  const { world } = job;
  world.arm.setFaults(() => ({ kind: 'stays-pending' }));

  const runId = await job.startByHttp();
  await waitFor('a group', () => world.arm.groups().at(0));
  const answers = [await cancel('nonsense'), await cancel(runId), await cancel(runId, 'wrong')];
  const { run, target } = await job.finished(runId);
  const late = await cancel(runId);

  world.arm.setFaults(undefined);
  expect(answers).toEqual([400, 202, 401]);
  const canceledBy = 'function key default';
  expect(run).toMatchObject({ state: 'canceled', canceledBy, canceled: 1, active: 0 });
  expect(target('team/canceled:1')).toMatchObject({ state: 'canceled', reason: 'canceled' });
  expect(world.arm.groups()).toEqual([]);
  expect(late).toBe(409);
});

async function cancel(runId: string, key = job.host.keys.function): Promise<number> {
  const { url, routePrefix } = job.host;
  const answer = await fetch(`${url}/${routePrefix}/runs/${runId}/cancel`, {
    method: 'POST',
    headers: { 'x-functions-key': key },
  });
  return answer.status;
}

async function poisonRecords(connectionString: string) {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(
    CONTAINERS.reports,
  );
  const blobs = await Array.fromAsync(container.listBlobsFlat({ prefix: 'poison/' }));
  return Promise.all(
    blobs.map(async ({ name }) => {
      const bytes = await container.getBlobClient(name).downloadToBuffer();
      return PoisonRecord.parse(JSON.parse(bytes.toString('utf8')));
    }),
  );
}

async function seedApp(
  repository: string,
  age: 'outdated' | 'up-to-date' = 'outdated',
): Promise<void> {
  const image = await debianImage({
    app: repository,
    curl: false,
    ...(age === 'outdated' && { older: MID_2025 }),
  });
  const layout = makeLayout([{ content: image, tags: ['1'] }]);
  await pushLayout(layout, registryTarget(job.world.registry, repository));
  await job.patches(repository);
}
