import type { Digest } from '../../image/digest.ts';
import type { Tag } from '../../image/reference.ts';
import type { RepositoryRule } from '../../policy/policy.ts';
import { RegistryError, type RegistryErrorCode } from '../../registry/registry.ts';
import { plainText } from '../../text/plain-text.ts';
import type { Run } from '../records/run.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { blankTarget } from './discovered-targets.ts';

/** Failures of the requested content, not of the registry. */
const SPOILED: ReadonlySet<RegistryErrorCode> = new Set([
  'too-large',
  'invalid',
  'digest-mismatch',
]);
/** Answers of the registry that a repetition does not change, such as 403 and 405 for one manifest. */
const REFUSED: ReadonlySet<RegistryErrorCode> = new Set(['denied', 'locked', 'unexpected']);

/**
 * Ends only the tag that can't be read, so that discovery continues with the other tags. Throws if a
 * repetition may help; `lastTry` says that there will be none.
 */
export function unreadableTag(
  found: {
    readonly services: Services;
    readonly run: Run;
    readonly rule: RepositoryRule;
    readonly tag: Tag;
    readonly digest: Digest | undefined;
    readonly lastTry: boolean;
  },
  error: unknown,
): Target {
  const { services, run, rule, tag, digest, lastTry } = found;
  if (!(error instanceof RegistryError)) throw error;
  const isSpoiled = SPOILED.has(error.code);
  if (!isSpoiled && !REFUSED.has(error.code) && !lastTry) throw error;
  const target = blankTarget(services, run, rule, tag);
  return {
    ...target,
    digest,
    ...(isSpoiled
      ? { state: 'skipped', reason: 'not-an-image' }
      : { state: 'failed', reason: 'registry-error' }),
    detail: plainText(error.message, 200),
    finishedAt: target.discoveredAt,
  };
}
