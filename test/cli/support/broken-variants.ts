import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { seedPolicy } from '../../world/seed/seed-policy.ts';
import { createAuthority } from '../../world/tls/certificates.ts';
import type { Breakages, Undo } from './breakages.ts';
import { type DoctorWorld, POLICY } from './doctor-world.ts';
import { holdGroups } from './held-groups.ts';
import { addRefusedRun } from './refused-run.ts';
import { stopTimers } from './stopped-timers.ts';
import type { StorageAccount } from './storage-account.ts';

const ABSENT = `sha256:${'0'.repeat(64)}`;
const NOWHERE = 'https://localhost:1';

type Settings = Readonly<Record<string, string>>;

/** What a variant may change. */
export interface Changeable {
  readonly here: DoctorWorld;
  readonly account: StorageAccount;
  readonly breakages: Breakages;
  readonly undo: (step: Undo) => void;
}

/** A change to the world or the settings, and the only finding that it must cause. */
export interface BrokenVariant {
  readonly title: string;
  /** May return settings that the change needs. */
  readonly change?: (world: Changeable) => Promise<Settings | undefined> | Settings | undefined;
  readonly settings?: Settings;
  /** Matches `status check: detail | faults → what to do`. */
  readonly finding: RegExp;
  /** 0 if the finding is only a warning. */
  readonly code?: 0;
}

