import { grantedScopes } from '../registry/token-scopes.ts';
import type { Check, CheckContext } from './check.ts';
import { fail, type Outcome, pass, skipped, warn } from './outcome.ts';

const DEPLOY =
  'Deploy infra/main.bicep again: it creates this identity and gives it a role that only pulls. With ABAC, name the repositories of the worker images patchwright/worker….';

/** The second identity, whose refresh token Azure gets if it can't pull with the app's access token. */
export const pullCheck: Check = {
  id: 'registry-pull-identity',
  title: 'The pull identity may pull the worker images, and may not push',
  needs: ['registry-token'],
  run: tryPull,
};

async function tryPull({ services, settings }: CheckContext): Promise<Outcome> {
  const { pullTokens, options } = services;
  if (settings.pullClientId === undefined) {
    return skipped('PATCHWRIGHT_PULL_CLIENT_ID is not set');
  }
  if (pullTokens === undefined) return skipped('only the app itself has this identity');
  const images = [options.scanWorkerImage, options.patchWorkerImage];
  const repositories = [...new Set(images.map(({ repository }) => repository))];
  const { token } = await pullTokens.mint(
    repositories.map((repository) => ({ repository, actions: ['pull', 'push'] })),
  );
  const granted = grantedScopes(token);
  if (granted === undefined) return skipped('the registry’s tokens do not show their rights');
  const reposWith = (action: string) =>
    repositories.filter((repository) =>
      granted.some(({ name, actions }) => name === repository && actions.includes(action)),
    );
  const pushed = reposWith('push');
  if (pushed.length > 0) return fail(`the pull identity may push to ${pushed.join(', ')}`, DEPLOY);
  const pulled = reposWith('pull');
  const missing = repositories.filter((repository) => !pulled.includes(repository));
  if (missing.length === 0) return pass(`pull on ${pulled.join(', ')}, and no push`);
  return warn(
    `the pull identity may not pull ${missing.join(', ')}; groups start only if Azure accepts the app’s access token`,
    DEPLOY,
  );
}
