import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Annotation, ArtifactType } from '../../lib/image/annotations.ts';
import { ImageManifest } from '../../lib/image/manifest.ts';
import { RepositoryName } from '../../lib/image/reference.ts';
import type { Target } from '../../lib/pipeline/records/target.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { type DemoImage, demoImages } from '../images/demo-images.ts';
import { principalHeader } from '../unit/api/principal-samples.ts';
import type { FunctionsHost } from './functions-host/functions-host.ts';
import { startWebhookInbox, type WebhookInbox } from './http/webhook-inbox.ts';
import { type FinishedRun, type JobWorld, startJobWorld, waitFor } from './seed/job-world.ts';
import { imageOf } from './seed/run-tables.ts';
import { type LeftText, leaks, storedTexts, watchPassing } from './seed/secret-search.ts';
import { seedImages } from './seed/seed-images.ts';

/*
 * End to end: the built app, in its own process, on a local Azure with stand-in tools. One run
 * over every kind of image by the timer, a second one by HTTP, and everything that they left.
 */
const Items = z.object({ items: z.array(z.unknown()) });
let job: JobWorld;
let inbox: WebhookInbox;
let images: readonly DemoImage[] = [];
let registryBefore: Readonly<Record<string, Readonly<Record<string, string>>>> = {};
let first: FinishedRun;
let second: FinishedRun;
let firstRequests: ReturnType<JobWorld['world']['registry']['requests']> = {};
let secondRequests: typeof firstRequests = {};
let firstInvocations = 0;
let left: readonly LeftText[] = [];

beforeAll(async () => {
  inbox = await startWebhookInbox();
  job = await startJobWorld({
    settings: inbox.settings,
    async seed({ registry, certificate }) {
      inbox.serve(certificate);
      images = await demoImages({ registry: registry.host });
      await seedImages(registry, images);
    },
  });
  const { world, host } = job;
  await job.patches(...images.map(({ repository }) => repository));
  registryBefore = world.registry.snapshot();
  const passing = watchPassing(world);

  await job.startByTimer();
  first = await job.finished();
  firstRequests = world.registry.requests();
  firstInvocations = job.invocations.length;
  world.registry.clearRequests();

  second = await job.runByHttp();
  secondRequests = world.registry.requests();

  const logs = job.logs.map(({ message }) => ({ where: 'log of the app', text: message }));
  left = [...logs, ...(await passing.stop()), ...(await storedTexts(world))];
  expect(host.functions.length).toBeGreaterThan(0);
}, 300_000);

afterAll(async () => {
  await job?.world.close();
  inbox?.close();
});

it('has who started each run in its row', () => {
  expect([first, second].map(({ run }) => run.startedBy)).toEqual([
    'schedule',
    'function key default',
  ]);
});

describe('the webhook', () => {
  it('was told the end of both runs, and of each image what became of it', async () => {
    const ended = [first, second].map(({ run }) => `${run.id}-run-ended`);
    await waitFor('the events of both runs', () =>
      ended.every((id) => inbox.events.some((event) => event.id === id)) ? true : undefined,
    );

    const told = [first, second].flatMap(({ targets }) => targets.filter(isEvent));
    const expected = told.map(({ state, repository, tag }) => `${state} ${repository}:${tag}`);
    const heard = inbox.events
      .filter(({ type }) => type.startsWith('io.patchwright.image.'))
      .map(({ type, subject }) => `${type.split('.').at(-1)} ${subject}`);
    expect(expected.length).toBeGreaterThan(2);
    expect([...new Set(heard)].sort()).toEqual([...new Set(expected)].sort());
  });
});

