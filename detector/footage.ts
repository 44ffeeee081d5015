/** What the detector needs of the recording ring. Times are stream times of one run of a decoder, seconds. */
export interface Footage {
  /** JPEG at full resolution; waits, for a bounded time, until the recording has it. @throws Error when it is not to be had */
  pictureAt(cameraId: string, run: string, streamTime: number): Promise<Buffer>;
  /** MP4 in a temporary folder of its own, which the caller removes; waits, for a bounded time, until `to` is recorded. @throws Error */
  clip(cameraId: string, run: string, from: number, to: number): Promise<{ readonly path: string; readonly from: number; readonly to: number }>;
  /** Keeps the ring from throwing a span away until it is unpinned; the same key again moves the pin. */
  pin(key: string, cameraId: string, run: string, from: number, to: number): void | Promise<void>;
  unpin(key: string): void | Promise<void>;
}
