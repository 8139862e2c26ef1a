import { describe, expect, it } from 'vitest';
import { GroupName, type GroupRefusal } from '../../../../lib/containers/container-groups.ts';
import { createGroup } from '../../../../lib/pipeline/job/create-group.ts';
import { NO_LEASE } from '../../../../lib/pipeline/lease.ts';
import type { PullKind } from '../../../../lib/pipeline/stores/pull-choice.ts';
import type { PullTokens } from '../../../../lib/registry/pull-tokens.ts';
import { RegistryError } from '../../../../lib/registry/registry.ts';
import { memoryPullTokens, PULL_TOKEN } from '../../../fakes/memory-pull-tokens.ts';
import { seedWorkerImage, WORKER_IMAGE } from '../../../fakes/registry/seed-worker-image.ts';
import { UnitWorld } from '../unit-world.ts';

const SPEC = {
  name: GroupName.parse('pw-scan-1-1'),
  sku: 'Standard',
  privileged: false,
  image: `registry.example.com/${WORKER_IMAGE.reference}`,
  imageCredential: { server: 'registry.example.com', username: 'x', password: 'access token' },
  containers: [],
  tags: {},
} as const;
const specWith = (password: string) => ({
  ...SPEC,
  imageCredential: { ...SPEC.imageCredential, password },
});
const BOTH = ['access-token', 'refresh-token'] as const;

interface Arranged {
  /** Answers to the passwords. A password that is absent pulls. */
  readonly refused: Readonly<Record<string, GroupRefusal>>;
  readonly kinds?: readonly PullKind[];
  readonly missing?: boolean;
  readonly mayPass?: true;
  /** The password of the first PUT. */
  readonly first?: string;
  readonly pullTokens?: PullTokens;
}

async function create({
  refused,
  kinds = BOTH,
  missing = false,
  first = 'access token',
  mayPass,
  ...options
}: Arranged) {
  const world = new UnitWorld({ pullTokens: options.pullTokens ?? memoryPullTokens });
  if (!missing) await seedWorkerImage(world.registry);
  const passwords: string[] = [];
  world.groups.create = async ({ name, imageCredential: { password } }) => {
    expect(name).toBe(SPEC.name);
    passwords.push(password);
    const refusal = refused[password];
    if (refusal === undefined) return { ok: true };
    return {
      ok: false,
      refusal,
      detail: `400 of ${passwords.length}`,
      ...(mayPass && { mayPass }),
    };
  };
  const pull = { worker: WORKER_IMAGE, kinds };
  const answer = await createGroup(world.services, NO_LEASE, specWith(first), pull);
  return {
    answer,
    passwords,
    remembered: await world.services.pullChoice.remembered(world.clock.now()),
  };
}

describe('a group whose image Azure can’t pull', () => {
  it('is created with the other credential, which is remembered', async () => {
    const { answer, passwords, remembered } = await create({
      refused: { 'access token': 'image-pull' },
    });

    expect(answer).toEqual({ ok: true });
    expect(passwords).toEqual(['access token', PULL_TOKEN]);
    expect(remembered).toBe('refresh-token');
  });

  it('is created with the other credential, which is not remembered if the registry failed', async () => {
    const { answer, remembered } = await create({
      refused: { 'access token': 'image-pull' },
      mayPass: true,
    });

    expect(answer).toEqual({ ok: true });
    expect(remembered).toBeUndefined();
  });

  it('is refused with both answers if neither credential pulls', async () => {
    const { answer, remembered } = await create({
      refused: { 'access token': 'image-pull', [PULL_TOKEN]: 'image-pull' },
    });

    expect(answer).toEqual({
      ok: false,
      refusal: 'image-pull',
      detail:
        'with an access token of the app: 400 of 1; with the token of the pull identity: 400 of 2',
    });
    expect(remembered).toBeUndefined();
  });

  it.each([{ kinds: BOTH }, { kinds: BOTH.toReversed() }])(
    'drops the refresh token that was refused: $kinds',
    async ({ kinds }) => {
      const dropped: string[] = [];
      const pullTokens = {
        ...memoryPullTokens,
        refusedRefresh: async (token: string) => void dropped.push(token),
      };

      await create({
        refused: { 'access token': 'image-pull', [PULL_TOKEN]: 'image-pull' },
        kinds,
        pullTokens,
        first: kinds[0] === 'refresh-token' ? PULL_TOKEN : 'access token',
      });

      expect(dropped).toEqual([PULL_TOKEN]);
    },
  );

  it('is refused with the registry’s answer if the pull identity gets no token', async () => {
    const pullTokens = {
      ...memoryPullTokens,
      refreshToken: () => Promise.reject(new RegistryError('unauthorized', 'no such identity')),
    };

    const { answer, passwords } = await create({
      refused: { 'access token': 'image-pull' },
      pullTokens,
    });

    expect(passwords).toEqual(['access token']);
    expect(answer).toMatchObject({
      refusal: 'image-pull',
      detail: expect.stringMatching(/400 of 1; with the token of the pull identity: no such/),
    });
  });

  it('is looked for first, and a missing image is named and tried with nothing else', async () => {
    const { answer, passwords } = await create({
      refused: { 'access token': 'image-pull' },
      missing: true,
    });

    expect(passwords).toEqual(['access token']);
    expect(answer).toEqual({
      ok: false,
      refusal: 'configuration',
      detail: `the registry has no ${WORKER_IMAGE.reference}: 400 of 1`,
    });
  });

  it('is not tried again if there is only one kind of credential', async () => {
    const { answer, passwords } = await create({
      refused: { 'access token': 'image-pull' },
      kinds: ['access-token'],
    });

    expect(passwords).toEqual(['access token']);
    expect(answer).toEqual({ ok: false, refusal: 'image-pull', detail: '400 of 1' });
  });

  it('keeps the other refusal of the second try', async () => {
    const { answer, remembered } = await create({
      refused: { 'access token': 'image-pull', [PULL_TOKEN]: 'quota' },
    });

    expect(answer).toEqual({ ok: false, refusal: 'quota', detail: '400 of 2' });
    expect(remembered).toBeUndefined();
  });
});

it.each(['quota', 'unavailable', 'configuration'] as const)(
  'sends no second PUT after the refusal %s',
  async (refusal) => {
    const { answer, passwords } = await create({ refused: { 'access token': refusal } });

    expect(passwords).toEqual(['access token']);
    expect(answer).toMatchObject({ refusal });
  },
);

it('remembers nothing as long as the first credential pulls', async () => {
  const { passwords, remembered } = await create({ refused: {} });

  expect(passwords).toEqual(['access token']);
  expect(remembered).toBeUndefined();
});