describe('the HTTP interface', () => {
  const ask = (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const { url, routePrefix, keys } = job.host;
    const key = { 'x-functions-key': keys.function };
    return fetch(`${url}/${routePrefix}/${path}`, { headers: { ...key, ...headers } });
  };

  it('answers what the runs did, and what an image is now', async () => {
    const { repository, tag, patchTag } =
      first.targets.find(({ state }) => state === 'patched') ?? expect.fail('nothing is patched');
    const image = `${repository}:${tag}`;

    const runs = await (await ask('runs?limit=1')).json();
    const patched = await (await ask(`runs/${first.run.id}/images?state=patched`)).json();
    const known = await (await ask(`images/${image}`)).json();
    const escaped = await (await ask(`images/${encodeURIComponent(image)}`)).json();
    const status = await (await ask('status')).json();

    expect(runs).toMatchObject({ items: [{ runId: second.run.id }], next: expect.any(String) });
    expect(Items.parse(patched).items).toHaveLength(first.run.patched);
    expect(known).toMatchObject({ image, patchTag, history: [{ runId: second.run.id }, {}] });
    expect(escaped).toEqual(known);
    expect(status).toMatchObject({ lastRun: { runId: second.run.id }, complete: true });
  });

  it('answers 304 to a client that has the run, 404 for another, and 401 without a key', async () => {
    const run = await ask('runs/latest');
    const again = await ask('runs/latest', { 'if-none-match': run.headers.get('etag') ?? '' });

    expect([run.status, again.status]).toEqual([200, 304]);
    expect((await ask('images/none/such:1')).status).toBe(404);
    expect((await ask('runs', { 'x-functions-key': 'wrong' })).status).toBe(401);
    expect((await ask('openapi.json', { 'x-functions-key': '' })).status).toBe(200);
  });

  it('takes no account in place of the key, and none beside it', async () => {
    const account = { 'x-ms-client-principal': principalHeader(['Patchwright.Operator']) };
    expect((await ask('me', { ...account, 'x-functions-key': '' })).status).toBe(401);
    expect(await (await ask('me', account)).json()).toEqual({
      name: 'function key default',
      role: 'operator',
    });
  });

  it('answers 413 to a body that is too large', async () => {
    const { url, routePrefix, keys } = job.host;
    const answer = await fetch(`${url}/${routePrefix}/poison/replay`, {
      method: 'POST',
      headers: { 'x-functions-key': keys.function },
      body: ' '.repeat(64 * 1024 + 1),
    });
    expect(answer.status).toBe(413);
  });
});

