import type { RegistryHost } from './image/reference.ts';
import type { PipelineOptions } from './pipeline/services.ts';
import { disablingSetting } from './settings/disabling-setting.ts';
import { Environment } from './settings/environment.ts';
import type { Ncrontab } from './settings/ncrontab.ts';
import { pricesOf } from './settings/price-settings.ts';
import { SettingsError, settingsFaults, unknownSettings } from './settings/settings-faults.ts';
import type { SignIn } from './settings/sign-in.ts';
import { webhookOf } from './settings/webhook-settings.ts';
import type { WebhookSettings } from './webhook/https-webhook.ts';

export type StorageSetting =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | {
      readonly kind: 'identity';
      readonly blob: string;
      readonly queue: string;
      readonly table: string;
    };

export interface Settings {
  /** Version of the settings' format: this code's, or a newer one. */
  readonly version: number;
  /** Names that only newer code knows. Empty unless the version is newer than this code's. */
  readonly unknown: readonly string[];
  readonly registry: RegistryHost;
  readonly subscriptionId: string;
  readonly jobsResourceGroup: string;
  readonly location: string;
  /** Resource id of the container groups' subnet; undefined if they run outside a virtual network. */
  readonly subnetId: string | undefined;
  readonly armEndpoint: string;
  /** Client id of the app's user-assigned identity; undefined to use the default credential. */
  readonly clientId: string | undefined;
  /** Client id of the identity that can only pull. */
  readonly pullClientId: string | undefined;
  readonly storage: StorageSetting;
  /** Who may call the HTTP interface. */
  readonly signIn: SignIn;
  /** When runs start, in UTC. */
  readonly schedule: Ncrontab;
  readonly reapSchedule: Ncrontab;
  /** The name of the setting that disables the timer of scheduled runs; undefined if none does. */
  readonly runsDisabledBy: string | undefined;
  /** Undefined if nobody wants to be told. */
  readonly webhook: WebhookSettings | undefined;
  readonly pipeline: PipelineOptions;
}

const MAX_IMAGE_BYTES = 10 * 1024 ** 3;

type Variables = Readonly<Record<string, string | undefined>>;

export interface ReadingOptions {
  /**
   * True if an operator reads the app's configuration. Its Key Vault references are not resolved, and
   * count as present and valid.
   */
  readonly openReferences?: boolean;
  /** A schedule must have an occurrence after this time. The default is now. */
  readonly now?: Date;
}

const KEY_VAULT_REFERENCE = /^@Microsoft\.KeyVault\(.+\)$/;

/**
 * Reads the settings. Throws one `SettingsError` that names every unknown, missing and invalid setting.
 */
export function readSettings(environment: Variables, options: ReadingOptions = {}): Settings {
  const given = Object.entries(environment).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const isOpen = ([, value]: [string, string | undefined]) =>
    options.openReferences === true && KEY_VAULT_REFERENCE.test(value ?? '');
  const readable = Object.fromEntries(given.filter((entry) => !isOpen(entry)));
  const parsed = Environment.safeParse(readable);
  const open = new Set(given.filter(isOpen).map(([name]) => name));
  const issues = parsed.error?.issues ?? [];
  const now = options.now ?? new Date();
  const faults = settingsFaults({ given: readable, open, issues, now });
  const storage = parsed.success ? storageOf(parsed.data) : undefined;
  if (faults.length > 0 || !parsed.success || storage === undefined) {
    throw new SettingsError(faults);
  }
  return {
    ...toSettings(parsed.data, storage),
    unknown: unknownSettings(given.map(([name]) => name)),
    runsDisabledBy: disablingSetting('scheduledRun', readable),
  };
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

function toSettings(
  environment: Environment,
  storage: StorageSetting,
): Omit<Settings, 'unknown' | 'runsDisabledBy'> {
  return {
    version: environment.PATCHWRIGHT_SETTINGS_VERSION,
    registry: environment.PATCHWRIGHT_REGISTRY,
    subscriptionId: environment.PATCHWRIGHT_SUBSCRIPTION_ID,
    jobsResourceGroup: environment.PATCHWRIGHT_JOBS_RESOURCE_GROUP,
    location: environment.PATCHWRIGHT_LOCATION,
    subnetId: environment.PATCHWRIGHT_SUBNET_ID,
    armEndpoint: environment.PATCHWRIGHT_ARM_ENDPOINT,
    clientId: environment.AZURE_CLIENT_ID ?? environment.AzureWebJobsStorage__clientId,
    pullClientId: environment.PATCHWRIGHT_PULL_CLIENT_ID,
    storage,
    signIn: environment.PATCHWRIGHT_SIGN_IN,
    schedule: environment.PATCHWRIGHT_SCHEDULE,
    reapSchedule: environment.PATCHWRIGHT_REAP_SCHEDULE,
    webhook: webhookOf(environment),
    pipeline: {
      policySetting: environment.PATCHWRIGHT_POLICY,
      dryRun: environment.PATCHWRIGHT_DRY_RUN,
      installation: environment.PATCHWRIGHT_INSTALLATION,
      scanWorkerImage: environment.PATCHWRIGHT_SCAN_WORKER_IMAGE,
      patchWorkerImage: environment.PATCHWRIGHT_PATCH_WORKER_IMAGE,
      builder: builderOf(environment),
      database: environment.PATCHWRIGHT_DATABASE,
      databaseWarnDays: environment.PATCHWRIGHT_DATABASE_WARN_DAYS,
      databaseMaxDays: environment.PATCHWRIGHT_DATABASE_MAX_DAYS,
      findings: environment.PATCHWRIGHT_FINDINGS,
      targetDays: environment.PATCHWRIGHT_TARGET_DAYS,
      toolingMirror: environment.PATCHWRIGHT_TOOLING_MIRROR,
      extraCa: environment.PATCHWRIGHT_EXTRA_CA_FILE,
      pollSeconds: environment.PATCHWRIGHT_POLL_SECONDS,
      tickSeconds: environment.PATCHWRIGHT_TICK_SECONDS,
      leaseSeconds: environment.PATCHWRIGHT_LEASE_SECONDS,
      runHours: environment.PATCHWRIGHT_RUN_HOURS,
      maxGroups: environment.PATCHWRIGHT_MAX_GROUPS,
      repositoryHours: environment.PATCHWRIGHT_REPOSITORY_HOURS,
      prices: pricesOf(environment),
      scanBatch: environment.PATCHWRIGHT_SCAN_BATCH,
      patchBatch: environment.PATCHWRIGHT_PATCH_BATCH,
      retentionDays: environment.PATCHWRIGHT_RETENTION_DAYS,
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
