import { ContainerGroupsError, type GroupRefusal } from '../containers/container-groups.ts';
import { failureName } from '../http/connection-failure.ts';
import { RegistryError } from '../registry/registry.ts';
import { serviceFailure } from '../storage/azure-failure.ts';
import { StorageError } from '../storage/storage-error.ts';
import { fail, type Outcome } from './outcome.ts';

/** ACR's message for a request that its firewall blocks (https://aka.ms/acr/firewall). */
const REGISTRY_FIREWALL = /aka\.ms\/acr\/firewall|client with IP .* is not allowed/i;
export const TRUST_ADVICE =
  'The server’s certificate is not trusted (often a TLS-inspecting proxy). Set NODE_EXTRA_CA_CERTS to the issuing CA’s PEM file.';
const ROLES_TABLE = 'docs/security.md lists the roles; assign no wider ones.';
const NEW_ROLES = 'A new role assignment takes up to ten minutes.';

/** Node's and OpenSSL's codes for a certificate that is not trusted. */
const CERTIFICATE =
  /\b(?:SELF_SIGNED_CERT\w*|DEPTH_ZERO_SELF\w*|UNABLE_TO_\w*|CERT_\w+|ERR_TLS_CERT\w*)\b/;

/** Adds advice to a failure that an adapter threw. The adapters' messages hold no secret. */
export function explainFailure(error: unknown): Outcome {
  const outcome = explainByKind(error);
  if (outcome.status !== 'fail' || !isUntrusted(outcome.detail)) return outcome;
  return fail(outcome.detail, TRUST_ADVICE);
}

/** True if the text has a code for an untrusted certificate. */
export function isUntrusted(text: string): boolean {
  return CERTIFICATE.test(text);
}

function explainByKind(error: unknown): Outcome {
  if (error instanceof RegistryError) return explainRegistry(error);
  if (error instanceof StorageError) return explainStorage(error);
  if (error instanceof ContainerGroupsError) {
    return fail(error.message, whatToDoAbout(error.refusal, error.message));
  }
  return fail(
    `unexpected failure (${failureName(error)})`,
    'Run the command again; if it persists, report it.',
  );
}

function explainRegistry(error: RegistryError): Outcome {
  if (REGISTRY_FIREWALL.test(error.message)) {
    return fail(
      error.message,
      'The registry’s firewall blocks the request. Patchwright does not support a registry whose public access is disabled or limited (docs/deploy.md, Networks). Enable public access: az acr update --name REGISTRY --public-network-enabled true --default-action Allow',
    );
  }
  switch (error.code) {
    case 'unauthorized':
    case 'denied':
      return fail(error.message, registryRoles());
    case 'throttled':
    case 'unavailable':
      return fail(
        error.message,
        'Check PATCHWRIGHT_REGISTRY (the login server; "az acr show --query loginServer" prints it) and the network between here and the registry.',
      );
    default:
      return fail(
        error.message,
        'Check that PATCHWRIGHT_REGISTRY is an Azure Container Registry; if it is, report the message.',
      );
  }
}

/**
 * Advice for missing roles. ACR has two permission modes, and roles of one have no effect in the other.
 */
export function registryRoles(): string {
  return (
    'Give the identity its roles on the registry. For the app’s identity (--app), deploy infra/main.bicep again. Set PATCHWRIGHT_REGISTRY_MODE to the output of "az acr show --name REGISTRY --query roleAssignmentMode --output tsv" (LegacyRegistryPermissions if that is empty or None): roles of one mode have no effect in the other. ' +
    `With ABAC, patchedRepositories must cover the repositories of the policy. ${ROLES_TABLE} Your own account needs the rights of docs/deploy.md, Prerequisites. ${NEW_ROLES}`
  );
}

