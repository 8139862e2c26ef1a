import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { Digest } from '../image/digest.ts';
import { RegistryHost, RepositoryName, Tag } from '../image/reference.ts';
import { DEFAULT_TARGET_DAYS } from '../pipeline/records/target-days.ts';
import type { WorkerImage } from '../pipeline/services.ts';
import { plainText } from '../text/plain-text.ts';
import { ReceiverAddress } from '../webhook/receiver-address.ts';
import { CertificatePem, PrivateKeyPem } from './pem.ts';
import { Currency, Price } from './price-settings.ts';
import { Schedule } from './schedule.ts';
import { SettingsVersion } from './settings-version.ts';
import { SignIn } from './sign-in.ts';
import { TargetDaysSetting } from './target-days-setting.ts';
import { WebhookEvents, WebhookSecrets } from './webhook-settings.ts';

const Flag = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((text) => text === 'true');
const Guid = z.guid('must be a GUID such as 6f0c2a3e-5b1d-4c8e-9a77-0d2f4b6c8e10');
const Address = z.url('must be an address such as https://example.com');
const Text = z.string().min(1, 'must not be empty');
const Whole = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, rule)
    .transform(Number)
    .pipe(z.number().min(least, rule).max(most, rule));
};

/** Parses `repository@sha256:…` in the configured registry. */
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
  const [name = '', label = '', more] = text.split(':');
  const repository = RepositoryName.safeParse(name);
  const tag = Tag.safeParse(label);
  if (!repository.success || !tag.success || more !== undefined) {
    context.addIssue({ code: 'custom', message: 'must be repository:tag in the registry' });
    return z.NEVER;
  }
  return { repository: repository.data, tag: tag.data };
});

/** Reads the file at this path. */
const CaFile = z.string().transform((path, context) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    context.addIssue({
      code: 'custom',
      message: `${plainText(path, 256)} can't be read (${code})`,
    });
    return z.NEVER;
  }
});

/** Every setting of Patchwright, by its name in the environment. */
export const Environment = z.object({
  PATCHWRIGHT_SETTINGS_VERSION: SettingsVersion,
  PATCHWRIGHT_REGISTRY: RegistryHost,
  PATCHWRIGHT_SUBSCRIPTION_ID: Guid,
  PATCHWRIGHT_JOBS_RESOURCE_GROUP: Text.max(90, 'must have at most 90 characters'),
  PATCHWRIGHT_INSTALLATION: Tag.optional(),
  PATCHWRIGHT_LOCATION: z.string().regex(/^[a-z0-9]{2,40}$/, 'must be a region such as westeurope'),
  PATCHWRIGHT_SUBNET_ID: z
    .string()
    .regex(
      /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
      'must be the resource id of a subnet',
    )
    .optional(),
  PATCHWRIGHT_ARM_ENDPOINT: Address.default('https://management.azure.com'),
  PATCHWRIGHT_SCAN_WORKER_IMAGE: WorkerImageSetting,
  PATCHWRIGHT_PATCH_WORKER_IMAGE: WorkerImageSetting,
  PATCHWRIGHT_SCHEDULE: Schedule,
  PATCHWRIGHT_REAP_SCHEDULE: Schedule,
  PATCHWRIGHT_POLICY: Text.optional(),
  PATCHWRIGHT_DRY_RUN: Flag.default(false),
  PATCHWRIGHT_BUILDER: z
    .enum(
      ['standard', 'confidential', 'remote', 'none'],
      'must be standard, confidential, remote or none',
    )
    .default('standard'),
  BUILDKIT_ADDRESS: z
    .string()
    .regex(/^tcp:\/\/[a-z0-9.-]+:\d{1,5}$/, 'must be tcp://host:port')
    .optional(),
  PATCHWRIGHT_BUILDKIT_CA: CertificatePem.optional(),
  PATCHWRIGHT_BUILDKIT_CERT: CertificatePem.optional(),
  PATCHWRIGHT_BUILDKIT_KEY: PrivateKeyPem.optional(),
  PATCHWRIGHT_DATABASE: DatabaseSetting.prefault('patchwright/trivy-db:2'),
  PATCHWRIGHT_DATABASE_WARN_DAYS: Whole(1, 365).default(3),
  PATCHWRIGHT_DATABASE_MAX_DAYS: Whole(1, 3650).default(14),
  PATCHWRIGHT_FINDINGS: Flag.default(true),
  PATCHWRIGHT_TARGET_DAYS: TargetDaysSetting.default(DEFAULT_TARGET_DAYS),
  PATCHWRIGHT_TOOLING_MIRROR: RepositoryName.prefault('patchwright/mirror'),
  PATCHWRIGHT_POLL_SECONDS: Whole(1, 300).default(15),
  PATCHWRIGHT_TICK_SECONDS: Whole(1, 600).default(30),
  PATCHWRIGHT_LEASE_SECONDS: Whole(5, 3600).default(900),
  PATCHWRIGHT_RUN_HOURS: Whole(1, 168).default(12),
  PATCHWRIGHT_MAX_GROUPS: Whole(1, 100).default(10),
  PATCHWRIGHT_REPOSITORY_HOURS: Whole(0, 10_000).default(0),
  PATCHWRIGHT_PRICE_VCPU_HOUR: Price.optional(),
  PATCHWRIGHT_PRICE_GB_HOUR: Price.optional(),
  PATCHWRIGHT_PRICE_CONFIDENTIAL_FACTOR: Price.optional(),
  PATCHWRIGHT_PRICE_STORAGE_OPERATIONS: Price.optional(),
  PATCHWRIGHT_PRICE_CURRENCY: Currency.optional(),
  PATCHWRIGHT_SCAN_BATCH: Whole(1, 100).default(20),
  PATCHWRIGHT_PATCH_BATCH: Whole(1, 20).default(4),
  PATCHWRIGHT_RETENTION_DAYS: Whole(90, 3650).optional(),
  PATCHWRIGHT_EXTRA_CA_FILE: CaFile.optional(),
  PATCHWRIGHT_SIGN_IN: SignIn,
  PATCHWRIGHT_WEBHOOK_URL: ReceiverAddress.optional(),
  PATCHWRIGHT_WEBHOOK_SECRETS: WebhookSecrets.optional(),
  PATCHWRIGHT_WEBHOOK_EVENTS: WebhookEvents.prefault('all'),
  PATCHWRIGHT_WEBHOOK_PRIVATE: Flag.default(false),
  AZURE_CLIENT_ID: Guid.optional(),
  PATCHWRIGHT_PULL_CLIENT_ID: Guid.optional(),
  AzureWebJobsStorage: Text.optional(),
  AzureWebJobsStorage__blobServiceUri: Address.optional(),
  AzureWebJobsStorage__queueServiceUri: Address.optional(),
  AzureWebJobsStorage__tableServiceUri: Address.optional(),
  AzureWebJobsStorage__credential: z
    .literal('managedidentity', 'must be managedidentity')
    .optional(),
  AzureWebJobsStorage__clientId: Guid.optional(),
});
export type Environment = z.infer<typeof Environment>;

/** The names of all settings that are read, including those of the Functions host. */
export const SETTING_NAMES: readonly string[] = Object.keys(Environment.shape);
