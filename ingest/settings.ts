/** What may be set of ingest. Times in milliseconds, sizes in bytes. */
export interface IngestSettings {
  /** Longest side of a sample, pixels. */
  readonly sampleSide: number;
  /** The camera may take so long for any answer. */
  readonly dialTimeout: number;
  /** One dial has the way for itself for so long at most; then the next may begin. */
  readonly dialHold: number;
  /** No packet for so long is a stall. */
  readonly stallAfter: number;
  /** First wait before the next dial; doubles up to `backoffMost`, ten times as long where a person has to do something. */
  readonly backoff: number;
  readonly backoffMost: number;
  /** The same picture for so long is frozen. */
  readonly frozenAfter: number;
  /** What fits no reference view for so long is moved; until then something may just be passing. */
  readonly movedAfter: number;
  /** Not analysed for so long is told. Less than the 30 s that are promised, for it has to be stored and shown as well. */
  readonly notAnalysedAfter: number;
  /** A lease that is not renewed for so long may be taken by another node. */
  readonly leaseFor: number;
  /** Between two looks at leases and configuration. */
  readonly pollEvery: number;
  readonly ring: RingLimits;
}

/** Of the recordings of all cameras together; the configuration's `ingest.keep` and `ingest.maxGigabytes`. */
export interface RingLimits {
  readonly bytes: number;
  readonly age: number;
}

export const defaultSettings: IngestSettings = {
  sampleSide: 640,
  dialTimeout: 10_000,
  dialHold: 750,
  stallAfter: 10_000,
  backoff: 500,
  backoffMost: 30_000,
  frozenAfter: 15_000,
  movedAfter: 20_000,
  notAnalysedAfter: 10_000,
  leaseFor: 10_000,
  pollEvery: 1000,
  ring: { bytes: 20e9, age: 30 * 60_000 },
};
