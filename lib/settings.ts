import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Digest } from './image/digest.ts';
import { RegistryHost, RepositoryName, Tag } from './image/reference.ts';
import type { PipelineOptions, WorkerImage } from './pipeline/services.ts';
import { belongTogether, CertificatePem, PrivateKeyPem } from './settings/pem.ts';

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const Whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most));

/** `repository@sha256:…` in the configured registry. */
const WorkerImageSetting = z.string().transform((text, context): WorkerImage => {
  const [name = '', digest = '', more] = text.split('@');
  const repository = RepositoryName.safeParse(name);
  if (!repository.success || !Digest.safeParse(digest).success || more !== undefined) {
    context.addIssue({ code: 'custom', message: 'must be repository@sha256:… in the registry' });
    return z.NEVER;
  }
  return { repository: repository.data, reference: text };
});

const DatabaseSetting = z.string().transform((text, context) => {
  const [name = '', label = ''] = text.split(':');
  const repository = RepositoryName.safeParse(name);
  const tag = Tag.safeParse(label);
  if (!repository.success || !tag.success) {
    context.addIssue({ code: 'custom', message: 'must be repository:tag in the registry' });
    return z.NEVER;
  }
  return { repository: repository.data, tag: tag.data };
});

/** Every setting of our own, by the name that it has in the environment. */
const Environment = z.object({
  PATCHWRIGHT_REGISTRY: RegistryHost,
  PATCHWRIGHT_SUBSCRIPTION_ID: z.guid(),
  PATCHWRIGHT_JOBS_RESOURCE_GROUP: z.string().min(1).max(90),
  PATCHWRIGHT_LOCATION: z.string().regex(/^[a-z0-9]{2,40}$/, 'must be a region such as westeurope'),
  PATCHWRIGHT_SUBNET_ID: z
    .string()
    .regex(
      /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
      'must be the resource id of a subnet',
    )
    .optional(),
  PATCHWRIGHT_ARM_ENDPOINT: z.url().default('https://management.azure.com'),
  PATCHWRIGHT_SCAN_WORKER_IMAGE: WorkerImageSetting,
  PATCHWRIGHT_PATCH_WORKER_IMAGE: WorkerImageSetting,
  PATCHWRIGHT_SCHEDULE: z.string().min(9),
  PATCHWRIGHT_REAP_SCHEDULE: z.string().min(9),
  PATCHWRIGHT_POLICY: z.string().min(1).optional(),
  PATCHWRIGHT_DRY_RUN: Flag.default(false),
  PATCHWRIGHT_BUILDER: z.enum(['confidential', 'remote', 'none']),
  BUILDKIT_ADDRESS: z
    .string()
    .regex(/^tcp:\/\/[a-z0-9.-]+:\d{1,5}$/, 'must be tcp://host:port')
    .optional(),
  PATCHWRIGHT_BUILDKIT_CA: CertificatePem.optional(),
  PATCHWRIGHT_BUILDKIT_CERT: CertificatePem.optional(),
  PATCHWRIGHT_BUILDKIT_KEY: PrivateKeyPem.optional(),
  PATCHWRIGHT_DATABASE: DatabaseSetting.prefault('patchwright/trivy-db:2'),
  PATCHWRIGHT_TOOLING_MIRROR: RepositoryName.prefault('patchwright/mirror'),
  PATCHWRIGHT_POLL_SECONDS: Whole(1, 300).default(15),
  PATCHWRIGHT_TICK_SECONDS: Whole(1, 600).default(30),
  PATCHWRIGHT_LEASE_SECONDS: Whole(5, 3600).default(900),
  PATCHWRIGHT_RUN_HOURS: Whole(1, 168).default(12),
  PATCHWRIGHT_MAX_GROUPS: Whole(1, 100).default(10),
  PATCHWRIGHT_SCAN_BATCH: Whole(1, 100).default(20),
  PATCHWRIGHT_PATCH_BATCH: Whole(1, 20).default(5),
  PATCHWRIGHT_EXTRA_CA_FILE: z.string().min(1).optional(),
  AZURE_CLIENT_ID: z.guid().optional(),
  AzureWebJobsStorage: z.string().min(1).optional(),
  AzureWebJobsStorage__blobServiceUri: z.url().optional(),
  AzureWebJobsStorage__queueServiceUri: z.url().optional(),
  AzureWebJobsStorage__tableServiceUri: z.url().optional(),
  AzureWebJobsStorage__credential: z.literal('managedidentity').optional(),
  AzureWebJobsStorage__clientId: z.guid().optional(),
});
type Environment = z.infer<typeof Environment>;

