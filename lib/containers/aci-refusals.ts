import type { GroupRefusal } from './container-groups.ts';

/** A failed request to ARM. `status` is undefined if there was no response. */
export interface ArmFailure {
  readonly status: number | undefined;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
}

interface Rule {
  readonly status?: number;
  /** Only a 4xx: after a 5xx, the group may exist. */
  readonly refused?: true;
  readonly code?: RegExp;
  readonly message?: RegExp;
  readonly means: GroupRefusal;
}

/**
 * Refusals of ARM and ACI; the first match wins. ARM's codes come before HTTP's, because ACI uses 409
 * for five different things. Sources: Azure docs container-instances-troubleshooting and
 * resource-and-quota-limits; azure-cli#14643, #29300; ALZ-PowerShell-Module#472, ALZ#2404.
 */
const RULES: readonly Rule[] = [
  { code: /^ContainerGroupQuotaReached$/i, means: 'quota' },
  { code: /^ServiceUnavailable$/i, message: /quota/i, means: 'quota' },
  { status: 409, code: /^ServiceUnavailable$/i, means: 'capacity' },
  { code: /^InsufficientCapacity$/i, means: 'capacity' },
  { message: /not available in the location/i, means: 'capacity' },
  // Groups that are created at the same time: terraform-provider-azurerm#15025.
  { refused: true, code: /^ServiceAssociationLinkNotReady$/i, means: 'network' },
  // The same with its message, and 409: virtual-kubelet/azure-aci#167.
  { status: 409, message: /network is not ready/i, means: 'network' },
  // Azure's network service while it changes the subnet: Azure/terraform-provider-azapi#503 (409),
  // hashicorp/terraform#7986 (429), terraform-provider-azurerm#30197, pulumi-azure-native#903.
  { refused: true, code: /^(AnotherOperationInProgress|RetryableError)$/i, means: 'network' },
  // The same by its inner code: alan-turing-institute/data-safe-haven#2269.
  { refused: true, code: /^ReferencedResourceNotProvisioned$/i, means: 'network' },
  { code: /^ContainerGroup(Transitioning|DeploymentInProgress)$/i, means: 'transitioning' },
  { code: /^(InaccessibleImage|RegistryErrorResponse)$/i, means: 'image-pull' },
  { code: /^RequestDisallowedByPolicy$/i, means: 'configuration' },
  { status: 429, means: 'throttled' },
  { code: /^(TooManyRequests|SubscriptionRequestsThrottled)$/i, means: 'throttled' },
  { status: 401, means: 'unauthorized' },
  { status: 403, means: 'unauthorized' },
  { status: 408, means: 'unavailable' },
  { status: 413, means: 'too-large' },
  { code: /^RequestContentTooLarge$/i, means: 'too-large' },
  { status: 409, means: 'transitioning' },
];

/**
 * Classifies a refusal. Without a matching rule, a request with unknown effect (no response, 5xx) is
 * `unavailable`. Any other 4xx is `configuration`: a retry won't help (`SecurityContextNotSupported`,
 * `ErrorJoinVirtualNetwork`, a missing resource group).
 */
export function refusalOf(failure: ArmFailure): GroupRefusal {
  const rule = RULES.find(
    ({ status, refused, code, message }) =>
      (refused === undefined || (failure.status ?? 500) < 500) &&
      (status === undefined || status === failure.status) &&
      (code === undefined || code.test(failure.code)) &&
      (message === undefined || message.test(failure.message)),
  );
  if (rule !== undefined) return rule.means;
  const unknownEffect = failure.status === undefined || failure.status >= 500;
  return unknownEffect ? 'unavailable' : 'configuration';
}

/** True if the registry did not answer Azure as it should. Otherwise it refused the image itself. */
export function isRegistryFault({ code }: Pick<ArmFailure, 'code'>): boolean {
  return /^RegistryErrorResponse$/i.test(code);
}
