import * as z from 'zod';
import type { AciOptions } from './aci-container-groups.ts';
import { ArmRequests } from './arm-requests.ts';
import type { ContainerQuota, ContainerQuotas } from './container-quotas.ts';

/** An entry of `Location_ListUsage`. Source: azure-rest-api-specs, containerinstance 2023-05-01. */
const Usage = z
  .object({
    name: z.object({ value: z.string() }),
    currentValue: z.number(),
    limit: z.number(),
  })
  .transform(
    ({ name, currentValue, limit }): ContainerQuota => ({
      name: name.value,
      used: currentValue,
      limit,
    }),
  );

/** Quotas of Azure Container Instances. Reading them needs a right on the subscription. */
export class AciQuotas implements ContainerQuotas {
  readonly #arm: ArmRequests;
  readonly #location: string;

  constructor(options: AciOptions) {
    this.#arm = new ArmRequests(options);
    this.#location = options.location;
  }

  async read(): Promise<readonly ContainerQuota[]> {
    const usages = await this.#arm.read('read the quotas', async ({ location }) => {
      const all: unknown[] = [];
      for await (const usage of location.listUsage(this.#location)) all.push(usage);
      return all;
    });
    return z.array(Usage).parse(usages ?? []);
  }
}
