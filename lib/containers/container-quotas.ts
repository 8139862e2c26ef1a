/** One quota of container groups in the region. */
export interface ContainerQuota {
  /** Azure's name: `ContainerGroups`, `StandardCores`, … */
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** Port: the region's quotas and their use. Adapter: `AciQuotas`. */
export interface ContainerQuotas {
  /** @throws ContainerGroupsError */
  read(): Promise<readonly ContainerQuota[]>;
}
