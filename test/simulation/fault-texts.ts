/** One fault in the pipeline: an exact text of a file in lib/pipeline, and what stands there instead. */
export interface DeliberateFault {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

export const DELIBERATE_FAULTS: readonly DeliberateFault[] = [
  {
    name: 'publish what the verification refused',
    file: 'results/collect-verifications.ts',
    text: 'if (refused !== undefined) {',
    instead: 'if (refused !== undefined && refused.state === "failed") {',
  },
  {
    name: 'do not look at the layers',
    file: 'results/collect-verifications.ts',
    text: 'if (unownedSetuid.count > 0) {',
    instead: 'if (unownedSetuid.count > 1000) {',
  },
  {
    name: 'write targets whoever else has written them',
    file: 'stores/tables/table-targets.ts',
    text: 'return this.#records.update(target, changes);',
    instead:
      'const now = await this.find(target.runId, target.id); return this.#records.update({ ...target, version: now?.version ?? target.version }, changes);',
  },
  {
    name: 'never give a target up',
    file: 'targets/change-target.ts',
    text: 'if (attempts >= MAX_LOST_ATTEMPTS)',
    instead: 'if (attempts >= 1000)',
  },
  {
    name: 'forget to delete expired groups',
    file: 'upkeep/reap.ts',
    text: 'else if (expiresAt <= now.getTime()) {',
    instead: 'else if (expiresAt <= 0) {',
  },
  {
    name: 'forget runs whose tick was lost',
    file: 'upkeep/reap.ts',
    text: 'await sendTick(services, { runId: run.id, wake: run.wake });',
    instead: '',
  },
  {
    name: 'leave jobs alone whose message was lost',
    file: 'run/plan-tick.ts',
    text: 'wake: busy.filter((job) => job.nextAt.getTime() + graceMs < now.getTime()),',
    instead: 'wake: [],',
  },
  {
    name: 'leave in staging what a late group has pushed',
    file: 'staging/sweep-staging.ts',
    text: 'await registry.deleteManifest(staging, digest);',
    instead: '',
  },
  {
    name: 'give an image to another job while it has one',
    file: 'run/group-into-jobs.ts',
    text: 'targets.every((target) => !live.has(target.job)),',
    instead: 'targets.every(() => true),',
  },
  {
    name: 'keep the claim on an image',
    file: 'job/clear-job.ts',
    text: 'await services.inventory.release(image, runId);',
    instead: '',
  },
  {
    name: 'create a group without writing it down first',
    file: 'job/launch-job.ts',
    text: "await held.save({ state: 'launching', attempt, group, deadline, launchedAt: clock.now() });",
    instead: '',
  },
  {
    name: 'use the name of a group again',
    file: 'job/launch-job.ts',
    text: 'const attempt = held.job.attempt + 1;',
    instead: 'const attempt = Math.max(1, held.job.attempt);',
  },
  {
    name: 'take a tag that is somebody else’s',
    file: 'publish/publish-target.ts',
    text: "if (!floating || ours === undefined) return 'taken';",
    instead: '',
  },
  {
    name: 'do not look again after the PUT',
    file: 'publish/publish-target.ts',
    text: 'if (after?.digest === staged) {',
    instead: 'if (after !== undefined) {',
  },
  {
    name: 'publish a patch of a source that has moved',
    file: 'publish/publish-target.ts',
    text: 'if (source?.digest !== target.digest) {',
    instead: 'if (source === undefined) {',
  },
  {
    name: 'choose another tag after every crash',
    file: 'publish/publish-target.ts',
    text: 'if (target.patchTag !== undefined) return target;',
    instead: '',
  },
  {
    name: 'do not remember a patch before it is published',
    file: 'publish/publish-target.ts',
    text: 'await services.inventory.rememberNewest({ repository, digest: sourceDigest }, newest);',
    instead: '',
  },
  {
    name: 'cancel what is being published',
    file: 'job/publish-job.ts',
    text: 'if (run.canceled && !isIntended(target)) {',
    instead: 'if (run.canceled) {',
  },
  {
    name: 'log what a group is given',
    file: 'job/launch-job.ts',
    text: "services.log.info('group started', {",
    instead: "services.log.info('group started', { given: JSON.stringify(spec.containers),",
  },
  {
    name: 'count too early',
    file: 'run/plan-tick.ts',
    text: 'over: live.size === 0 && active.length === 0,',
    instead: 'over: active.length === 0,',
  },
  {
    name: 'end a run with targets left',
    file: 'run/plan-tick.ts',
    text: 'const active = targets.filter((target) => !isTerminal(target.state));',
    instead:
      "const active = targets.filter((target) => !isTerminal(target.state) && target.state !== 'verifying');",
  },
  {
    name: 'do not look at the lease of a job',
    file: 'job/step-job.ts',
    text: 'if (isLeased(job, services.clock.now())) return;',
    instead: '',
  },
  {
    name: 'do not look at the lease of a run',
    file: 'run/tick-run.ts',
    text: 'if (isLeased(run, now)) return;',
    instead: '',
  },
  {
    name: 'take any wake number',
    file: 'job/step-job.ts',
    text: ' || job.wake !== message.wake) return;',
    instead: ') return;',
  },
  {
    name: 'do not look at the lease before an effect',
    file: 'lease.ts',
    text: 'if (until === undefined || until <= this.#clock.now()) throw new LeaseLost();',
    instead: 'if (until === undefined) throw new LeaseLost();',
  },
  {
    name: 'write a job whoever else has written it',
    file: 'stores/tables/table-jobs.ts',
    text: 'return this.#update(held, changes);',
    instead:
      'return this.find(held.runId, held.id).then((now) => this.#update({ ...held, version: now?.version ?? held.version }, changes));',
  },
  {
    name: 'leave the group of a job that is over',
    file: 'job/clear-job.ts',
    text: 'await deleteGroupOf(services, held);',
    instead: '',
  },
  {
    name: 'wait for an attempt for ever',
    file: 'job/poll-job.ts',
    text: 'if (deadline !== undefined && clock.now() >= deadline) {',
    instead: 'if (deadline === undefined) {',
  },
  {
    name: 'claim what another run has',
    file: 'records/inventory-image.ts',
    text: "if (claimedBy !== '' && claimedBy !== run.id && !expired) return undefined;",
    instead: '',
  },
  {
    name: 'go on in a run that was canceled',
    file: 'job/step-job.ts',
    text: 'const canceled = await services.cancellations.isRequested(runId);',
    instead: 'const canceled = false;',
  },
  {
    name: 'create groups though all are to wait',
    file: 'job/launch-job.ts',
    text: 'if (until !== undefined) return wait(services, held, until);',
    instead: '',
  },
  {
    name: 'tell nobody to wait',
    file: 'job/launch-job.ts',
    text: 'await services.throttle.holdUntil(until);',
    instead: '',
  },
  {
    name: 'name a run after the time of the try',
    file: 'run/start-run.ts',
    text: 'const runId = runIdOf(due, trigger,',
    instead: 'const runId = runIdOf(services.clock.now(), trigger,',
  },
  {
    name: 'keep nothing of a poison message',
    file: 'upkeep/empty-poison.ts',
    text: "await services.blobs.create(CONTAINERS.reports, name, content, 'application/json');",
    instead: '',
  },
  {
    name: 'believe a report whatever its checksum',
    file: 'results/accepted-scans.ts',
    text: 'if (sha256Hex(blob.bytes) !== claim.reportSha256) {',
    instead: 'if (claim.reportSha256 === "") {',
  },
  {
    name: 'name a tag in the inventory that is not the patch',
    file: 'records/target-facts.ts',
    text: 'const patch = { patchTag, patchDigest };',
    instead: 'const patch = { patchTag: target.tag, patchDigest } as const;',
  },
  {
    name: 'charge an image for a builder that no group allows',
    file: 'inventory/back-off.ts',
    text: "  'no-builder',\n",
    instead: '',
  },
  {
    name: 'start a patch group though no builder works',
    file: 'job/launch-job.ts',
    text: 'if (fault !== undefined) return endWithoutBuilder(services, held, targets, fault);',
    instead: '',
  },
  {
    name: 'give up the images of containers that still work',
    file: 'job/poll-job.ts',
    text: 'if (!ended(container)) continue;',
    instead: '',
  },
];
