import type { RepositoryName } from '../image/reference.ts';
import { toolingRepositories } from '../pipeline/group-spec.ts';
import type { Check } from './check.ts';
import { pass, skipped, warn } from './outcome.ts';

export const mirrorCheck: Check = {
  id: 'tooling-mirrors',
  title: 'The images that Copa works with are mirrored in the registry',
  needs: ['registry-token'],
  async run({ app }) {
    if (app.options.builder.kind === 'none') return skipped('PATCHWRIGHT_BUILDER is none');
    const mirrors = new Map<string, RepositoryName[]>();
    for (const repository of toolingRepositories(app)) {
      const distribution = repository.split('/').at(-1) ?? repository;
      mirrors.set(distribution, [...(mirrors.get(distribution) ?? []), repository]);
    }
    const present: string[] = [];
    const missing: string[] = [];
    for (const [distribution, repositories] of mirrors) {
      // Copa tries them in turn: one of them is enough.
      const pages = await Promise.all(repositories.map((name) => app.registry.listTags(name)));
      const tags = pages.flatMap((page) => page?.tags ?? []);
      (tags.length > 0 ? present : missing).push(distribution);
    }
    if (missing.length === 0) return pass(`mirrored for ${present.join(' and ')}`);
    const examples = missing.map((one) => `${app.options.toolingMirror}/docker.io/library/${one}`);
    return warn(
      `no tooling image for ${missing.join(' and ')}: images of theirs can’t be patched`,
      `Import one for each release that you have: az acr import --name REGISTRY --source docker.io/library/NAME:TAG --image ${examples.join(':TAG, ')}:TAG. Without such images there is nothing to do.`,
    );
  },
};
