import { describe, expect, it } from 'vitest';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { firstPull, pullCredential } from '../../../../lib/pipeline/group/pull-credential.ts';
import { RegistryError } from '../../../../lib/registry/registry.ts';
import { memoryPullTokens, PULL_TOKEN } from '../../../fakes/memory-pull-tokens.ts';
import { WORKER_IMAGE } from '../../../fakes/registry/seed-worker-image.ts';
import { UnitWorld } from '../unit-world.ts';

const OTHER = RepositoryName.parse('team/api');
const withIdentity = () => new UnitWorld({ pullTokens: memoryPullTokens });

describe('the credential that pulls the worker image', () => {
  it('is an access token that reads that repository only', async () => {
    const world = new UnitWorld();
    const [worker, other] = [await world.push(WORKER_IMAGE.repository), await world.push(OTHER)];

    const { server, username, password } = await pullCredential(
      world.services,
      WORKER_IMAGE,
      'access-token',
    );

    const registry = world.registry.withToken(password);
    expect([server, username]).toEqual([
      'registry.example.com',
      '00000000-0000-0000-0000-000000000000',
    ]);
    expect((await registry.manifest(WORKER_IMAGE.repository, worker))?.digest).toBe(worker);
    await expect(registry.manifest(OTHER, other)).rejects.toThrow(RegistryError);
  });

  it('is otherwise the refresh token of the pull identity', async () => {
    const { services } = withIdentity();

    expect(await pullCredential(services, WORKER_IMAGE, 'refresh-token')).toMatchObject({
      password: PULL_TOKEN,
    });
  });
});

describe('the credential to try first', () => {
  it('is the only kind without a pull identity', async () => {
    const { kinds } = await firstPull(new UnitWorld().services, WORKER_IMAGE);

    expect(kinds).toEqual(['access-token']);
  });

  it('is an access token as long as none was refused', async () => {
    const { credential, kinds } = await firstPull(withIdentity().services, WORKER_IMAGE);

    expect(kinds).toEqual(['access-token', 'refresh-token']);
    expect(credential.password).not.toBe(PULL_TOKEN);
  });

  it('is the kind that worked last', async () => {
    const { services } = withIdentity();
    await services.pullChoice.remember('refresh-token', services.clock.now());

    const refresh = await firstPull(services, WORKER_IMAGE);
    await services.pullChoice.remember('access-token', services.clock.now());
    const access = await firstPull(services, WORKER_IMAGE);

    expect(refresh.kinds).toEqual(['refresh-token', 'access-token']);
    expect(refresh.credential.password).toBe(PULL_TOKEN);
    expect(access.kinds).toEqual(['access-token', 'refresh-token']);
  });

  it('is an access token again after a day', async () => {
    const world = withIdentity();
    const { services } = world;
    const kindAfter = async (seconds: number) => {
      world.clock.advance({ seconds });
      return (await firstPull(services, WORKER_IMAGE)).kinds[0];
    };
    await services.pullChoice.remember('refresh-token', services.clock.now());

    expect(await kindAfter(24 * 3600 - 1)).toBe('refresh-token');
    expect(await kindAfter(1)).toBe('access-token');

    await services.pullChoice.remember('refresh-token', services.clock.now());
    expect(await kindAfter(0)).toBe('refresh-token');
  });

  it('is an access token if the pull identity gets no token', async () => {
    const pullTokens = {
      ...memoryPullTokens,
      refreshToken: () => Promise.reject(new RegistryError('unauthorized', 'no such identity')),
    };
    const { services } = new UnitWorld({ pullTokens });
    await services.pullChoice.remember('refresh-token', services.clock.now());

    const { credential, kinds } = await firstPull(services, WORKER_IMAGE);

    expect(kinds).toEqual(['access-token']);
    expect(credential.password).not.toBe(PULL_TOKEN);
  });
});
