/** One quota of container groups in the region. */
export interface ContainerQuota {
  /** As Azure names it: `ContainerGroups`, `StandardCores`, … */
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** Port: how much of the region's quotas is used. Adapter: `AciQuotas`. */
export interface ContainerQuotas {
  /** @throws ContainerGroupsError */
  read(): Promise<readonly ContainerQuota[]>;
}