/** The names of all settings, those of the Functions host that are read here included. */
export const SETTING_NAMES: readonly string[] = Object.keys(Environment.shape);

export type StorageSetting =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | {
      readonly kind: 'identity';
      readonly blob: string;
      readonly queue: string;
      readonly table: string;
    };

export interface Settings {
  readonly registry: RegistryHost;
  readonly subscriptionId: string;
  readonly jobsResourceGroup: string;
  readonly location: string;
  /** Resource id of the subnet of the container groups; undefined: no network of the user's. */
  readonly subnetId: string | undefined;
  readonly armEndpoint: string;
  /** The app's user-assigned identity; undefined: whatever identity there is. */
  readonly clientId: string | undefined;
  readonly storage: StorageSetting;
  readonly pipeline: PipelineOptions;
}

/** What begins like this is ours, and misspelt where the schema does not have it. */
const PREFIX = 'PATCHWRIGHT_';
/** BuildKit is spoken to over mutual TLS alone: whoever reaches it in the clear runs what he likes. */
const REMOTE_BUILDER = [
  'BUILDKIT_ADDRESS',
  'PATCHWRIGHT_BUILDKIT_CA',
  'PATCHWRIGHT_BUILDKIT_CERT',
  'PATCHWRIGHT_BUILDKIT_KEY',
];
const STORAGE_ADDRESSES = ['blob', 'queue', 'table'].map(
  (service) => `AzureWebJobsStorage__${service}ServiceUri`,
);
const MAX_IMAGE_BYTES = 10 * 1024 ** 3;

/** Reads the settings. Throws one error that names every fault: unknown, missing and wrong ones. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const present = new Map(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Environment.safeParse(Object.fromEntries(present));
  const faults = [
    ...unknownFaults(present),
    ...(parsed.error?.issues ?? []).map((issue) => faultOf(issue, present)),
    ...crossFaults(present),
  ];
  const storage = parsed.success ? storageOf(parsed.data) : undefined;
  if (faults.length > 0 || !parsed.success || storage === undefined) {
    throw new SettingsError(faults);
  }
  return toSettings(parsed.data, storage);
}

export class SettingsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The app's settings have ${faults.length} fault(s):\n${faults.map((fault) => `- ${fault}`).join('\n')}`,
    );
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

type Present = ReadonlyMap<string, string | undefined>;

function unknownFaults(present: Present): string[] {
  const ours = [...present.keys()].filter((name) => name.startsWith(PREFIX));
  const unknown = ours.filter((name) => !(name in Environment.shape));
  return unknown.map((name) => `${name} is not a setting of Patchwright`);
}

function faultOf(issue: z.core.$ZodIssue, present: Present): string {
  const name = String(issue.path[0]);
  return present.has(name) ? `${name}: ${issue.message}` : `${name} is missing`;
}

/** What one setting asks of the others. */
function crossFaults(present: Present): string[] {
  const faults: string[] = [];
  if (present.get('PATCHWRIGHT_BUILDER') === 'remote') {
    const missing = REMOTE_BUILDER.filter((name) => !present.has(name));
    faults.push(...missing.map((name) => `${name} is missing: PATCHWRIGHT_BUILDER is remote`));
    const { data: cert } = CertificatePem.safeParse(present.get('PATCHWRIGHT_BUILDKIT_CERT'));
    const { data: key } = PrivateKeyPem.safeParse(present.get('PATCHWRIGHT_BUILDKIT_KEY'));
    if (cert !== undefined && key !== undefined && !belongTogether(cert, key)) {
      faults.push('PATCHWRIGHT_BUILDKIT_KEY is not the key of PATCHWRIGHT_BUILDKIT_CERT');
    }
  }
  const addresses = STORAGE_ADDRESSES.filter((name) => !present.has(name));
  if (present.has('AzureWebJobsStorage') || addresses.length === 0) return faults;
  const all = addresses.length === STORAGE_ADDRESSES.length;
  faults.push(
    all
      ? `AzureWebJobsStorage is missing: a connection string, or ${STORAGE_ADDRESSES.join(', ')}`
      : `AzureWebJobsStorage by identity also needs ${addresses.join(', ')}`,
  );
  return faults;
}

