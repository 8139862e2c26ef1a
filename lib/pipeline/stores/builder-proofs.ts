/**
 * Port: the regions in which a probe has seen BuildKit work in a privileged Confidential group. Azure
 * offers such groups in regions where BuildKit can't work. Adapter: `TableBuilderProofs`.
 */
export interface BuilderProofs {
  /** The region is named as Azure names it. */
  has(region: string): Promise<boolean>;
  remember(region: string, provenAt: Date): Promise<void>;
  forget(region: string): Promise<void>;
}
