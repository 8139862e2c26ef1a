import { ContainerGroupsError, GroupTag } from '../containers/container-groups.ts';
import type { Check, CheckContext } from './check.ts';
import { whatToDoAbout } from './explain-failure.ts';
import { fail, type Outcome, pass, skipped, warn } from './outcome.ts';

/** The reaper runs every few minutes, so it does not run if a group is this long past its expiry. */
const REAPER_GRACE_MS = 30 * 60_000;
/** A patch group of four images; lib/pipeline/group/container-size.ts. */
const CORES_OF_A_GROUP = 4;

export const groupChecks: readonly Check[] = [
  {
    id: 'container-groups',
    title: 'The resource group exists and its container groups can be listed',
    needs: ['identity'],
    run: listGroups,
  },
  {
    id: 'container-waits',
    title: 'Azure refuses no container group for which runs wait',
    needs: ['storage-tables'],
    run: readHold,
  },
  {
    id: 'container-quota',
    title: 'The region’s quotas leave room for container groups',
    needs: ['container-groups'],
    run: readQuotas,
  },
];

async function listGroups({ services, settings }: CheckContext): Promise<Outcome> {
  const now = services.clock.now().getTime();
  let count = 0;
  const expired: string[] = [];
  for await (const group of services.groups.list()) {
    count += 1;
    const expiresAt = Date.parse(group.tags[GroupTag.expiresAt] ?? '');
    if (expiresAt + REAPER_GRACE_MS < now) expired.push(group.name);
  }
  const where = `${settings.jobsResourceGroup} in ${settings.location}`;
  if (expired.length === 0) return pass(`${where} has ${count} of Patchwright’s groups now`);
  return warn(
    `past their expiry: ${expired.join(', ')}`,
    `The reaper does not run, or lacks the right to delete groups. Check the app’s function "reaper". Then delete the groups, which cost money: az container delete --resource-group ${settings.jobsResourceGroup} --name NAME --yes`,
  );
}

/** A run waits for what Azure lacks. If that lasts, a person must do something. */
async function readHold({ services: { throttle, clock } }: CheckContext): Promise<Outcome> {
  const hold = await throttle.hold(clock.now());
  if (hold?.reason === undefined) return pass('no container group waits because Azure refused one');
  const { refusal, detail } = hold.reason;
  return warn(
    `Azure refused a container group, and the next one starts after ${hold.until.toISOString()}: ${detail}`,
    whatToDoAbout(refusal, detail),
  );
}

async function readQuotas({ services, quotas, settings }: CheckContext): Promise<Outcome> {
  const all = await quotas.read().catch((error: unknown) => {
    const unreadable = error instanceof ContainerGroupsError && error.refusal === 'unauthorized';
    if (unreadable) return undefined;
    throw error;
  });
  if (all === undefined) {
    return skipped(
      'the identity may not read quotas; this needs a right on the subscription and is optional',
    );
  }
  const { builder, maxGroups } = services.options;
  const counted = new Map([
    ['ContainerGroups', 1],
    ['StandardCores', CORES_OF_A_GROUP],
    ...(builder.kind === 'confidential'
      ? ([['ConfidentialCores', CORES_OF_A_GROUP]] as const)
      : []),
  ]);
  const relevant = all.filter(({ name }) => counted.has(name));
  const shown = relevant.map(({ name, used, limit }) => `${name} ${used} of ${limit}`).join(', ');
  const full = relevant.filter(({ name, used, limit }) => used + (counted.get(name) ?? 1) > limit);
  if (full.length > 0) {
    return fail(
      `exhausted in ${settings.location}: ${full.map(({ name, used, limit }) => `${name} ${used} of ${limit}`).join(', ')}`,
      whatToDoAbout('quota', ''),
    );
  }
  const small = relevant.filter(({ name, limit }) => limit < maxGroups * (counted.get(name) ?? 1));
  if (small.length === 0) return pass(shown === '' ? 'no quota applies' : shown);
  return warn(
    `too small for PATCHWRIGHT_MAX_GROUPS (${maxGroups}): ${shown}`,
    whatToDoAbout('quota', ''),
  );
}
