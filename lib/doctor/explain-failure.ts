import { ContainerGroupsError, type GroupRefusal } from '../containers/container-groups.ts';
import { failureName } from '../http/connection-failure.ts';
import { RegistryError } from '../registry/registry.ts';
import { serviceFailure } from '../storage/azure-failure.ts';
import { StorageError } from '../storage/storage-error.ts';
import { fail, type Outcome } from './outcome.ts';

/** How ACR says that its firewall is in the way (https://aka.ms/acr/firewall). */
const REGISTRY_FIREWALL = /aka\.ms\/acr\/firewall|client with IP .* is not allowed/i;
export const TRUST_ADVICE =
  'Who answered has a certificate that is not trusted here, as a proxy that looks into TLS has. Name the file with its authority in NODE_EXTRA_CA_CERTS.';
const ROLES_TABLE = 'docs/security.md has the table of roles; give no wider ones.';
const NEW_ROLES = 'A new role takes up to ten minutes to count.';

/** Node's and OpenSSL's codes for a certificate that is not trusted. */
const CERTIFICATE =
  /\b(?:SELF_SIGNED_CERT\w*|DEPTH_ZERO_SELF\w*|UNABLE_TO_\w*|CERT_\w+|ERR_TLS_CERT\w*)\b/;

/** What to do about a failure that an adapter threw. Its own messages hold no secret. */
export function explainFailure(error: unknown): Outcome {
  const outcome = explainByKind(error);
  if (outcome.status !== 'fail' || !isUntrusted(outcome.detail)) return outcome;
  return fail(outcome.detail, TRUST_ADVICE);
}

/** Whether a text names such a code. */
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
    `an unexpected failure (${failureName(error)})`,
    'Run the command again; if it stays so, report it.',
  );
}

function explainRegistry(error: RegistryError): Outcome {
  if (REGISTRY_FIREWALL.test(error.message)) {
    return fail(
      error.message,
      'The registry’s firewall is in the way. Allow this address for the check (az acr network-rule add), and connect the app and its container groups to the registry’s network: groups have no fixed address.',
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
        'Check PATCHWRIGHT_REGISTRY (the login server, as "az acr show --query loginServer" prints it) and the network between here and the registry.',
      );
    default:
      return fail(
        error.message,
        'Check that PATCHWRIGHT_REGISTRY is an Azure Container Registry; if it is, report the message.',
      );
  }
}

/** The roles in both of ACR's permission modes: those of one do nothing in the other. */
export function registryRoles(): string {
  return (
    'Give the identity its roles on the registry: deploy infra/main.bicep again, with registryPermissionMode as "az acr show --query roleAssignmentMode" prints it, since roles of one mode do nothing in the other (RBAC, ABAC), ' +
    `and with patchedRepositories that hold what the policy names. ${ROLES_TABLE} ${NEW_ROLES}`
  );
}

function explainStorage(error: StorageError): Outcome {
  switch (error.code) {
    case 'not-provisioned':
      return fail(error.message, 'Deploy infra/main.bicep again: it makes what is missing.');
    case 'denied':
      return fail(
        error.message,
        // Azure's code where a firewall refuses; a missing role has another one.
        serviceFailure(error.cause)?.code === 'AuthorizationFailure'
          ? 'The storage account’s firewall is in the way: allow this network, or run the check from inside the account’s network.'
          : `Deploy infra/main.bicep again: it gives the identity Storage Table Data Contributor, Storage Queue Data Contributor and Storage Blob Data Owner on this one account. ${ROLES_TABLE} ${NEW_ROLES}`,
      );
    case 'throttled':
    case 'unavailable':
      return fail(
        error.message,
        'Check the AzureWebJobsStorage settings, and the network between here and the storage account.',
      );
    default:
      return fail(error.message, 'Run the command again; if it stays so, report the message.');
  }
}

/** About an answer of ARM's, by what it means; the text tells the missing from the wrong. */
export function whatToDoAbout(refusal: GroupRefusal, message: string): string {
  switch (refusal) {
    case 'unauthorized':
      return missingRole(message);
    case 'quota':
      return 'Ask for more of this quota (portal: Quotas, Container Instances), or lower PATCHWRIGHT_MAX_GROUPS.';
    case 'capacity':
      return 'The region has no room now. Try again later; if it stays so, use another PATCHWRIGHT_LOCATION.';
    case 'image-pull':
      return 'Check that the worker image is in the registry and that container groups can reach the registry over the network.';
    case 'throttled':
    case 'transitioning':
    case 'unavailable':
      return 'Run the command again in some minutes; if it stays so, check PATCHWRIGHT_ARM_ENDPOINT and the network.';
    case 'configuration':
      return configurationAdvice(message);
    default:
      return refusal satisfies never;
  }
}

function missingRole(message: string): string {
  if (/LinkedAuthorizationFailed|subnets\/join/i.test(message)) {
    return `The identity may not put groups into their subnet (PATCHWRIGHT_SUBNET_ID). Deploy infra/main.bicep again, with privateNetworking: it gives the custom role Patchwright Subnet Join there. ${NEW_ROLES}`;
  }
  return `Deploy infra/main.bicep again: it gives the identity the custom role Patchwright Container Groups on the resource group of PATCHWRIGHT_JOBS_RESOURCE_GROUP. ${ROLES_TABLE} ${NEW_ROLES}`;
}

function configurationAdvice(message: string): string {
  if (/ResourceGroupNotFound/.test(message)) {
    return 'Make the resource group, or correct PATCHWRIGHT_JOBS_RESOURCE_GROUP: az group create --name NAME --location REGION';
  }
  if (/SubscriptionNotFound/.test(message)) {
    return 'Correct PATCHWRIGHT_SUBSCRIPTION_ID: az account show --query id';
  }
  if (/MissingSubscriptionRegistration/.test(message)) {
    return 'Register the provider: az provider register --namespace Microsoft.ContainerInstance';
  }
  if (/SecurityContextNotSupported|Sku|LocationNotAvailable/i.test(message)) {
    return 'This region does not offer such groups. Use another PATCHWRIGHT_LOCATION, or PATCHWRIGHT_BUILDER=remote.';
  }
  return 'Azure’s message says what it does not accept; check the settings that it names.';
}
