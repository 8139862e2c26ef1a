import type { Check, CheckContext } from '../../doctor/check.ts';
import { whatToDoAbout } from '../../doctor/explain-failure.ts';
import {
  fail,
  failEach,
  failWith,
  type Outcome,
  pass,
  skipped,
  warn,
} from '../../doctor/outcome.ts';
import { buildAdvice } from '../../doctor/worker-image-checks.ts';
import type { BuilderNeed } from '../../job/builder-report.ts';
import type { ProbeResult } from '../../job/probe-result.ts';
import { type Probe, probeGroup } from './probe-group.ts';

const MOUNT_TRIALS = ['bind-mount', 'tmpfs-mount', 'overlay-mount', 'proc-mount'] as const;
/** BuildKit and runc need all of these. */
const BUILDER_TRIALS = [
  ...MOUNT_TRIALS,
  'unshare-mount',
  'unshare-pid',
  'cgroup-write',
  'runc-container',
] as const;
const GIB = 1024 ** 3;
/** Room for the layers of a few images, BuildKit's state and temporary files. */
const LEAST_FREE_BYTES = 5 * GIB;
const LIMIT_SECONDS = 20 * 60;

export const probeChecks: readonly Check[] = [
  {
    id: 'probe-standard',
    title: 'A Standard group can be created and deleted, and the worker runs in it',
    needs: ['container-groups', 'storage-result-address', 'worker-scan-image'],
    limitSeconds: LIMIT_SECONDS,
    probe: true,
    cleansUp: true,
    async run(context) {
      const image = context.services.options.scanWorkerImage;
      const tools = ['trivy'];
      const probe = await probeGroup(context, { sku: 'Standard', privileged: false, image, tools });
      return judge(probe, (result) => missingTools(result, tools));
    },
  },
  {
    id: 'probe-builder',
    title: 'A Standard group allows what a builder needs',
    needs: ['container-groups', 'storage-result-address', 'worker-patch-image'],
    limitSeconds: LIMIT_SECONDS,
    probe: true,
    cleansUp: true,
    run: probeStandardBuilder,
  },
  {
    id: 'probe-confidential',
    title: 'A privileged Confidential group can be created and deleted, and BuildKit works in it',
    needs: ['container-groups', 'storage-result-address', 'worker-patch-image'],
    limitSeconds: LIMIT_SECONDS,
    probe: true,
    cleansUp: true,
    run: probeConfidential,
  },
  {
    id: 'probe-remote',
    title: 'A group reaches the remote BuildKit and is accepted',
    needs: ['container-groups', 'storage-result-address', 'worker-patch-image'],
    limitSeconds: LIMIT_SECONDS,
    probe: true,
    cleansUp: true,
    run: probeRemote,
  },
];

/** Runs what each patch group runs at its start, and shows every need. */
async function probeStandardBuilder(context: CheckContext): Promise<Outcome> {
  const { builder, patchWorkerImage: image } = context.services.options;
  if (builder.kind !== 'standard')
    return skipped(`not needed: PATCHWRIGHT_BUILDER is ${builder.kind}`);
  const tools = ['copa'];
  const probe = await probeGroup(context, { sku: 'Standard', privileged: false, image, tools });
  return judge(probe, (result) => missingTools(result, tools) ?? judgeBuilder(result, NO_STANDARD));
}

const NO_STANDARD =
  'Choose another builder (confidential, or remote with BUILDKIT_ADDRESS and the settings for mutual TLS): build its patch image, set PATCHWRIGHT_BUILDER in patchwright.env, and deploy (docs/deploy.md, Builders).';
const NO_CONFIDENTIAL =
  'BuildKit does not work in this region’s Confidential groups. Use another PATCHWRIGHT_LOCATION, or PATCHWRIGHT_BUILDER=remote.';

/** `otherwise` is the advice if no builder works. */
function judgeBuilder(result: ProbeResult, otherwise: string): Outcome {
  const { builder, builderFault = 'the worker image gave no report' } = result;
  if (builder === undefined) {
    return fail(
      `the probe for a builder failed: ${builderFault}`,
      `Run the probe again. If patchwright-builder is missing: ${buildAdvice('PATCHWRIGHT_PATCH_WORKER_IMAGE')} Otherwise report the message.`,
    );
  }
  const needs = builder.needs.map((need) => ({ ok: need.ok, text: describeNeed(need) }));
  if (builder.builder !== 'none') {
    const shown = needs.map(({ text }) => text).join(', ');
    const found = `the builder would be ${builder.builder}; ${shown}`;
    const around = judgeSurroundings(result);
    switch (around.status) {
      case 'warn':
        return warn(`${around.detail}; ${found}`, around.whatToDo);
      case 'fail':
        return around;
      default:
        return pass(found);
    }
  }
  return failWith(
    `no builder works; ${surroundingsOf(result)}`,
    needs.flatMap(({ ok, text }) => (ok ? [] : [text])),
    otherwise,
  );
}

function describeNeed(need: BuilderNeed): string {
  return need.ok ? `${need.name} ok` : `${need.name} refused (${need.call}: ${need.errno})`;
}

