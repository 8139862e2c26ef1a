import type { GroupSpec } from '../../containers/container-groups.ts';
import { RegistryError } from '../../registry/registry.ts';
import type { Services, WorkerImage } from '../services.ts';
import type { PullKind } from '../stores/pull-choice.ts';
import { TOKEN_USER } from './container-spec.ts';

type Credential = GroupSpec['imageCredential'];

/** The first credential to try, and the kinds of credential in their order. */
export interface FirstPull {
  readonly credential: Credential;
  readonly kinds: readonly PullKind[];
}

/**
 * Chooses the kind of credential that worked last, at first the access token. If the pull identity gets
 * no token, only the access token is left.
 */
export async function firstPull(services: Services, worker: WorkerImage): Promise<FirstPull> {
  const { pullTokens, pullChoice, clock, log } = services;
  const access = (kinds: readonly PullKind[]) =>
    pullCredential(services, worker, 'access-token').then((credential) => ({ credential, kinds }));
  if (pullTokens === undefined) return access(['access-token']);
  if ((await pullChoice.remembered(clock.now())) !== 'refresh-token') {
    return access(['access-token', 'refresh-token']);
  }
  try {
    const credential = await pullCredential(services, worker, 'refresh-token');
    return { credential, kinds: ['refresh-token', 'access-token'] };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    log.warn('no token of the pull identity', { detail: error.message });
    return access(['access-token']);
  }
}

/**
 * Makes a credential that pulls the worker image. Never the app's own refresh token, which can push
 * and delete.
 */
export async function pullCredential(
  { registry, pullTokens }: Services,
  { repository }: WorkerImage,
  kind: PullKind,
): Promise<Credential> {
  const made = { server: registry.host, username: TOKEN_USER };
  if (kind === 'refresh-token' && pullTokens !== undefined) {
    return { ...made, password: (await pullTokens.refreshToken()).token };
  }
  const { token } = await registry.mintToken([{ repository, actions: ['pull'] }]);
  return { ...made, password: token };
}