describe('the HTTP interface with sign-in by Entra', () => {
  let app: FunctionsHost;
  beforeAll(async () => {
    const settings = { PATCHWRIGHT_SIGN_IN: 'entra', WEBSITE_AUTH_ENABLED: 'True' };
    app = await job.world.startApp({ settings, timersByHand: true });
  }, 60_000);
  afterAll(() => app?.close());

  const ask = (path: string, headers: Readonly<Record<string, string>>, method = 'GET') =>
    fetch(`${app.url}/${app.routePrefix}/${path}`, { method, headers });
  const account = (...roles: string[]) => ({ 'x-ms-client-principal': principalHeader(roles) });

  it('knows an account, and its role', async () => {
    const me = await ask('me', account('Patchwright.Reader'));
    expect(await me.json()).toEqual({ name: 'Entra alice@example.com (6d3c9f2e)', role: 'reader' });
  });

  it('refuses a key, an account without a role, and an action of a reader', async () => {
    const reader = { ...account('Patchwright.Reader'), 'x-patchwright-request': 'test' };
    const answers = await Promise.all([
      ask('status', { 'x-functions-key': app.keys.function }),
      ask('doctor', account()),
      ask('runs', { ...reader, 'content-type': 'application/json' }, 'POST'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 403]);
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('answers health to everybody, and says how to sign in', async () => {
    expect(await (await ask('health', {})).json()).toMatchObject({ status: 'ok', signIn: 'entra' });
  });
});

describe('a run by the timer', () => {
  it('ends every image with its outcome and reason', () => {
    const outcomes = first.targets.map(({ state, reason, patchTag, ...target }) => ({
      image: imageOf(target),
      state,
      ...(reason !== undefined && { reason }),
      ...(patchTag !== undefined && { publishes: patchTag }),
    }));

    const expected = images.flatMap(({ repository, expected: outcome }) =>
      outcome.map(({ tag, ...rest }) => ({ image: `${repository}:${tag}`, ...rest })),
    );
    const byImage = (one: { image: string }, other: { image: string }) =>
      one.image < other.image ? -1 : 1;
    expect(outcomes.sort(byImage)).toEqual(expected.sort(byImage));
  });

  it('completes, with counts that match its targets', () => {
    const { run, targets } = first;

    const count = (state: Target['state']) =>
      targets.filter((target) => target.state === state).length;
    expect(run).toMatchObject({
      state: 'completed',
      trigger: 'schedule',
      targets: targets.length,
      active: 0,
      patched: count('patched'),
      clean: count('clean'),
      alreadyPatched: count('already-patched'),
      waiting: count('waiting'),
      skipped: count('skipped'),
      failed: 0,
      rejected: 0,
    });
  });

  it('changes no existing tag', () => {
    const now = job.world.registry.snapshot();

    expect(now).toMatchObject(registryBefore);
  });

  it('writes only the tags of its patches', () => {
    const tags = Object.entries(job.world.registry.snapshot()).flatMap(([repository, all]) =>
      Object.keys(all)
        .filter((tag) => registryBefore[repository]?.[tag] === undefined)
        .map((tag) => `${repository}:${tag}`),
    );

    const patches = first.targets
      .filter(({ state }) => state === 'patched')
      .map(({ repository, patchTag }) => `${repository}:${patchTag}`);
    expect(tags.sort()).toEqual(patches.sort());
  });

  it('leaves empty staging repositories and no container group', () => {
    const staging = Object.keys(job.world.registry.snapshot()).filter((name) =>
      name.startsWith('patchwright/staging/'),
    );

    expect(staging).toEqual([]);
    expect(job.world.arm.groups()).toEqual([]);
  });
});

describe('a patch', () => {
  it('names its source, its run and its tools', () => {
    for (const target of patched()) {
      const { repository, tag } = target;

      expect(manifestOf(target).annotations).toMatchObject({
        [Annotation.originDigest]: target.sourceDigest,
        [Annotation.sourceDigest]: target.sourceDigest,
        [Annotation.sourceRepository]: repository,
        [Annotation.fingerprint]: target.fingerprint,
        [Annotation.run]: first.run.id,
        [Annotation.policy]: first.run.policyDigest,
        [Annotation.tools]: expect.stringContaining('copa/'),
        // Two tags of one source share a patch, which names the first tag.
        [Annotation.originName]: expect.stringMatching(
          new RegExp(`^${job.world.registry.host}/${repository}:${tag.slice(0, 3)}`),
        ),
      });
    }
  });

  it("has its source's layers and one to three more", () => {
    for (const target of patched()) {
      const source = manifestOf({ ...target, patchDigest: target.sourceDigest });
      const digests = manifestOf(target).layers.map(({ digest }) => digest);

      const from = source.layers.length;
      expect(digests.slice(0, from)).toEqual(source.layers.map(({ digest }) => digest));
      expect(digests.length - from).toBeGreaterThanOrEqual(1);
      expect(digests.length - from).toBeLessThanOrEqual(3);
    }
  });

  it('has the fixed findings, an SBOM and both reports as referrers', () => {
    for (const { repository, patchDigest } of patched()) {
      const referrers = job.world.registry.storage.referrers(
        RepositoryName.parse(repository),
        defined(patchDigest),
      );
      const types = referrers.map(
        ({ bytes }) => ImageManifest.parse(JSON.parse(bytes.toString('utf8'))).artifactType,
      );

      const { ofSource: _, ...always } = ArtifactType;
      expect(types.sort()).toEqual(Object.values(always).sort());
    }
  });

  it('leaves no fixable finding', () => {
    const counts = patched().map((target) => ({
      before: target.beforeFixable,
      criticalAfter: target.afterCritical,
    }));

    expect(counts.length).toBeGreaterThan(0);
    expect(counts.filter(({ before }) => (before ?? 0) === 0)).toEqual([]);
    expect(counts.filter(({ criticalAfter }) => criticalAfter !== 0)).toEqual([]);
  });
});

describe('the tables', () => {
  it('show the outcome of each image of a run, in flat and typed columns', async () => {
    const row = await entity(TABLES.targets, first.run.id, target('team/api:1.4').id);

    expect(row).toMatchObject({
      repository: 'team/api',
      tag: '1.4',
      state: 'patched',
      patchTag: '1.4-1',
      beforeFixable: expect.any(Number),
      discoveredAt: expect.any(Date),
      reportBefore: expect.stringMatching(/\/before\.json$/),
      reportAfter: expect.stringMatching(/\/after\.json$/),
    });
  });

  it('show what is vulnerable now, independent of runs', async () => {
    const row = await entity(TABLES.inventory, 'team|search', '7.1');

    expect(row).toMatchObject({
      repository: 'team/search',
      state: 'skipped',
      reason: 'no-fix-available',
      high: 1,
      fixable: 0,
      runId: second.run.id,
    });
  });

  it('list runs newest first', async () => {
    const runs = await job.tables.runs();

    expect(runs.map(({ id }) => id)).toEqual([second.run.id, first.run.id]);
  });

  it('show that each job has ended, and how many groups it started', async () => {
    const jobs = await job.tables.jobs(first.run.id);

    expect(new Set(jobs.map(({ kind }) => kind))).toEqual(
      new Set(['scan', 'patch', 'verify', 'publish']),
    );
    expect(jobs.filter(({ state }) => state !== 'done')).toEqual([]);
    const tries = jobs.map(({ kind, attempt, detail }) => ({ kind, attempt, detail }));
    expect(tries.filter(({ kind, attempt }) => kind !== 'publish' && attempt !== 1)).toEqual([]);
  });
});

describe('a second run', () => {
  it('finds nothing to do', () => {
    const outcomes = second.targets.map(({ state, reason }) => reason ?? state);

    expect(second.run).toMatchObject({ state: 'completed', trigger: 'manual', patched: 0 });
    expect(second.targets).toHaveLength(first.targets.length);
    expect(outcomes.filter((outcome) => outcome === 'already-patched')).toHaveLength(
      patched().length,
    );
  });

  it('starts only groups that scan', async () => {
    const jobs = await job.tables.jobs(second.run.id);

    expect(new Set(jobs.map(({ kind }) => kind))).toEqual(new Set(['scan']));
  });

  it('writes nothing to the registry', () => {
    const kinds = Object.keys(secondRequests);

    expect(kinds.filter((kind) => /put|delete|upload/.test(kind))).toEqual([]);
  });
});

describe('the costs are', () => {
  it('a few registry requests for each image, and fewer if there is nothing to do', () => {
    const total = (counts: typeof firstRequests) =>
      Object.values(counts).reduce((sum, count) => sum + count, 0);

    expect(total(firstRequests)).toBeLessThan(80 * first.targets.length);
    expect(total(secondRequests)).toBeLessThan(30 * second.targets.length);
  });

  it('a bounded number of steps, each with a bounded number of storage operations', async () => {
    const jobs = await job.tables.jobs(first.run.id);
    const seconds = Math.ceil(
      (defined(first.run.finishedAt).getTime() - first.run.createdAt.getTime()) / 1000,
    );

    // A job polls its group and a run its jobs once a second; the rest depends on the outcomes.
    const looks = jobs.length * seconds + 3 * seconds;
    expect(firstInvocations).toBeLessThan(looks + 10 * jobs.length + 5 * first.targets.length);
  });

  it('no failing invocation', () => {
    expect(job.invocations.filter(({ error }) => error !== undefined)).toEqual([]);
  });
});

describe('secrets', () => {
  it.each(['log of the app', 'log of pw-', 'queue ', 'table ', 'blob '])(
    'were looked for in every %s',
    (where) => {
      expect(left.filter((text) => text.where.startsWith(where)).length).toBeGreaterThan(0);
    },
  );

  it('are in no log line, table row, queue message or blob', () => {
    const { world, host } = job;
    const key = /AccountKey=([^;]+)/.exec(world.storage.account.connectionString)?.[1];
    const known = [
      defined(key),
      defined(world.identity.environment.IDENTITY_HEADER),
      host.keys.master,
      host.keys.function,
      ...inbox.secrets,
    ];

    expect(leaks(left, known)).toEqual([]);
  });

  it('would be found by this search', () => {
    const token = job.world.registry.accessToken(['repository:team/api:pull']);
    const texts = [
      { where: 'a token', text: `got ${token} for it` },
      { where: 'a SAS', text: 'PUT https://a.example/b?sv=1&sig=aGVsbG8%3D' },
      { where: 'a key', text: 'the key is a-secret-key' },
      { where: 'nothing', text: 'the digest is sha256:0123' },
    ];

    expect(leaks(texts, ['a-secret-key'])).toEqual(['a token', 'a SAS', 'a key']);
  });
});

function isEvent({ state }: Target): boolean {
  return state === 'patched' || state === 'rejected' || state === 'failed';
}

function patched(): readonly Target[] {
  return first.targets.filter(({ state }) => state === 'patched');
}

function target(image: string): Target {
  return first.target(image);
}

function manifestOf({
  repository,
  patchDigest,
}: Pick<Target, 'repository' | 'patchDigest'>): ImageManifest {
  const record = job.world.registry.storage
    .find(RepositoryName.parse(repository))
    ?.manifests.get(defined(patchDigest));
  return ImageManifest.parse(JSON.parse(defined(record).bytes.toString('utf8')));
}

/** The row as every client of Table Storage gets it. */
function entity(table: string, partitionKey: string, rowKey: string): Promise<object> {
  const { connectionString } = job.world.storage.account;
  return TableClient.fromConnectionString(connectionString, table).getEntity(partitionKey, rowKey);
}

function defined<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}