export const BROKEN_VARIANTS: readonly BrokenVariant[] = [
  {
    title: 'an identity that is not assigned',
    settings: { AZURE_CLIENT_ID: '00000000-0000-4000-8000-000000000001' },
    finding: /^fail identity: no token .* → .*AZURE_CLIENT_ID.*az login/,
  },
  {
    title: 'a storage account that does not answer',
    settings: { AzureWebJobsStorage__tableServiceUri: NOWHERE },
    finding: /^fail storage: no answer from localhost:1 \(ECONNREFUSED\) → .*AzureWebJobsStorage/,
  },
  {
    title: 'a missing table',
    async change({ account, undo }) {
      await account.tables.deleteTable(TABLES.inventory);
      undo(() => account.tables.createTable(TABLES.inventory));
    },
    finding: /^fail storage-tables: missing tables: PatchwrightInventory → .*main\.bicep/,
  },
  {
    title: 'timers that stopped',
    settings: { PATCHWRIGHT_REAP_SCHEDULE: '0 */5 * * * *' },
    async change({ here, undo }) {
      undo(await stopTimers(here.world, new Date('2026-01-01T00:00:00Z')));
      return undefined;
    },
    code: 0,
    finding:
      /^warn timers: the reaper started last at 2026-01-01T00:00:00.000Z, although .* → .*uptime monitor/,
  },
  {
    title: 'a region without capacity, for which a run waits',
    async change({ here, undo }) {
      undo(await holdGroups(here.world, { refusal: 'capacity', detail: 'not available here' }));
      return undefined;
    },
    code: 0,
    finding:
      /^warn container-waits: Azure refused a container group, .*: not available here → .*another PATCHWRIGHT_LOCATION/,
  },
  {
    title: 'a missing queue',
    async change({ account, undo }) {
      await account.queues.deleteQueue(QUEUES.runs);
      undo(() => account.queues.createQueue(QUEUES.runs));
    },
    finding: /^fail storage-queues: missing queues: patchwright-runs → .*main\.bicep/,
  },
  {
    title: 'a missing poison queue',
    async change({ account, undo }) {
      await account.queues.deleteQueue(`${QUEUES.jobs}-poison`);
      undo(() => account.queues.createQueue(`${QUEUES.jobs}-poison`));
    },
    finding: /^fail storage-poison-queues: missing poison queues: patchwright-jobs-poison → \S/,
  },
  {
    title: 'messages in a poison queue',
    async change({ account, undo }) {
      const queue = account.queues.getQueueClient(`${QUEUES.jobs}-poison`);
      await queue.sendMessage('e30=');
      undo(() => queue.clearMessages());
    },
    finding: /^warn storage-poison-queues: messages wait in patchwright-jobs-poison \(1\) → .*log/,
    code: 0,
  },
  {
    title: 'a missing blob container',
    async change({ account, undo }) {
      await account.blobs.deleteContainer(CONTAINERS.reports);
      undo(() => account.blobs.createContainer(CONTAINERS.reports));
    },
    finding: /^fail storage-containers: missing blob containers: patchwright-reports → \S/,
  },
  {
    title: 'no right to write into tables',
    change: ({ breakages }) =>
      breakages.refuse('table', 'POST', /./, 'AuthorizationPermissionMismatch'),
    finding:
      /^fail storage-tables: inserting .* 403 .* → .*main\.bicep.*Storage Table Data Contributor/,
  },
  {
    title: 'no right to send to queues',
    change: ({ breakages }) =>
      breakages.refuse('queue', 'POST', /runs\/messages/, 'AuthorizationPermissionMismatch'),
    finding: /^fail storage-queues: sending to patchwright-runs .* → .*Queue Data Contributor/,
  },
  {
    title: 'no right to sign addresses',
    change: ({ breakages }) =>
      breakages.refuse('blob', 'POST', /userdelegationkey/, 'AuthorizationPermissionMismatch'),
    finding: /^fail storage-result-address: signing .* → .*Storage Blob Data Owner/,
  },
  {
    title: 'a storage firewall',
    change: ({ breakages }) => breakages.refuse('table', 'POST', /./, 'AuthorizationFailure'),
    finding: /^fail storage-tables: .* AuthorizationFailure → .*firewall/,
  },
  {
    title: 'a wrong registry host',
    settings: { PATCHWRIGHT_REGISTRY: 'localhost:1' },
    finding: /^fail registry: .*no answer .* → .*PATCHWRIGHT_REGISTRY.*loginServer/,
  },
  {
    title: 'a registry that does not know the identity',
    change: ({ breakages }) =>
      breakages.answerExchange(401, 'UNAUTHORIZED', 'authentication required'),
    finding: /^fail registry: .*401.* → .*main\.bicep.*PATCHWRIGHT_REGISTRY_MODE.*security\.md/,
  },
  {
    title: 'a registry behind a firewall',
    change: ({ breakages }) =>
      breakages.answerExchange(
        403,
        'DENIED',
        "client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.",
      ),
    finding: /^fail registry: .*203\.0\.113\.7.* → .*firewall blocks the request.*network/,
  },
  {
    title: 'an identity without rights on the registry',
    change: ({ breakages }) => breakages.grant(),
    finding:
      /^fail registry-token: .*may not pull patchwright\/worker → .*main\.bicep.*PATCHWRIGHT_REGISTRY_MODE.*security\.md/,
  },
  {
    title: 'a registry whose tokens allow more than requested',
    change({ here, undo }) {
      const token = here.world.registry.accessToken(['repository:*:pull,push']);
      const body = JSON.stringify({ access_token: token });
      here.world.registry.intercept(({ kind }) =>
        kind === 'token.access' ? { status: 200, body } : undefined,
      );
      undo(() => here.world.registry.intercept(undefined));
    },
    finding: /^fail registry-token: .*also allows \*:pull, \*:push → \S/,
  },
  {
    title: 'no right to list tags',
    change: ({ breakages }) =>
      breakages.grant('repository:*:pull,push,delete', 'repository:patchwright/*:metadata_read'),
    finding:
      /^fail registry-list: list the tags of team\/api: .*401.* → .*main\.bicep.*PATCHWRIGHT_REGISTRY_MODE/,
  },
  {
    title: 'no right to push patched images',
    change: ({ breakages }) =>
      breakages.grant('repository:*:pull,delete,metadata_read', 'repository:patchwright/*:push'),
    finding:
      /^fail registry-publish: the identity lacks push on team\/api → .*main\.bicep.*security\.md/,
  },
  {
    title: 'no right to delete from staging',
    change: ({ breakages }) => breakages.grant('repository:*:pull,push,metadata_read'),
    finding:
      /^fail registry-staging: .*lacks delete on patchwright\/staging\/team\/api → .*main\.bicep.*security\.md/,
  },
  {
    title: 'no policy',
    async change({ here, undo }) {
      await here.removeRepository('csscpolicies/patchpolicy');
      undo(() => seedPolicy(here.world.registry, POLICY));
    },
    finding:
      /^fail policy: the registry has no csscpolicies\/patchpolicy:v1 → .*PATCHWRIGHT_POLICY/,
  },
  {
    title: 'a policy with two faults',
    settings: { PATCHWRIGHT_POLICY: '{"version":"v9","repositories":[]}' },
    finding:
      /^fail policy: 2 faults in .*PATCHWRIGHT_POLICY \| version: .* \| repositories: .* → Correct/,
  },
  {
    title: 'a policy that enables no repository',
    settings: {
      PATCHWRIGHT_POLICY:
        '{"version":"v1","repositories":[{"repository":"team/api","tags":["*"],"enabled":false}]}',
    },
    finding: /^warn policy: 0 of 1 repositories enabled.* → Enable a repository/,
    code: 0,
  },
  {
    title: 'a policy with a repository that the registry lacks',
    settings: {
      PATCHWRIGHT_POLICY:
        '{"version":"v1","repositories":[{"repository":"team/gone","tags":["*"]}]}',
    },
    finding: /^warn registry-list: not in the registry: team\/gone → .*not-found/,
    code: 0,
  },
  {
    title: 'a worker image that is not in the registry',
    settings: { PATCHWRIGHT_SCAN_WORKER_IMAGE: `patchwright/worker@${ABSENT}` },
    finding:
      /^fail worker-scan-image: the registry has no .* → .*build-worker\.sh.*SCAN_WORKER_IMAGE/,
  },
  {
    title: 'a worker image with another version of Trivy',
    change: ({ breakages }) =>
      breakages.useWorkerImage('SCAN', { trivy: '0.69.4', bbolt: '1.4.3' }),
    finding: /^fail worker-scan-image: the image has trivy 0\.69\.4, not 0\.74\.0 → .*build/,
  },
  {
    title: 'a repository that another installation patches',
    change: ({ breakages }) => breakages.markElsewhere('team/api'),
    finding:
      /^warn repositories-held: another installation patches team\/api \(by another\).* → .*--image patchwright\/claims\/team\/api:another/,
    code: 0,
  },
  {
    title: 'a pull identity that may push',
    change: ({ breakages }) => breakages.grantPull('repository:patchwright/worker:pull,push'),
    finding: /^fail registry-pull-identity: .*may push to patchwright\/worker → .*main\.bicep/,
  },
  {
    title: 'a pull identity without its role',
    change: ({ breakages }) => breakages.grantPull(),
    finding: /^warn registry-pull-identity: .*may not pull patchwright\/worker; .* → .*main\.bicep/,
    code: 0,
  },
  {
    title: 'a worker image that starts without the right to read its secret',
    change: ({ breakages }) =>
      breakages.useWorkerImage('SCAN', { trivy: '0.74.0', bbolt: '1.4.3' }, '65532:65532'),
    finding: /^warn worker-scan-image: .*starts as user 65532:65532.* → .*build/,
    code: 0,
  },
  {
    title: 'a worker image without labels for its tools',
    change: ({ breakages }) => breakages.useWorkerImage('PATCH', {}),
    finding: /^warn worker-patch-image: .*copa 0\.14\.2.* → .*io\.patchwright\.tool/,
    code: 0,
  },
  {
    title: 'no vulnerability database',
    change: ({ breakages }) => breakages.useDatabase(undefined),
    finding: /^fail vulnerability-database: the registry has no .*trivy-db:2 → .*acr import/,
  },
  {
    title: 'an old database',
    change: ({ breakages }) => breakages.useDatabase({ days: 4 }),
    finding: /^warn vulnerability-database: .* is 4 days old → .*az acr import/,
    code: 0,
  },
  {
    title: 'a database that is too old',
    change: ({ breakages }) => breakages.useDatabase({ days: 20 }),
    finding: /^fail vulnerability-database: .* is 20 days old: .* → .*az acr import/,
  },
  {
    title: 'a database whose metadata alone shows that it is too old',
    change: ({ breakages }) => breakages.useDatabase({ days: 21, annotated: false }),
    finding: /^fail vulnerability-database: .* is 21 days old/,
  },
  {
    title: 'tooling images that are not mirrored',
    settings: { PATCHWRIGHT_TOOLING_MIRROR: 'patchwright/other' },
    finding:
      /^warn tooling-mirrors: no tooling image docker\.io\/library\/debian:13-slim, .*ubuntu:24\.04.* → .*acr import/,
    code: 0,
  },
  {
    title: 'a tooling image that one release lacks',
    async change({ here, undo }) {
      await here.removeRepository('patchwright/mirror/mcr.microsoft.com/azurelinux/base/core');
      undo(here.seedTooling);
    },
    finding:
      /^warn tooling-mirrors: no tooling image mcr\.microsoft\.com\/azurelinux\/base\/core:3\.0: /,
    code: 0,
  },
  {
    title: 'a missing resource group',
    settings: { PATCHWRIGHT_JOBS_RESOURCE_GROUP: 'elsewhere' },
    finding:
      /^fail container-groups: .*ResourceGroupNotFound.* → .*main\.bicep.*jobsResourceGroupName/,
  },
  {
    title: 'a missing subscription',
    settings: { PATCHWRIGHT_SUBSCRIPTION_ID: '00000000-0000-4000-8000-000000000002' },
    finding: /^fail container-groups: .*SubscriptionNotFound.* → .*PATCHWRIGHT_SUBSCRIPTION_ID/,
  },
  {
    title: 'no right to list container groups',
    change: ({ breakages }) => breakages.refuseArm(/containerGroups$/),
    finding:
      /^fail container-groups: .*AuthorizationFailed.* → .*main\.bicep.*Patchwright Container Groups/,
  },
  {
    title: 'a group that is long past its expiry',
    change: ({ breakages }) =>
      breakages.createGroup('pw-forgotten', new Date(Date.now() - 3_600_000)),
    finding: /^warn container-groups: past their expiry: pw-forgotten → .*reaper/,
    code: 0,
  },
  {
    title: 'an exhausted quota',
    change: ({ breakages }) => breakages.useUpQuota(),
    finding: /^fail container-quota: .*ContainerGroups 2 of 2 → Raise the quota/,
  },
  {
    title: 'a quota that is too small for the settings',
    settings: { PATCHWRIGHT_MAX_GROUPS: '10' },
    finding: /^warn container-quota: .*MAX_GROUPS \(10\).*ContainerGroups 0 of 2.* → .*lower/,
    code: 0,
  },
  {
    title: 'no builder',
    settings: { PATCHWRIGHT_BUILDER: 'none' },
    finding: /^fail builder: .*no-builder → .*standard.*confidential.*remote/,
  },
  {
    title: 'a builder that the last run found refused',
    async change({ here, undo }) {
      undo(await addRefusedRun(here.world));
      return undefined;
    },
    finding:
      /^fail builder: run 20261123T020000Z-86c8 found that no builder works in privileged Confidential groups: .*chroot \(chroot: EPERM\).*no-builder → .*doctor --probe.*remote/,
  },
  {
    title: 'no builder in a dry run',
    settings: { PATCHWRIGHT_BUILDER: 'none', PATCHWRIGHT_DRY_RUN: 'true' },
    finding: /^warn builder: .*nothing is patched → \S/,
    code: 0,
  },
  {
    title: 'a remote builder that does not answer, with a worker image without BuildKit',
    change: async ({ breakages }) => {
      const authority = await createAuthority();
      const client = await authority.issue(['patchwright']);
      return {
        ...(await breakages.useWorkerImage('PATCH', { copa: '0.14.2' })),
        PATCHWRIGHT_BUILDER: 'remote',
        BUILDKIT_ADDRESS: 'tcp://localhost:1',
        PATCHWRIGHT_BUILDKIT_CA: authority.caPem,
        PATCHWRIGHT_BUILDKIT_CERT: client.certPem,
        PATCHWRIGHT_BUILDKIT_KEY: client.keyPem,
      };
    },
    finding: /^warn builder: no connection to tcp:\/\/localhost:1 .* → .*BUILDKIT_ADDRESS/,
    code: 0,
  },
];
