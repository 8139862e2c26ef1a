import {
  type GroupAnswer,
  GroupName,
  type GroupRefusal,
} from '../../containers/container-groups.ts';
import type { CheckContext } from '../../doctor/check.ts';
import { MAX_PROBE_BYTES, ProbeResult } from '../../job/probe-result.ts';
import { readJson } from '../../json/read-json.ts';
import { ONLY_CONTAINER } from '../../pipeline/records/container-names.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { type ProbeKind, probeSpec } from './probe-spec.ts';

/** A group may take half an hour to start, but nobody waits that long at a terminal. */
const LIMIT_MS = 15 * 60_000;
const EXPIRY_MS = 30 * 60_000;
const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 5_000;
/** Reads of the result for each request to ARM for the group's status. */
const LOOKS_TO_A_STATUS = 4;
const MAX_LOG = 500;
const DELETION_TRIES = 6;

export type ProbeEnd =
  | { readonly end: 'result'; readonly result: ProbeResult }
  | { readonly end: 'refused'; readonly refusal: GroupRefusal; readonly detail: string }
  /** The group started, or may have, but gave no usable result. */
  | { readonly end: 'no-result'; readonly detail: string }
  | { readonly end: 'interrupted' };

export interface Probe {
  readonly end: ProbeEnd;
  /** Name of the group, if it could not be deleted. */
  readonly leftBehind?: string;
}

/** Creates one group and waits for its result. Always deletes the group and the result. */
export async function probeGroup(context: CheckContext, kind: ProbeKind): Promise<Probe> {
  const { services, newId } = context;
  const id = `probe-${newId()}`;
  const group = GroupName.parse(`pw-${id}`);
  const blob = `doctor/${id}/result.json`;
  const now = services.clock.now().getTime();
  const expiresAt = new Date(now + EXPIRY_MS);
  const resultUrl = await services.blobs.createOnlyUrl(CONTAINERS.results, blob, expiresAt);
  const spec = await probeSpec(context, kind, { group, id, resultUrl, expiresAt });
  if (context.stop.aborted) return { end: { end: 'interrupted' } };
  const answer = await services.groups.create(spec);
  if (isRefused(answer)) {
    return { end: { end: 'refused', refusal: answer.refusal, detail: answer.detail } };
  }
  let deleted = false;
  try {
    const end = await awaitResult(context, { id, group, blob, until: now + LIMIT_MS });
    deleted = await deleteGroup(context, group);
    return deleted ? { end } : { end, leftBehind: group };
  } finally {
    if (!deleted) await services.groups.delete(group);
    await services.blobs.delete(CONTAINERS.results, blob);
  }
}

/** After `unavailable` the group may exist, so the probe continues and deletes it. */
function isRefused(answer: GroupAnswer): answer is Extract<GroupAnswer, { ok: false }> {
  return !answer.ok && answer.refusal !== 'unavailable';
}

async function awaitResult(
  context: CheckContext,
  probe: {
    readonly id: string;
    readonly group: GroupName;
    readonly blob: string;
    readonly until: number;
  },
): Promise<ProbeEnd> {
  const { services, stop, sleep, tell } = context;
  for (let look = 1; !stop.aborted; look += 1) {
    const content = await services.blobs.read(CONTAINERS.results, probe.blob, MAX_PROBE_BYTES);
    if (content.found) return parseResult(content.bytes, probe.id);
    if (services.clock.now().getTime() > probe.until) {
      return { end: 'no-result', detail: 'the group did not answer within 15 minutes' };
    }
    if (look % LOOKS_TO_A_STATUS === 0) {
      const status = await services.groups.get(probe.group);
      tell(`group ${probe.group}: ${status?.state ?? 'absent'}`);
      const over = status === undefined || status.state === 'lost' || status.state === 'stopped';
      // The group may have stored its result just before it ended.
      const last =
        over && (await services.blobs.read(CONTAINERS.results, probe.blob, MAX_PROBE_BYTES));
      if (last !== false) {
        if (last.found) return parseResult(last.bytes, probe.id);
        if (status === undefined) return { end: 'no-result', detail: 'the group is gone' };
        return {
          end: 'no-result',
          detail: status.detail + (await lastWords(services, probe.group)),
        };
      }
    }
    await sleep(Math.min(LONGEST_POLL_MS, FIRST_POLL_MS * look), stop);
  }
  return { end: 'interrupted' };
}

/** The end of the worker's log. The worker masks secrets itself. */
async function lastWords(services: CheckContext['services'], group: GroupName): Promise<string> {
  const log = await services.groups.logs(group, ONLY_CONTAINER).catch(() => undefined);
  const line = log?.trimEnd().split('\n').slice(-2).join(' ') ?? '';
  return line === '' ? '' : `; its log ends: ${line.slice(-MAX_LOG)}`;
}

function parseResult(bytes: Uint8Array, id: string): ProbeEnd {
  const result = readJson(ProbeResult, bytes);
  if (result.ok && result.value.probeId === id) return { end: 'result', result: result.value };
  // The content is untrusted and not shown.
  return { end: 'no-result', detail: 'the result does not come from this probe' };
}

/** ARM refuses to delete a group that is still starting, so try several times. */
async function deleteGroup(
  { services, sleep, tell }: CheckContext,
  group: GroupName,
): Promise<boolean> {
  tell(`deleting group ${group}`);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await services.groups.delete(group);
    if (answer.ok) return true;
    if (answer.refusal !== 'transitioning' || attempt === DELETION_TRIES) return false;
    await sleep(10_000);
  }
}
