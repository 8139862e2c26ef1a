import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { clientOf, errorCode, putImage, startTestRegistry } from './registry-fixture.ts';
import type { LocalRegistry } from './start-registry.ts';

let registry: LocalRegistry;
/** A separate registry for tests that add repositories, so that other lists stay unchanged. */
let growing: LocalRegistry;

beforeAll(async () => {
  registry = await startTestRegistry();
  growing = await startTestRegistry();
  for (const name of ['b', 'a/x', 'c']) {
    for (const tag of ['v10', 'v1', 'V2']) {
      await putImage(registry, name, tag);
    }
  }
});
afterAll(async () => {
  await registry.close();
  await growing.close();
});

/** Follows `Link` from the path to the end, with one entry per page. */
async function pages(
  path: string,
  scope: string,
  key: string,
  from: LocalRegistry = registry,
): Promise<unknown[]> {
  const send = clientOf(from, scope);
  const found: unknown[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const answer: Response = await send('GET', next);
    const body = z.record(z.string(), z.unknown()).parse(await answer.json());
    found.push(body[key]);
    next = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return found;
}

it.each(['/v2/_catalog', '/acr/v1/_catalog'])('lists repositories by pages: %s', async (path) => {
  const found = await pages(`${path}?n=2`, 'registry:catalog:*', 'repositories');

  expect(found).toEqual([['a/x', 'b'], ['c']]);
});

it('lists tags by pages in byte order', async () => {
  const found = await pages('/v2/a/x/tags/list?n=2', 'repository:a/x:metadata_read', 'tags');

  expect(found).toEqual([['V2', 'v1'], ['v10']]);
});

it('continues after a deleted tag', async () => {
  const found = await pages('/v2/b/tags/list?last=v0', 'repository:b:metadata_read', 'tags');

  expect(found).toEqual([['v1', 'v10']]);
});

it('lists the tags of one digest by pages', async () => {
  const { digest, manifest } = await putImage(growing, 'one', 'x');
  const send = clientOf(growing, 'repository:one:pull,push');
  await putImage(growing, 'one', 'y');
  await send('PUT', '/v2/one/manifests/z', { body: manifest });

  const path = `/acr/v1/one/_tags?n=1&digest=${encodeURIComponent(digest)}`;
  const found = await pages(path, 'repository:one:metadata_read', 'tags', growing);

  expect(found).toMatchObject([[{ name: 'x', digest }], [{ name: 'z', digest }]]);
});

it('refuses a page size that is not a number', async () => {
  const send = clientOf(registry, 'repository:b:metadata_read');

  const answer = await send('GET', '/v2/b/tags/list?n=many');

  expect([answer.status, await errorCode(answer)]).toEqual([400, 'PAGINATION_NUMBER_INVALID']);
});

it('returns at most 100 tags per page by default', async () => {
  const { manifest } = await putImage(growing, 'many', 't');
  const send = clientOf(growing, 'repository:many:pull,push,metadata_read');
  for (let index = 1; index <= 104; index += 1) {
    await send('PUT', `/v2/many/manifests/t${index}`, { body: manifest });
  }

  const found = await pages('/v2/many/tags/list', 'repository:many:metadata_read', 'tags', growing);
  const all = await pages(
    '/v2/many/tags/list?n=500',
    'repository:many:metadata_read',
    'tags',
    growing,
  );

  expect([found.length, all.length]).toEqual([2, 1]);
  expect(found.flat()).toEqual(all.flat());
  expect(all.flat()).toHaveLength(105);
});

it('does not find a repository without a manifest', async () => {
  const send = clientOf(registry, 'repository:none:metadata_read');

  const answer = await send('GET', '/v2/none/tags/list');

  expect([answer.status, await errorCode(answer)]).toEqual([404, 'NAME_UNKNOWN']);
});

it('refuses an invalid name', async () => {
  const send = clientOf(registry, 'repository:*:metadata_read');

  const answer = await send('GET', '/v2/UPPER/tags/list');

  expect([answer.status, await errorCode(answer)]).toEqual([400, 'NAME_INVALID']);
});

it.each(['_tags', '_manifests'])('omits an empty list after the last page of %s', async (list) => {
  await putImage(growing, 'last', 'x');
  const send = clientOf(growing, 'repository:last:metadata_read');

  const answer = await send('GET', `/acr/v1/last/${list}?last=z`);

  expect([answer.status, await answer.json()]).toEqual([
    200,
    { registry: growing.host, imageName: 'last' },
  ]);
});
