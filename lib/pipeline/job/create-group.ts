import type { GroupAnswer, GroupSpec } from '../../containers/container-groups.ts';
import { Digest } from '../../image/digest.ts';
import { RegistryError } from '../../registry/registry.ts';
import { pullCredential } from '../group/pull-credential.ts';
import type { Lease } from '../lease.ts';
import type { Services, WorkerImage } from '../services.ts';
import type { PullKind } from '../stores/pull-choice.ts';

const NAMES: Readonly<Record<PullKind, string>> = {
  'access-token': 'with an access token of the app',
  'refresh-token': 'with the token of the pull identity',
};

/**
 * Sends the PUT. If Azure can't pull the worker image, sends it once more with the other kind of
 * credential, under the same name: a refused PUT creates no group. Remembers the kind that worked,
 * unless the registry only failed for a moment. If
 * both are refused, the detail has both answers.
 */
export async function createGroup(
  services: Services,
  lease: Lease,
  spec: GroupSpec,
  pull: { readonly worker: WorkerImage; readonly kinds: readonly PullKind[] },
): Promise<GroupAnswer> {
  const [first, other] = pull.kinds;
  lease.assertHeld();
  const answer = await services.groups.create(spec);
  if (answer.ok || answer.refusal !== 'image-pull' || first === undefined) return answer;
  await dropRefused(services, first, spec.imageCredential.password);
  if (await isMissing(services, pull.worker)) {
    const detail = `the registry has no ${pull.worker.reference}: ${answer.detail}`;
    return { ok: false, refusal: 'configuration', detail };
  }
  if (other === undefined) return answer;
  const second = await createWith(services, lease, { spec, worker: pull.worker, kind: other });
  if (second.ok) {
    services.log.warn('worker image pulled with the other credential', { pulledWith: other });
    if (answer.mayPass !== true) await services.pullChoice.remember(other, services.clock.now());
    return second;
  }
  if (second.refusal !== 'image-pull') return second;
  const detail = `${NAMES[first]}: ${answer.detail}; ${NAMES[other]}: ${second.detail}`;
  return { ...second, detail };
}

async function createWith(
  services: Services,
  lease: Lease,
  of: { readonly spec: GroupSpec; readonly worker: WorkerImage; readonly kind: PullKind },
): Promise<GroupAnswer> {
  try {
    const imageCredential = await pullCredential(services, of.worker, of.kind);
    lease.assertHeld();
    const answer = await services.groups.create({ ...of.spec, imageCredential });
    if (!answer.ok && answer.refusal === 'image-pull') {
      await dropRefused(services, of.kind, imageCredential.password);
    }
    return answer;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { ok: false, refusal: 'image-pull', detail: error.message };
  }
}

/** Somebody may have revoked the refresh token, which is else used for hours. */
async function dropRefused(
  { pullTokens }: Services,
  kind: PullKind,
  password: string,
): Promise<void> {
  if (kind === 'refresh-token') await pullTokens?.refusedRefresh(password);
}

/** ACI gives the same code for a missing image. Returns false if the registry does not tell. */
async function isMissing(
  { registry, log }: Services,
  { repository, reference }: WorkerImage,
): Promise<boolean> {
  try {
    const digest = Digest.parse(reference.split('@')[1]);
    return (await registry.manifest(repository, digest)) === undefined;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    log.warn('unknown whether the worker image exists', { image: reference });
    return false;
  }
}