function explainStorage(error: StorageError): Outcome {
  switch (error.code) {
    case 'not-provisioned':
      return fail(error.message, 'Deploy infra/main.bicep again; it creates what is missing.');
    case 'denied':
      return fail(
        error.message,
        // Azure's code for a refusal by the firewall. A missing role has another code.
        serviceFailure(error.cause)?.code === 'AuthorizationFailure'
          ? 'The storage account’s firewall blocks the request: allow this network, or run the check from inside the account’s network.'
          : `If the app’s identity was checked (--app), deploy infra/main.bicep again: it assigns Storage Table Data Contributor, Storage Queue Data Contributor and Storage Blob Data Owner on this account. ${ROLES_TABLE} If your own account was checked, assign it the roles of docs/deploy.md, step 6. ${NEW_ROLES}`,
      );
    case 'throttled':
    case 'unavailable':
      return fail(
        error.message,
        'Check the AzureWebJobsStorage settings, and the network between here and the storage account.',
      );
    default:
      return fail(error.message, 'Run the command again; if it persists, report the message.');
  }
}

/** Advice for a refusal by ARM, by its kind. The message tells a missing item from a wrong one. */
export function whatToDoAbout(refusal: GroupRefusal, message: string): string {
  switch (refusal) {
    case 'unauthorized':
      return missingRole(message);
    case 'quota':
      return 'Raise the quota (docs/operate.md, Quotas), or lower the parameter maxGroups.';
    case 'capacity':
      return 'The region has no capacity now. Try again later; if it persists, use another PATCHWRIGHT_LOCATION.';
    case 'network':
      return 'The subnet (PATCHWRIGHT_SUBNET_ID) is not ready for another group yet; a run waits for it. Run the command again in some minutes; if it persists, check that nothing else changes the subnet.';
    case 'too-large':
      return 'Azure refuses a request of this size. Lower PATCHWRIGHT_PATCH_BATCH to 1; with a remote BuildKit, use shorter certificates (PATCHWRIGHT_EXTRA_CA_FILE, PATCHWRIGHT_BUILDKIT_CA).';
    case 'image-pull':
      return 'Check that the worker image is in the registry and that container groups can reach the registry over the network.';
    case 'throttled':
    case 'transitioning':
    case 'unavailable':
      return 'Run the command again in some minutes; if it persists, check PATCHWRIGHT_ARM_ENDPOINT and the network.';
    case 'configuration':
      return configurationAdvice(message);
    default:
      return refusal satisfies never;
  }
}

function missingRole(message: string): string {
  if (/LinkedAuthorizationFailed|subnets\/join/i.test(message)) {
    return `The identity may not join groups to their subnet (PATCHWRIGHT_SUBNET_ID). Deploy infra/main.bicep again with privateNetworking: it assigns the custom role Patchwright Subnet Join on the subnet. ${NEW_ROLES}`;
  }
  return `If the app’s identity was checked (--app), deploy infra/main.bicep again: it assigns the custom role Patchwright Container Groups on the resource group PATCHWRIGHT_JOBS_RESOURCE_GROUP. ${ROLES_TABLE} Your own account needs the rights of docs/deploy.md, Prerequisites. ${NEW_ROLES}`;
}

function configurationAdvice(message: string): string {
  if (/ResourceGroupNotFound/.test(message)) {
    return 'Deploy infra/main.bicep again: it creates the resource group and assigns the app’s role on it. If the group has another name, correct jobsResourceGroupName.';
  }
  if (/SubscriptionNotFound/.test(message)) {
    return 'Correct PATCHWRIGHT_SUBSCRIPTION_ID; "az account show --query id" prints the id.';
  }
  if (/MissingSubscriptionRegistration/.test(message)) {
    return 'Register the provider: az provider register --namespace Microsoft.ContainerInstance';
  }
  if (/SecurityContextNotSupported|Sku|LocationNotAvailable/i.test(message)) {
    return 'This region does not offer such groups. Use another PATCHWRIGHT_LOCATION, or PATCHWRIGHT_BUILDER=remote.';
  }
  return 'Azure’s message says what it refuses; check the settings that it names.';
}
