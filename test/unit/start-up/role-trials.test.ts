import { expect, it } from 'vitest';
import { RepositoryName } from '../../../lib/image/reference.ts';
import { type Registry, RegistryError } from '../../../lib/registry/registry.ts';
import { detailOf, roleTrials } from '../../../lib/start-up/role-trials.ts';
import { StorageError } from '../../../lib/storage/storage-error.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

const repository = RepositoryName.parse('patchwright/scan-worker');
const encoded = (claims: unknown) => Buffer.from(JSON.stringify(claims)).toString('base64url');
const tokenWith = (access: unknown) => `e30.${encoded({ access })}.signature`;
const RIGHT_TO_PULL = tokenWith([{ type: 'repository', name: repository, actions: ['pull'] }]);

/** Returns the answers of storage and of the registry, in this order. */
async function refusals(options: {
  readonly heldUntil?: () => Promise<undefined>;
  readonly token?: () => Promise<string>;
}) {
  const asked: unknown[] = [];
  const mintToken: Registry['mintToken'] = async (scopes) => {
    asked.push(scopes);
    const token = (await options.token?.()) ?? RIGHT_TO_PULL;
    return { token, expiresAt: new Date(0) };
  };
  const trials = roleTrials({
    clock: new ManualClock(),
    throttle: {
      heldUntil: async () => {
        asked.push('the table');
        return options.heldUntil?.();
      },
    },
    registry: { mintToken },
    options: { scanWorkerImage: { repository } },
  });
  const found = await Promise.allSettled(trials.map(({ refusal }) => refusal()));
  return { found, asked, names: trials.map(({ what }) => what) };
}

it('requests a token to pull the worker and reads a table', async () => {
  const { found, asked, names } = await refusals({});

  expect(names).toEqual(['storage', 'the registry']);
  expect(asked).toEqual(['the table', [{ repository, actions: ['pull'] }]]);
  expect(found).toEqual([
    { status: 'fulfilled', value: undefined },
    { status: 'fulfilled', value: undefined },
  ]);
});

it.each([
  ['storage', { heldUntil: async () => fail(new StorageError('denied', 'no right')) }, 0],
  ['the registry', { token: async () => fail(new RegistryError('denied', 'no right')) }, 1],
  [
    'the token exchange',
    { token: async () => fail(new RegistryError('unauthorized', 'no right')) },
    1,
  ],
])('reports a refusal of %s as missing roles', async (_, options, at) => {
  const { found } = await refusals(options);

  expect(found[at]).toEqual({ status: 'fulfilled', value: 'no right' });
});

it('reports a token without rights as missing roles, but not an opaque token', async () => {
  const without = await refusals({ token: async () => tokenWith([]) });
  const opaque = await refusals({ token: async () => 'opaque' });

  expect(without.found[1]).toMatchObject({ value: `no right to pull ${repository}` });
  expect(opaque.found[1]).toMatchObject({ value: undefined });
});

it.each([
  ['storage', { heldUntil: async () => fail(new StorageError('unavailable', 'down')) }, 0],
  ['the registry', { token: async () => fail(new RegistryError('unavailable', 'down')) }, 1],
  ['anything else', { token: async () => fail(new TypeError('x')) }, 1],
])('throws another failure of %s', async (_, options, at) => {
  const { found } = await refusals(options);

  expect(found[at]?.status).toBe('rejected');
});

it('describes only errors of the ports by their message', () => {
  expect(detailOf(new StorageError('denied', 'no right to a table'))).toBe('no right to a table');
  expect(detailOf(new RegistryError('denied', 'no right to pull'))).toBe('no right to pull');
  expect(detailOf(new TypeError('secret'))).toBe('TypeError');
});

function fail(error: Error): never {
  throw error;
}
