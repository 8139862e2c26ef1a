import { describe, expect, it } from 'vitest';
import { registryChecks } from '../../../lib/doctor/registry-checks.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';
import { policyOf } from '../../world/seed/seed-policy.ts';
import { CheckSetup } from './check-setup.ts';

const REPOSITORIES = ['team/api', 'team/web'];

function policyFor(names: readonly string[], enabled = true) {
  return policyOf(names.map((repository) => ({ repository, tags: ['*'], enabled })));
}

function setupFor(names: readonly string[] = REPOSITORIES, enabled = true): CheckSetup {
  return new CheckSetup({ policy: policyFor(names, enabled) });
}

it('passes if the registry issues a token and throws its error otherwise', async () => {
  const setup = setupFor();
  expect(await setup.run(registryChecks, 'registry')).toEqual({
    status: 'pass',
    detail: 'registry.example.com accepts the identity',
  });

  setup.world.registry.mintToken = async () =>
    Promise.reject(new RegistryError('unauthorized', 'exchange: 401'));
  await expect(setup.run(registryChecks, 'registry')).rejects.toThrow('exchange: 401');
});

describe('the check of the scopes of a token', () => {
  const worker = 'patchwright/worker';

  it.each([
    [
      'passes if the token has only the requested scope',
      () => [`${worker}:pull`],
      'pass',
      `a token has only the scope ${worker}:pull`,
    ],
    ['fails if the token has no scope', () => [], 'fail', `the identity may not pull ${worker}`],
    [
      'fails if the token has other scopes too',
      () => [`${worker}:pull`, `${worker}:push`, 'x:pull'],
      'fail',
      `a token for ${worker}:pull also allows ${worker}:push, x:pull`,
    ],
    [
      'warns if the token is opaque',
      undefined,
      'warn',
      'the registry’s tokens do not show their rights',
    ],
  ])('%s', async (_, granted, status, detail) => {
    const setup = setupFor();
    setup.granted = granted;

    expect(await setup.run(registryChecks, 'registry-token')).toMatchObject({ status, detail });
  });
});

describe('the check of the tags', () => {
  it('passes if the tags can be listed', async () => {
    const setup = setupFor(['team/api']);
    await seedImage(setup.world.registry, {
      repository: RepositoryName.parse('team/api'),
      tags: [Tag.parse('v1')],
    });

    expect(await setup.run(registryChecks, 'registry-list')).toEqual({
      status: 'pass',
      detail: 'tags can be listed in team/api',
    });
  });

  it('warns of repositories that are not in the registry', async () => {
    expect(await setupFor().run(registryChecks, 'registry-list')).toMatchObject({
      status: 'warn',
      detail: 'not in the registry: team/api, team/web',
    });
  });

  it('warns of a repository with many tags beside a missing one, without reading every page', async () => {
    const setup = setupFor();
    const { registry } = setup.world;
    const list = registry.listTags.bind(registry);
    let pages = 0;
    registry.listTags = (repository, options) => {
      pages += 1;
      return list(repository, options);
    };
    const tags = Array.from({ length: 500 }, (_, at) => Tag.parse(`build.${at}`));
    await seedImage(registry, { repository: RepositoryName.parse('team/api'), tags });

    expect(await setup.run(registryChecks, 'registry-list')).toMatchObject({
      status: 'warn',
      detail: expect.stringMatching(
        /^not in the registry: team\/web; .* more than 100 tags.*: team\/api$/,
      ),
    });
    expect(pages).toBeLessThan(4);
  });

  it('counts no patch under the convention of the whole document as a source', async () => {
    const repositories = [{ repository: 'team/api', tags: ['*'] }];
    const policy = { version: 'v1', 'tag-convention': '{tag}-p{nnn}', repositories };
    const setup = new CheckSetup({ policy });
    const tags = Array.from({ length: 60 }, (_, at) => [`b${at}`, `b${at}-p001`]).flat();
    await seedImage(setup.world.registry, {
      repository: RepositoryName.parse('team/api'),
      tags: tags.map((tag) => Tag.parse(tag)),
    });

    expect(await setup.run(registryChecks, 'registry-list')).toMatchObject({ status: 'pass' });
  });

  it('lists the tags of at most ten repositories', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `team/a${String(at).padStart(2, '0')}`);

    const { detail } = await setupFor(names).run(registryChecks, 'registry-list');

    expect(detail).toContain('team/a09');
    expect(detail).not.toContain('team/a10');
  });
});

describe.each([
  ['registry-publish', 'team/api', ['pull', 'push']],
  ['registry-staging', 'patchwright/staging/team/api', ['pull', 'push', 'delete']],
])('the check %s', (id, repository, actions) => {
  it('passes if all rights are granted', async () => {
    expect(await setupFor(['team/api']).run(registryChecks, id)).toEqual({
      status: 'pass',
      detail: `${actions.join(', ')} on ${repository}`,
    });
  });

  it.each(actions)('fails without %s', async (lacking) => {
    const setup = setupFor(['team/api']);
    setup.granted = (asked) => asked.filter((right) => !right.endsWith(`:${lacking}`));

    expect(await setup.run(registryChecks, id)).toMatchObject({
      status: 'fail',
      detail: `the identity lacks ${lacking} on ${repository}`,
      whatToDo: expect.stringContaining('docs/security.md'),
    });
  });

  it('is skipped if the tokens are opaque or no repository is enabled', async () => {
    const opaque = setupFor(['team/api']);
    opaque.granted = undefined;

    expect(await opaque.run(registryChecks, id)).toMatchObject({ status: 'skipped' });
    expect(await setupFor(['team/api'], false).run(registryChecks, id)).toEqual({
      status: 'skipped',
      detail: 'the policy enables no repository',
    });
  });
});
