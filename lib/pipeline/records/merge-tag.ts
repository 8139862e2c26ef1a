import type { Tag } from '../../image/reference.ts';
import {
  factsOf,
  InventoryTag,
  type NewestPatch,
  NO_PATCH,
  type TagFacts,
  UNKNOWN_FINDINGS,
} from './inventory-tag.ts';
import { tagChanges } from './tag-changes.ts';
import type { Target } from './target.ts';
import { targetFacts } from './target-facts.ts';

/**
 * Returns the tag's new record after a target ended, or undefined if it changes nothing. Runs can
 * overlap and a target can be recorded twice, so each group of facts is replaced by a newer one only.
 */
export function withTarget(
  known: InventoryTag | undefined,
  target: Target & { readonly tag: Tag },
): InventoryTag | undefined {
  const found = targetFacts(target);
  const { repository, tag } = target;
  // A tag that never existed gets no row.
  if (known === undefined && !found.presence.present) return undefined;
  const facts = known === undefined ? found : merged(factsOf(known), found, target);
  if (facts === undefined) return undefined;
  const { presence, ending, findings, patch, exposure } = facts;
  const stale = isReadSince(known?.staleSince, target) ? {} : { staleSince: known?.staleSince };
  const plain = {
    repository,
    tag,
    ...presence,
    ...ending,
    ...findings,
    ...patch,
    ...exposure,
    ...stale,
  };
  const by = { runId: target.runId, at: target.finishedAt ?? target.discoveredAt };
  const record = { ...plain, ...tagChanges(known, plain, by) };
  return known !== undefined && isSame(known, record) ? undefined : record;
}

function merged(known: TagFacts, found: TagFacts, target: Target): TagFacts | undefined {
  const seenAt = known.presence.goneAt ?? known.presence.presentAt;
  const isLater = found.presence.presentAt >= seenAt;
  const sameImage = known.presence.digest === found.presence.digest;
  // The tag was pushed or deleted since this run saw it.
  if (!isLater && (!sameImage || !known.presence.present)) return undefined;
  if (!found.presence.present) {
    const { digest, sourceDigest, presentAt } = known.presence;
    const goneAt = known.presence.goneAt ?? found.presence.goneAt;
    const presence = { present: false, presentAt, goneAt, digest, sourceDigest };
    return {
      presence,
      ending: found.ending,
      findings: UNKNOWN_FINDINGS,
      patch: NO_PATCH,
      exposure: {},
    };
  }
  const held = target.reason === 'held-by-another-run';
  const endedLater = found.ending.at >= known.ending.at;
  if (found.presence.digest === undefined) {
    // The run could not read the tag: it tells only how it ended.
    return { ...known, ending: endedLater ? found.ending : known.ending };
  }
  if (!sameImage) return found;
  const [newer, older] = isLater ? [found, known] : [known, found];
  const sourceDigest = newer.presence.sourceDigest ?? older.presence.sourceDigest;
  const presence = { ...newer.presence, sourceDigest };
  if (target.sourceDigest === undefined && target.reason === 'registry-error') {
    // The run could not read the image, so it knows neither its source nor its patches.
    return { ...known, presence, ending: endedLater ? found.ending : known.ending };
  }
  return {
    presence,
    // The other run tells how the image ends.
    ending: endedLater && !held ? found.ending : known.ending,
    findings: isNewer(found.findings.scannedAt, known.findings.scannedAt)
      ? found.findings
      : known.findings,
    patch: newestPatch(known.patch, found.patch),
    exposure: isNewer(found.exposure.examinedAt, known.exposure.examinedAt)
      ? found.exposure
      : known.exposure,
  };
}

/** True if the run read the tag after another one gave up its repository. */
function isReadSince(staleSince: Date | undefined, { digest, discoveredAt }: Target): boolean {
  return staleSince === undefined || (digest !== undefined && discoveredAt >= staleSince);
}

function isNewer(found: Date | undefined, known: Date | undefined): boolean {
  return found !== undefined && (known === undefined || found >= known);
}

/** The patch that was seen last, with the newest counts of that patch. */
function newestPatch(known: NewestPatch, found: NewestPatch): NewestPatch {
  const samePatch = known.patchDigest === found.patchDigest;
  const seen = isNewer(found.patchSeenAt, known.patchSeenAt) ? found : known;
  if (!samePatch) return seen;
  const counted = isNewer(found.patchScannedAt, known.patchScannedAt) ? found : known;
  const { patchTag, patchFloatingTag, patchDigest, patchSeenAt } = seen;
  return { ...counted, patchTag, patchFloatingTag, patchDigest, patchSeenAt };
}

function isSame(known: InventoryTag, record: InventoryTag): boolean {
  const names = InventoryTag.keyof().options;
  return names.every((name) => JSON.stringify(known[name]) === JSON.stringify(record[name]));
}