function storageOf(environment: Environment): StorageSetting | undefined {
  if (environment.AzureWebJobsStorage !== undefined) {
    return { kind: 'connection-string', connectionString: environment.AzureWebJobsStorage };
  }
  const blob = environment.AzureWebJobsStorage__blobServiceUri;
  const queue = environment.AzureWebJobsStorage__queueServiceUri;
  const table = environment.AzureWebJobsStorage__tableServiceUri;
  if (blob === undefined || queue === undefined || table === undefined) return undefined;
  return { kind: 'identity', blob, queue, table };
}

function toSettings(environment: Environment, storage: StorageSetting): Settings {
  const extraCaFile = environment.PATCHWRIGHT_EXTRA_CA_FILE;
  return {
    registry: environment.PATCHWRIGHT_REGISTRY,
    subscriptionId: environment.PATCHWRIGHT_SUBSCRIPTION_ID,
    jobsResourceGroup: environment.PATCHWRIGHT_JOBS_RESOURCE_GROUP,
    location: environment.PATCHWRIGHT_LOCATION,
    subnetId: environment.PATCHWRIGHT_SUBNET_ID,
    armEndpoint: environment.PATCHWRIGHT_ARM_ENDPOINT,
    clientId: environment.AZURE_CLIENT_ID ?? environment.AzureWebJobsStorage__clientId,
    storage,
    pipeline: {
      policySetting: environment.PATCHWRIGHT_POLICY,
      dryRun: environment.PATCHWRIGHT_DRY_RUN,
      scanWorkerImage: environment.PATCHWRIGHT_SCAN_WORKER_IMAGE,
      patchWorkerImage: environment.PATCHWRIGHT_PATCH_WORKER_IMAGE,
      builder: builderOf(environment),
      database: environment.PATCHWRIGHT_DATABASE,
      toolingMirror: environment.PATCHWRIGHT_TOOLING_MIRROR,
      extraCa: extraCaFile === undefined ? undefined : readFileSync(extraCaFile, 'utf8'),
      pollSeconds: environment.PATCHWRIGHT_POLL_SECONDS,
      tickSeconds: environment.PATCHWRIGHT_TICK_SECONDS,
      leaseSeconds: environment.PATCHWRIGHT_LEASE_SECONDS,
      runHours: environment.PATCHWRIGHT_RUN_HOURS,
      maxGroups: environment.PATCHWRIGHT_MAX_GROUPS,
      scanBatch: environment.PATCHWRIGHT_SCAN_BATCH,
      patchBatch: environment.PATCHWRIGHT_PATCH_BATCH,
      maxImageBytes: MAX_IMAGE_BYTES,
    },
  };
}

function builderOf(environment: Environment): PipelineOptions['builder'] {
  const kind = environment.PATCHWRIGHT_BUILDER;
  if (kind !== 'remote') return { kind };
  return {
    kind,
    address: environment.BUILDKIT_ADDRESS ?? '',
    tls: {
      ca: environment.PATCHWRIGHT_BUILDKIT_CA ?? '',
      cert: environment.PATCHWRIGHT_BUILDKIT_CERT ?? '',
      key: environment.PATCHWRIGHT_BUILDKIT_KEY ?? '',
    },
  };
}
