import type { FrameQuality } from './camera.ts';

/** One sampled picture of a camera, as ingest hands it to the detector. Never leaves the process's host. */
export interface Frame {
  readonly cameraId: string;
  /** Reference view (预置位) that the picture shows, or null while the view is unknown. */
  readonly view: string | null;
  readonly width: number;
  readonly height: number;
  /** RGB, 8 bits a channel, row by row: width × height × 3 bytes. */
  readonly data: Uint8Array;
  /** Presentation time in the recording, seconds; finds the full-resolution picture in the ring. */
  readonly streamTime: number;
  /** Wall clock at arrival, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Monotonic clock at arrival, milliseconds. */
  readonly monotonic: number;
  readonly quality: FrameQuality;
  /** Identifies one run of the decoder: stream times of different runs do not compare. */
  readonly run: string;
  /** Fencing number of the camera's lease; what is stored with an older one is refused. */
  readonly fence: number;
}
