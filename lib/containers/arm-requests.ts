import { ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import type { TokenCredential } from '@azure/core-auth';
import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineRequest,
} from '@azure/core-rest-pipeline';
import type { Clock } from '../clock.ts';
import type { Delays } from '../http/delays.ts';
import { retryPolicy } from '../http/retry-policy.ts';
import { type ArmFailure, refusalOf } from './aci-refusals.ts';
import { describeFailure, failureOfAnswer, failureOfError } from './arm-failure.ts';
import { ContainerGroupsError, type GroupName } from './container-groups.ts';

const ARM = 'https://management.azure.com';
const TIMEOUT_MS = 60_000;
/** A 404 with one of these codes means a wrong setting, not a missing group. */
const MISSING_SCOPE = /^(ResourceGroup|Subscription)NotFound$/;

export interface ArmOptions {
  readonly credential: TokenCredential;
  readonly subscriptionId: string;
  /** Contains nothing but container groups. */
  readonly resourceGroup: string;
  readonly clock: Clock;
  readonly delays: Delays;
  /** ARM's address. Default: the public cloud. */
  readonly endpoint?: string;
  readonly httpClient?: HttpClient;
}

/** Sends requests about container groups to ARM, with the SDK's pipeline and our retry policy. */
export class ArmRequests {
  readonly #options: ArmOptions;
  readonly #endpoint: string;
  readonly #client: ContainerInstanceManagementClient;

  constructor(options: ArmOptions) {
    const { clock, delays, httpClient } = options;
    this.#options = options;
    this.#endpoint = options.endpoint ?? ARM;
    this.#client = new ContainerInstanceManagementClient(
      options.credential,
      options.subscriptionId,
      {
        endpoint: this.#endpoint,
        // The SDK would derive the audience from the endpoint, which may be a local one.
        credentialScopes: `${ARM}/.default`,
        ...(httpClient === undefined ? {} : { httpClient }),
      },
    );
    const { pipeline } = this.#client;
    pipeline.removePolicy({ name: 'defaultRetryPolicy' });
    const mayRepeat = ({ method }: PipelineRequest) => method !== 'PUT';
    pipeline.addPolicy(retryPolicy({ clock, delays, mayRepeat }), { phase: 'Retry' });
  }

  /**
   * Reads with the SDK. Undefined on 404, and for the codes in `absent`, which ARM sends with other
   * statuses.
   * @throws ContainerGroupsError
   */
  async read<T>(
    operation: string,
    request: (client: ContainerInstanceManagementClient) => Promise<T>,
    absent?: RegExp,
  ): Promise<T | undefined> {
    try {
      return await request(this.#client);
    } catch (error) {
      const failure = failureOfError(error, this.#options.clock.now());
      const missing = failure.status === 404 && !MISSING_SCOPE.test(failure.code);
      if (missing || absent?.test(failure.code) === true) return undefined;
      const { retryAfterSeconds } = failure;
      const text = `${operation}: ${describeFailure(failure)}`;
      throw new ContainerGroupsError(refusalOf(failure), text, { retryAfterSeconds });
    }
  }

  /**
   * Sends one request without the SDK's `begin…` calls. Those poll once before they return, so a failed
   * poll would look like a failed creation.
   */
  async send(
    method: 'PUT' | 'DELETE',
    name: GroupName,
    accepted: readonly number[],
    body?: string,
  ): Promise<ArmFailure | undefined> {
    const now = () => this.#options.clock.now();
    try {
      const answer = await this.#client.sendRequest(
        createPipelineRequest({
          url: this.#url(name),
          method,
          headers: createHttpHeaders({
            accept: 'application/json',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          }),
          ...(body === undefined ? {} : { body }),
          timeout: TIMEOUT_MS,
        }),
      );
      return accepted.includes(answer.status) ? undefined : failureOfAnswer(answer, now());
    } catch (error) {
      const failure = failureOfError(error, now());
      // The SDK throws on a successful response whose body it can't parse. The body is not needed.
      return accepted.some((status) => status === failure.status) ? undefined : failure;
    }
  }

  #url(name: GroupName): string {
    const { subscriptionId, resourceGroup } = this.#options;
    const scope = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
    const path = `${scope}/providers/Microsoft.ContainerInstance/containerGroups/${name}`;
    const url = new URL(path, this.#endpoint);
    url.searchParams.set('api-version', this.#client.apiVersion);
    return url.href;
  }
}
