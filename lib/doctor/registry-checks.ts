import type { RepositoryName, Tag } from '../image/reference.ts';
import { chosenOf, listOf } from '../image/tag-convention.ts';
import { countSources, MANY_TAGS } from '../pipeline/discovery/many-tags.ts';
import { stagingOf } from '../pipeline/staging/staging-names.ts';
import { loadPolicyText } from '../policy/load-policy.ts';
import { type Policy, parsePolicy, type RepositoryRule } from '../policy/policy.ts';
import { allTags } from '../registry/all-tags.ts';
import type { TokenScope } from '../registry/registry.ts';
import { grantedScopes } from '../registry/token-scopes.ts';
import type { Check, CheckContext } from './check.ts';
import { registryRoles } from './explain-failure.ts';
import { fail, failEach, type Outcome, pass, skipped, warn } from './outcome.ts';
import { policyChecks } from './policy-checks.ts';

/**
 * Checks only the first repositories of the policy, so that the check stays short. Rights may differ in
 * the others.
 */
const SAMPLE = 10;

export const registryChecks: readonly Check[] = [
  {
    id: 'registry',
    title: 'The registry answers and accepts the identity',
    needs: ['identity'],
    async run({ services }) {
      await services.registry.mintToken([
        { repository: workerRepository(services), actions: ['pull'] },
      ]);
      return pass(`${services.registry.host} accepts the identity`);
    },
  },
  {
    id: 'registry-token',
    title: 'The registry issues a token with the scopes of a job and no others',
    needs: ['registry'],
    run: mintScoped,
  },
  ...policyChecks,
  {
    id: 'registry-list',
    title: 'The tags of the policy’s repositories can be listed',
    needs: ['policy'],
    run: listTags,
  },
  {
    id: 'registry-publish',
    title: 'The identity may push to the policy’s repositories',
    needs: ['policy'],
    run: (context) => mayAll(context, (repository) => ({ repository, actions: ['pull', 'push'] })),
  },
  {
    id: 'registry-staging',
    title: 'The identity may push to, pull from and delete from staging repositories',
    needs: ['policy'],
    run: (context) =>
      mayAll(context, (repository) => ({
        repository: stagingOf(repository),
        actions: ['pull', 'push', 'delete'],
      })),
  },
];

function workerRepository(services: CheckContext['services']): RepositoryName {
  return services.options.scanWorkerImage.repository;
}

async function mintScoped({ services }: CheckContext): Promise<Outcome> {
  const repository = workerRepository(services);
  const asked = [`${repository}:pull`];
  const granted = await actionsGranted(services, [{ repository, actions: ['pull'] }]);
  if (granted === undefined) {
    return warn(
      'the registry’s tokens do not show their rights',
      'Neither the limits of a token nor the rights to push and delete can be checked here. Start a run for one image: it fails if a right is missing.',
    );
  }
  const surplus = granted.filter((action) => !asked.includes(action));
  if (surplus.length > 0) {
    return fail(
      `a token for ${asked.join(', ')} also allows ${surplus.join(', ')}`,
      'Container groups would get more rights than they need. Check that PATCHWRIGHT_REGISTRY is an Azure Container Registry.',
    );
  }
  if (granted.length === 0) return fail(`the identity may not pull ${repository}`, registryRoles());
  return pass(`a token has only the scope ${asked.join(', ')}`);
}

/** The first enabled repositories of the policy, which an earlier check has parsed. */
export async function sampleOf(context: CheckContext): Promise<readonly RepositoryRule[]> {
  return (await policyOf(context))?.sample ?? [];
}

async function policyOf({
  services,
}: CheckContext): Promise<
  { readonly policy: Policy; readonly sample: readonly RepositoryRule[] } | undefined
> {
  const { registry, options } = services;
  const found = await loadPolicyText({ registry, setting: options.policySetting });
  const parsed = found.found ? parsePolicy(found.text, options) : undefined;
  if (parsed === undefined || !parsed.ok) return undefined;
  const policy = parsed.value;
  const enabled = policy.repositories.filter((rule) => rule.enabled);
  return { policy, sample: enabled.slice(0, SAMPLE) };
}

async function listTags(context: CheckContext): Promise<Outcome> {
  const { policy, sample = [] } = (await policyOf(context)) ?? {};
  if (policy === undefined || sample.length === 0) {
    return skipped('the policy enables no repository');
  }
  const missing: RepositoryName[] = [];
  const many: RepositoryName[] = [];
  for (const rule of sample) {
    const { repository, tags: wanted } = rule;
    const conventions = listOf(chosenOf(rule['tag-convention'] ?? policy['tag-convention']));
    const isMany = (tags: Tags) =>
      countSources(selectedOf(tags, wanted), tags, conventions) > MANY_TAGS;
    const mayBeMany = wanted[0] === '*' || wanted.length > MANY_TAGS;
    const isEnough = (tags: Tags) => !mayBeMany || isMany(tags);
    const tags = await allTags(context.services.registry, repository, isEnough);
    if (tags === undefined) missing.push(repository);
    else if (isMany(tags)) many.push(repository);
  }
  if (missing.length + many.length > 0) return aboutTags(missing, many);
  return pass(`tags can be listed in ${sample.map(({ repository }) => repository).join(', ')}`);
}

type Tags = ReadonlyMap<Tag, unknown>;

function selectedOf(tags: Tags, wanted: RepositoryRule['tags']): readonly Tag[] {
  return [...tags.keys()].filter((tag) => wanted[0] === '*' || wanted.includes(tag));
}

function aboutTags(missing: readonly RepositoryName[], many: readonly RepositoryName[]): Outcome {
  const absent = {
    names: missing,
    text: 'not in the registry',
    remedy:
      'Correct the policy, or push the images. Until then, their targets end skipped, not-found.',
  };
  const numerous = {
    names: many,
    text: `the policy selects more than ${MANY_TAGS} tags, and each run scans every one`,
    remedy: 'List the tags that are deployed, or delete those that are not.',
  };
  const told = [absent, numerous].filter(({ names }) => names.length > 0);
  return warn(
    told.map(({ names, text }) => `${text}: ${names.join(', ')}`).join('; '),
    told.map(({ remedy }) => remedy).join(' '),
  );
}

async function mayAll(
  context: CheckContext,
  scopeOf: (repository: RepositoryName) => TokenScope,
): Promise<Outcome> {
  const scopes = (await sampleOf(context)).map(({ repository }) => scopeOf(repository));
  if (scopes.length === 0) return skipped('the policy enables no repository');
  const granted = await actionsGranted(context.services, scopes);
  if (granted === undefined) return skipped('the registry’s tokens do not show their rights');
  const missing = scopes.flatMap(({ repository, actions }) => {
    const lacking = actions.filter((action) => !granted.includes(`${repository}:${action}`));
    return lacking.length === 0
      ? []
      : [`the identity lacks ${lacking.join(' and ')} on ${repository}`];
  });
  if (missing.length > 0) return failEach(missing, { whatToDo: registryRoles() });
  const [first] = scopes;
  const rights = first?.actions.join(', ');
  return pass(`${rights} on ${scopes.map(({ repository }) => repository).join(', ')}`);
}

/** The rights of a token with these scopes, each as `repository:action`. */
async function actionsGranted(
  services: CheckContext['services'],
  scopes: readonly TokenScope[],
): Promise<readonly string[] | undefined> {
  const { token } = await services.registry.mintToken(scopes);
  return grantedScopes(token)?.flatMap(({ name, actions }) =>
    actions.map((action) => `${name}:${action}`),
  );
}
