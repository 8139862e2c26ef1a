/** A deliberate fault: a text of a file in lib/pipeline and its faulty replacement. */
export interface DeliberateFault {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

export const DELIBERATE_FAULTS: readonly DeliberateFault[] = [
  {
    name: 'publish a patch that the verification rejected',
    file: 'results/collect-verifications.ts',
    text: 'if (refused !== undefined) {',
    instead: 'if (refused?.state === "failed") {',
  },
  {
    name: 'skip the check of the layers',
    file: 'results/verify-layers.ts',
    text: 'if (!verdict.accepted) return {',
    instead: 'if (!verdict.accepted && verdict.detail === "") return {',
  },
  {
    name: 'overwrite targets that another step has changed',
    file: 'stores/tables/table-targets.ts',
    text: 'return this.#records.update(target, changes);',
    instead:
      'const now = await this.find(target.runId, target.id); return this.#records.update({ ...target, version: now?.version ?? target.version }, changes);',
  },
  {
    name: 'leave findings open that a published patch fixes',
    file: 'publish/publish-target.ts',
    text: 'await recordPublished(services, target, staged);',
    instead: '{};',
  },
  {
    name: 'never give up a target',
    file: 'targets/change-target.ts',
    text: 'const isLast = attempts >= MAX_LOST_ATTEMPTS;',
    instead: 'const isLast = attempts >= 1000;',
  },
  {
    name: 'never delete expired groups',
    file: 'upkeep/reap.ts',
    text: 'else if (expiresAt <= now.getTime()) {',
    instead: 'else if (expiresAt <= 0) {',
  },
  {
    name: 'delete the rows of a run whose archive was never written',
    file: 'upkeep/archived-lines.ts',
    text: "await services.blobs.create(CONTAINERS.archive, archiveName(runId), all, 'application/gzip');\n    bytes = await archiveBytes(services, runId);",
    instead: 'bytes = { ok: true, value: all };',
  },
  {
    name: 'never recover runs whose tick was lost',
    file: 'upkeep/reap.ts',
    text: 'await sendTick(services, { runId: run.id, wake: run.wake });',
    instead: '',
  },
  {
    name: 'never recover jobs whose message was lost',
    file: 'run/plan-tick.ts',
    text: 'wake: busy.filter((job) => job.nextAt.getTime() + graceMs < now.getTime()),',
    instead: 'wake: [],',
  },
  {
    name: 'note events as told that the receiver did not accept',
    file: 'tell/tell-run.ts',
    text: 'const told = [...held.told, ...sent.accepted];',
    instead: 'const told = [...held.told, ...news.map(({ key }) => key)];',
  },
  {
    name: 'never recover events whose message was lost',
    file: 'upkeep/reap.ts',
    text: 'await sendTell(services, run.id);',
    instead: '',
  },
  {
    name: 'give events up without a warning',
    file: 'tell/tell-run.ts',
    text: 'if (givenUp === 0) return {};',
    instead: 'if (givenUp < 1000) return {};',
  },
  {
    name: 'leave the pushes of late groups in staging',
    file: 'staging/sweep-staging.ts',
    text: 'await registry.deleteManifest(staging, digest);',
    instead: '',
  },
  {
    name: 'assign an image to a second job',
    file: 'run/group-into-jobs.ts',
    text: 'targets.every((target) => !live.has(target.job)),',
    instead: 'targets.every(() => true),',
  },
  {
    name: 'never release the claim on an image',
    file: 'job/clear-job.ts',
    text: 'await services.inventory.release(image, runId);',
    instead: '',
  },
  {
    name: 'create a group without recording it first',
    file: 'job/launch-job.ts',
    text: 'await held.save({ ...launching, ...sizeOf(spec), launchedAt: clock.now() });',
    instead: '',
  },
  {
    name: 'count a container group with each step while it works',
    file: 'records/use-at-end.ts',
    text: '|| hasGroup(state) ||',
    instead: '||',
  },
  {
    name: 'count the requests of all jobs to storage again with each tick',
    file: 'records/run-use.ts',
    text: 'run.ownOperations + more;',
    instead: 'run.ownOperations + more + (run.jobOperations ?? 0);',
  },
  {
    name: 'reuse the name of a group',
    file: 'job/launch-job.ts',
    text: 'const attempt = held.job.attempt + 1;',
    instead: 'const attempt = Math.max(1, held.job.attempt);',
  },
  {
    name: 'overwrite a tag of others',
    file: 'publish/put-tag.ts',
    text: "if (!(await mayMove(services, patch, before))) return 'taken';",
    instead: '',
  },
  {
    name: 'skip the check after the PUT',
    file: 'publish/put-tag.ts',
    text: 'if (after?.digest === staged) {',
    instead: 'if (after !== undefined) {',
  },
  {
    name: 'publish a patch of a source that has changed',
    file: 'publish/publish-target.ts',
    text: 'if (!done && !isUnchanged) {',
    instead: 'if (!done && source === undefined) {',
  },
  {
    name: 'leave the floating tag behind',
    file: 'publish/publish-target.ts',
    text: 'alsoFloating !== undefined && isUnchanged',
    instead: 'alsoFloating !== undefined && isUnchanged && held.job.id === ""',
  },
  {
    name: 'choose another tag after every crash',
    file: 'publish/publish-target.ts',
    text: 'if (target.patchTag !== undefined) return target;',
    instead: '',
  },
  {
    name: 'publish a patch before recording it',
    file: 'publish/publish-target.ts',
    text: 'await services.inventory.rememberNewest({ repository, digest: sourceDigest }, newest);',
    instead: '',
  },
  {
    name: 'cancel targets that are being published',
    file: 'job/publish-job.ts',
    text: 'if (run.canceled && !isIntended(target)) {',
    instead: 'if (run.canceled) {',
  },
  {
    name: 'log the secrets of a group',
    file: 'job/launch-job.ts',
    text: "services.log.info('group started', {",
    instead: "services.log.info('group started', { given: JSON.stringify(spec.containers),",
  },
  {
    name: 'end a run while jobs are live',
    file: 'run/plan-tick.ts',
    text: 'over: live.size === 0 && active.length === 0,',
    instead: 'over: active.length === 0,',
  },
  {
    name: 'end a run with active targets',
    file: 'run/plan-tick.ts',
    text: 'const active = targets.filter((target) => !isTerminal(target.state));',
    instead:
      "const active = targets.filter((target) => !isTerminal(target.state) && target.state !== 'verifying');",
  },
  {
    name: 'ignore the lease of a job',
    file: 'job/step-job.ts',
    text: 'if (isLeased(job, services.clock.now())) return;',
    instead: '',
  },
  {
    name: 'ignore the lease of a run',
    file: 'run/tick-run.ts',
    text: 'if (isLeased(run, now)) return;',
    instead: '',
  },
  {
    name: 'accept any wake number',
    file: 'job/step-job.ts',
    text: ' || job.wake !== message.wake) return;',
    instead: ') return;',
  },
  {
    name: 'skip the check of the lease before an effect',
    file: 'lease.ts',
    text: 'if (until === undefined || until <= this.#clock.now()) throw new LeaseLost();',
    instead: 'if (until === undefined) throw new LeaseLost();',
  },
  {
    name: 'overwrite a job that another step has changed',
    file: 'stores/tables/table-jobs.ts',
    text: 'return this.#update(held, changes);',
    instead:
      'return this.find(held.runId, held.id).then((now) => this.#update({ ...held, version: now?.version ?? held.version }, changes));',
  },
  {
    name: 'keep the group of a finished job',
    file: 'job/clear-job.ts',
    text: 'await deleteGroupOf(services, held);',
    instead: '',
  },
  {
    name: 'wait for an attempt without a deadline',
    file: 'job/poll-job.ts',
    text: 'if (deadline !== undefined && clock.now() >= deadline) {',
    instead: 'if (deadline === undefined) {',
  },
  {
    name: 'claim an image that another run has claimed',
    file: 'records/inventory-image.ts',
    text: "if (claimedBy !== '' && claimedBy !== run.id && !expired) return undefined;",
    instead: '',
  },
  {
    name: 'ignore that a run was canceled',
    file: 'job/step-job.ts',
    text: 'const canceled = await services.cancellations.isRequested(runId);',
    instead: 'const canceled = false;',
  },
  {
    name: 'create groups during a shared back-off',
    file: 'job/launch-job.ts',
    text: 'if (until !== undefined) return wait(services, held, until);',
    instead: '',
  },
  {
    name: 'do not share a back-off',
    file: 'job/launch-job.ts',
    text: 'await services.throttle.holdUntil(until, { refusal, detail });',
    instead: '',
  },
  {
    name: 'name a run after the time of the attempt',
    file: 'run/start-run.ts',
    text: 'const runId = runIdOf(due, trigger,',
    instead: 'const runId = runIdOf(services.clock.now(), trigger,',
  },
  {
    name: 'delete a poison message without keeping it',
    file: 'upkeep/empty-poison.ts',
    text: "await services.blobs.create(CONTAINERS.reports, name, content, 'application/json');",
    instead: '',
  },
  {
    name: 'accept a report with a wrong checksum',
    file: 'results/accepted-scans.ts',
    text: 'if (sha256Hex(blob.bytes) !== claim.reportSha256) {',
    instead: 'if (claim.reportSha256 === "") {',
  },
  {
    name: 'record a tag in the inventory that is not the patch',
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
    name: 'give up the images of containers that still work',
    file: 'job/poll-job.ts',
    text: 'if (!ended(container)) continue;',
    instead: '',
  },
  {
    name: 'count no findings in an earlier patch',
    file: 'results/earlier-patch.ts',
    text: 'countsOf(findings);',
    instead: 'countsOf([]);',
  },
  {
    name: 'count a finding in each run that publishes a patch without it',
    file: 'records/patch-days.ts',
    text: "if (state !== 'fixed' || before.get(id)?.state !== 'open') continue;",
    instead: "if (state !== 'fixed') continue;",
  },
  {
    name: 'leave the findings of a tag that is gone',
    file: 'discovery/end-findings.ts',
    text: 'await services.findings.change(tag, (known) => withoutFindings(known, by));',
    instead: '',
  },
  {
    name: 'leave what is gone in the inventory',
    file: 'discovery/retire-absent.ts',
    text: 'await services.inventory.retire(repository, state, end);',
    instead: '',
  },
  {
    name: 'keep the counts of an older scan',
    file: 'records/merge-tag.ts',
    text: 'return found !== undefined && (known === undefined || found >= known);',
    instead: 'return found !== undefined && known === undefined;',
  },
  {
    name: 'start no run in the place of a dead timer',
    file: 'upkeep/timer-watch.ts',
    text: "await startRun(services, { trigger: 'schedule', due });",
    instead: '',
  },
  {
    name: 'believe the annotations of an image',
    file: 'inventory/known-patches.ts',
    text: 'proven: image?.patchDigests.includes(digest) === true };',
    instead: 'proven: image?.patchDigests !== undefined };',
  },
  {
    name: 'give the groups to the first jobs, whoever needs them',
    file: 'run/fair-admission.ts',
    text: 'goesBefore(one, best, held) ? one : best',
    instead: 'best',
  },
  {
    name: 'repeat lost attempts in groups as large as before',
    file: 'run/group-into-jobs.ts',
    text: 'const size = isLast ? 1 : Math.max(1, Math.floor(most / 2 ** first.attempts));',
    instead: 'const size = most;',
  },
  {
    name: 'patch where another installation has the older mark',
    file: 'results/unless-held-elsewhere.ts',
    text: 'if (holder === undefined) return assessment;',
    instead: 'if (holder !== null) return assessment;',
  },
];