/** A privileged group is for upstream BuildKit. Returns undefined if a patch group would use it. */
function judgePrivileged(result: ProbeResult): Outcome | undefined {
  const { builder } = result;
  if (builder?.builder === 'upstream') return undefined;
  if (builder?.builder !== 'mount-free') return judgeBuilder(result, NO_CONFIDENTIAL);
  const refused = builder.needs.filter(({ ok }) => !ok).map(describeNeed);
  return warn(
    `a patch group would use the builder mount-free, since upstream lacks a need: ${refused.join(', ')}`,
    'Set PATCHWRIGHT_BUILDER to standard: that builder works in ordinary groups.',
  );
}

async function probeConfidential(context: CheckContext): Promise<Outcome> {
  const { builder, patchWorkerImage: image } = context.services.options;
  if (builder.kind !== 'confidential')
    return skipped(`not needed: PATCHWRIGHT_BUILDER is ${builder.kind}`);
  const tools = ['copa', 'buildkitd', 'runc'];
  const probe = await probeGroup(context, { sku: 'Confidential', privileged: true, image, tools });
  return judge(probe, (result) => {
    const refused = refusedTrials(result);
    if (refused.length === 0) return missingTools(result, tools) ?? judgePrivileged(result);
    return failWith(
      `the group refuses what BuildKit needs; ${surroundingsOf(result)}`,
      refused.map((name) => `${name} refused (${result.trials[name].detail})`),
      NO_CONFIDENTIAL,
    );
  });
}

/** What a report of the refusal needs: `kernel 6.1.0, user 0, no user namespaces, CapEff …`. */
function surroundingsOf({ kernel, userId, trials, status }: ProbeResult): string {
  return [
    `kernel ${kernel}`,
    `user ${userId}`,
    trials['unshare-user'].ok ? 'user namespaces' : 'no user namespaces',
    ...Object.entries(status).map(([name, value]) => `${name} ${value}`),
  ].join(', ');
}

function refusedTrials(result: ProbeResult) {
  return BUILDER_TRIALS.filter((name) => !result.trials[name].ok);
}

async function probeRemote(context: CheckContext): Promise<Outcome> {
  const { builder, patchWorkerImage: image } = context.services.options;
  if (builder.kind !== 'remote')
    return skipped(`not needed: PATCHWRIGHT_BUILDER is ${builder.kind}`);
  const kind = {
    sku: 'Standard',
    privileged: false,
    image,
    tools: ['copa'],
    remote: true,
  } as const;
  const probe = await probeGroup(context, kind);
  return judge(probe, (result) => {
    if (result.buildkit?.ok === true) return missingTools(result, kind.tools);
    return fail(
      `the group can’t use ${builder.address}: ${result.buildkit?.detail ?? 'it did not try'}`,
      'Check that the groups’ network reaches BUILDKIT_ADDRESS, that PATCHWRIGHT_BUILDKIT_CA issued buildkitd’s certificate for that name, and that buildkitd’s --tlscacert contains the issuer of PATCHWRIGHT_BUILDKIT_CERT.',
    );
  });
}

function judge(
  { end, leftBehind }: Probe,
  look: (result: ProbeResult) => Outcome | undefined,
): Outcome {
  const outcome = judgeEnd(end, look);
  if (leftBehind === undefined) return outcome;
  const left = `the group ${leftBehind} could not be deleted`;
  const whatToDo = `Delete it: az container delete --name ${leftBehind}. Otherwise the app’s reaper deletes it within an hour.`;
  if (outcome.status !== 'fail') return fail(left, whatToDo);
  const { detail, faults = [] } = outcome;
  return failEach([detail, ...faults, left], { whatToDo: `${outcome.whatToDo} ${whatToDo}` });
}

function judgeEnd(end: Probe['end'], look: (result: ProbeResult) => Outcome | undefined): Outcome {
  switch (end.end) {
    case 'interrupted':
      return skipped('interrupted; nothing is left behind');
    case 'refused':
      return fail(end.detail, whatToDoAbout(end.refusal, end.detail));
    case 'no-result':
      return fail(
        `the group gave no result: ${end.detail}`,
        'Check that container groups can reach the storage account and the registry, and that the worker image has this version.',
      );
    case 'result':
      return look(end.result) ?? judgeSurroundings(end.result);
    default:
      return end satisfies never;
  }
}

function missingTools(result: ProbeResult, tools: readonly string[]): Outcome | undefined {
  const missing = tools.filter((name) => (result.tools[name] ?? 'unknown') === 'unknown');
  if (missing.length === 0) return undefined;
  return fail(
    `missing in the worker image, or unable to run: ${missing.join(', ')}`,
    buildAdvice('the setting'),
  );
}

/** Checks that apply to every kind of group. */
function judgeSurroundings(result: ProbeResult): Outcome {
  if (!result.registry.ok) {
    return fail(
      `the group does not reach the registry: ${result.registry.detail}`,
      'Check that the groups’ network allows HTTPS to the registry and to its data endpoints. A registry whose public access is limited is not supported (docs/deploy.md, Networks).',
    );
  }
  const free = `${(result.freeBytes / GIB).toFixed(1)} GiB free`;
  if (result.freeBytes < LEAST_FREE_BYTES) {
    return warn(`only ${free}`, 'Large images won’t fit; their targets will fail.');
  }
  return pass(`created, ran and deleted; ${mountsOf(result)}; ${versionsOf(result)}; ${free}`);
}

function mountsOf({ trials }: ProbeResult): string {
  const allowed = MOUNT_TRIALS.every((name) => trials[name].ok);
  return allowed ? 'mounts work' : 'mounts are refused';
}

function versionsOf({ tools }: ProbeResult): string {
  return Object.entries(tools)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
