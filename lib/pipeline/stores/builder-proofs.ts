/**
 * Port: the regions where a probe ran BuildKit successfully in a privileged Confidential group.
 * Azure also offers such groups in regions where BuildKit can't run. Adapter: `TableBuilderProofs`.
 */
export interface BuilderProofs {
  /** `region` is Azure's name of the region, for example `westeurope`. */
  has(region: string): Promise<boolean>;
  remember(region: string, provenAt: Date): Promise<void>;
  forget(region: string): Promise<void>;
}
