import type { RepositoryName } from '../image/reference.ts';
import { stagingOf } from '../pipeline/staging/staging-names.ts';
import { loadPolicyText } from '../policy/load-policy.ts';
import { parsePolicy } from '../policy/policy.ts';
import type { TokenScope } from '../registry/registry.ts';
import { grantedScopes } from '../registry/token-scopes.ts';
import type { Check, CheckContext } from './check.ts';
import { registryRoles } from './explain-failure.ts';
import { fail, type Outcome, pass, skipped, warn } from './outcome.ts';

/** Of a policy so many repositories are looked at: rights differ by prefix, not by repository. */
const SAMPLE = 10;

export const registryChecks: readonly Check[] = [
  {
    id: 'registry',
    title: 'The registry answers and takes the identity',
    needs: ['identity'],
    async run({ app }) {
      await app.registry.mintToken([{ repository: workerRepository(app), actions: ['pull'] }]);
      return pass(app.registry.host);
    },
  },
  {
    id: 'registry-token',
    title: 'A token can be had that holds the scopes of a job, and no others',
    needs: ['registry'],
    run: mintScoped,
  },
  {
    id: 'policy',
    title: 'The policy is there and has no fault',
    needs: ['registry-token'],
    run: readPolicy,
  },
  {
    id: 'registry-list',
    title: 'The tags of the policy’s repositories can be listed',
    needs: ['policy'],
    run: listTags,
  },
  {
    id: 'registry-publish',
    title: 'Patched images may be pushed to the policy’s repositories',
    needs: ['policy'],
    run: (context) => mayAll(context, (repository) => ({ repository, actions: ['pull', 'push'] })),
  },
  {
    id: 'registry-staging',
    title: 'Staging repositories may be pushed to, pulled from and deleted from',
    needs: ['policy'],
    run: (context) =>
      mayAll(context, (repository) => ({
        repository: stagingOf(repository),
        actions: ['pull', 'push', 'delete'],
      })),
  },
];

function workerRepository(app: CheckContext['app']): RepositoryName {
  return app.options.scanWorkerImage.repository;
}

async function mintScoped({ app }: CheckContext): Promise<Outcome> {
  const repository = workerRepository(app);
  const asked = [`${repository}:pull`];
  const granted = await actionsGranted(app, [{ repository, actions: ['pull'] }]);
  if (granted === undefined) {
    return warn(
      'the registry’s tokens do not say what they allow',
      'Other checks find out what may be done; that tokens are narrow can’t be seen here.',
    );
  }
  const surplus = granted.filter((action) => !asked.includes(action));
  if (surplus.length > 0) {
    return fail(
      `a token for ${asked.join(', ')} also allows ${surplus.join(', ')}`,
      'Container groups would get more than they need. Check that PATCHWRIGHT_REGISTRY is an Azure Container Registry.',
    );
  }
  if (granted.length === 0) return fail(`the identity may not pull ${repository}`, registryRoles());
  return pass(`a token for ${asked.join(', ')} alone`);
}

async function readPolicy({ app }: CheckContext): Promise<Outcome> {
  const { registry, options } = app;
  const found = await loadPolicyText({ registry, setting: options.policySetting });
  if (!found.found) {
    return fail(
      found.detail,
      'Push a policy ("oras push REGISTRY/csscpolicies/patchpolicy:v1 policy.json"), or set PATCHWRIGHT_POLICY to the document.',
    );
  }
  const parsed = parsePolicy(found.text, options);
  if (!parsed.ok) {
    return fail(
      `${found.from}: ${parsed.faults.join('; ')}`,
      'Correct each of these in the document. Until then no run looks at any image.',
    );
  }
  const enabled = parsed.policy.repositories.filter((rule) => rule.enabled).length;
  const all = parsed.policy.repositories.length;
  return pass(`${enabled} of ${all} repositories enabled, from ${found.from}`);
}

/** The first repositories that the policy enables. It was read before, so it parses. */
async function sampleOf({ app }: CheckContext): Promise<readonly RepositoryName[]> {
  const { registry, options } = app;
  const found = await loadPolicyText({ registry, setting: options.policySetting });
  const parsed = found.found ? parsePolicy(found.text, options) : undefined;
  if (parsed === undefined || !parsed.ok) return [];
  const enabled = parsed.policy.repositories.filter((rule) => rule.enabled);
  return enabled.slice(0, SAMPLE).map((rule) => rule.repository);
}

async function listTags(context: CheckContext): Promise<Outcome> {
  const sample = await sampleOf(context);
  if (sample.length === 0) return skipped('the policy enables no repository');
  const missing: RepositoryName[] = [];
  for (const repository of sample) {
    const page = await context.app.registry.listTags(repository);
    if (page === undefined) missing.push(repository);
  }
  if (missing.length === 0) return pass(`tags of ${sample.join(', ')}`);
  return warn(
    `not in the registry: ${missing.join(', ')}`,
    'Correct the policy, or push the images. Their targets end as skipped, not-found.',
  );
}

async function mayAll(
  context: CheckContext,
  scopeOf: (repository: RepositoryName) => TokenScope,
): Promise<Outcome> {
  const scopes = (await sampleOf(context)).map(scopeOf);
  if (scopes.length === 0) return skipped('the policy enables no repository');
  const granted = await actionsGranted(context.app, scopes);
  if (granted === undefined) return skipped('the registry’s tokens do not say what they allow');
  const missing = scopes.flatMap(({ repository, actions }) => {
    const lacking = actions.filter((action) => !granted.includes(`${repository}:${action}`));
    return lacking.length === 0 ? [] : [`${lacking.join(' and ')} on ${repository}`];
  });
  if (missing.length > 0) return fail(`the identity lacks ${missing.join(', ')}`, registryRoles());
  return pass(scopes.map(({ repository }) => repository).join(', '));
}

/** `repository:action` for all that a token with these scopes allows. */
async function actionsGranted(
  app: CheckContext['app'],
  scopes: readonly TokenScope[],
): Promise<readonly string[] | undefined> {
  const { token } = await app.registry.mintToken(scopes);
  return grantedScopes(token)?.flatMap(({ name, actions }) =>
    actions.map((action) => `${name}:${action}`),
  );
}
