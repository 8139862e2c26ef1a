import { expect, it } from 'vitest';
import { ApiClient } from '../../../dashboard/api/client.ts';
import { loadOverview } from '../../../dashboard/api/load.ts';
import { pollDelay } from '../../../dashboard/model/poll-delay.ts';

/** An app with two pages of images, whose status has this ETag. */
function appWith(etag: () => string) {
  const asked: string[] = [];
  const client = new ApiClient(async (path, init) => {
    asked.push(path);
    const known = new Headers(init.headers).get('if-none-match');
    if (path === '/api/status') {
      if (known === etag()) return new Response(null, { status: 304 });
      return Response.json({ activeRuns: [{ runId: 'r1' }] }, { headers: { etag: etag() } });
    }
    if (path.startsWith('/api/images')) {
      const isLast = path.includes('after=two%2F');
      return Response.json({
        items: [{ image: isLast ? 'b:1' : 'a:1' }],
        next: isLast ? null : 'two/',
      });
    }
    return Response.json({ items: [{ image: 'w:1' }], next: null });
  }, 'key');
  return { client, asked };
}

it('loads every page of images, and what active runs work on', async () => {
  const { client } = appWith(() => '"1"');
  const counts: number[] = [];

  const loaded = await loadOverview(client, undefined, (count) => counts.push(count));

  expect(counts).toEqual([1, 2]);
  expect(loaded).toMatchObject({
    ok: true,
    overview: { images: [{ image: 'a:1' }, { image: 'b:1' }], working: [{ image: 'w:1' }] },
  });
});

it('loads images again only after the status has changed', async () => {
  let etag = '"1"';
  const { client, asked } = appWith(() => etag);
  const first = await loadOverview(client, undefined);
  const known = first.ok ? first.overview : undefined;
  const imagesAsked = () => asked.filter((path) => path.startsWith('/api/images')).length;

  await loadOverview(client, known);
  expect(imagesAsked()).toBe(2);

  etag = '"2"';
  await loadOverview(client, known);
  expect(imagesAsked()).toBe(4);
});

it('looks often during a run, seldom after failures, and never while hidden', () => {
  const look = { isActive: true, isHidden: false, failures: 0 };

  expect(pollDelay(look)).toBe(4000);
  expect(pollDelay({ ...look, isActive: false })).toBe(60_000);
  expect(pollDelay({ ...look, failures: 2 })).toBe(16_000);
  expect(pollDelay({ ...look, failures: 99 })).toBe(300_000);
  expect(pollDelay({ ...look, isHidden: true })).toBeUndefined();
});
